-- {prefix} is the store's table prefix. Instants are epoch milliseconds. Every row belongs to one scheduler.

CREATE TABLE {prefix}schedulers (
  id INTEGER PRIMARY KEY,
  scheduler_name TEXT NOT NULL UNIQUE
);

CREATE TABLE {prefix}jobs (
  id INTEGER PRIMARY KEY,
  scheduler_id INTEGER NOT NULL,
  job_group TEXT NOT NULL,
  job_name TEXT NOT NULL,
  job_class TEXT NOT NULL,
  description TEXT,
  durable INTEGER NOT NULL,
  requests_recovery INTEGER NOT NULL,
  non_concurrent INTEGER NOT NULL,
  persists_data INTEGER NOT NULL,
  data TEXT NOT NULL
);

-- Finds a job by its key, the jobs of a group, and the groups that have jobs.
CREATE UNIQUE INDEX {prefix}jobs_key ON {prefix}jobs (scheduler_id, job_group, job_name);

-- One row per trigger. The columns run_* hold one execution of it: the only one there is, unless runs overlap.
CREATE TABLE {prefix}triggers (
  id INTEGER PRIMARY KEY,
  scheduler_id INTEGER NOT NULL,
  trigger_group TEXT NOT NULL,
  trigger_name TEXT NOT NULL,
  job_id INTEGER NOT NULL,
  -- waiting, acquired, paused, complete or error. Blocked is not among them: it follows from the job's executions.
  state TEXT NOT NULL,
  -- The token of the claim that holds the trigger; set exactly while it is acquired.
  claim_id TEXT,
  next_fire_at INTEGER,
  previous_fire_at INTEGER,
  times_triggered INTEGER NOT NULL,
  -- Minus the priority, so that fire order is ascending in every column.
  precedence INTEGER NOT NULL,
  run_id TEXT,
  run_node TEXT,
  run_scheduled_at INTEGER,
  -- Null while the execution is only acquired.
  run_fired_at INTEGER,
  run_non_concurrent INTEGER,
  run_requests_recovery INTEGER,
  start_at INTEGER NOT NULL,
  end_at INTEGER,
  misfire_instruction TEXT NOT NULL,
  schedule TEXT NOT NULL,
  calendar_name TEXT,
  description TEXT,
  recovers TEXT,
  -- Null when the data are large and have a row of their own, lest every fire write them again.
  data TEXT,
  -- The DEFAULT group comes first in fire order.
  group_rank INTEGER AS (trigger_group <> 'DEFAULT') VIRTUAL,
  ignores_misfire INTEGER AS (misfire_instruction = 'ignore') VIRTUAL
);

CREATE TABLE {prefix}trigger_data (
  trigger_id INTEGER PRIMARY KEY,
  data TEXT NOT NULL
);

-- Finds a trigger by its key, the triggers of a group, and the groups that have triggers.
CREATE UNIQUE INDEX {prefix}triggers_key ON {prefix}triggers (scheduler_id, trigger_group, trigger_name);

-- Finds the triggers of a job, and whether it has any.
CREATE INDEX {prefix}triggers_job ON {prefix}triggers (job_id);

-- Fire order. Claims and misfire passes read a range of it from its front, and stop; with the job in it they step over
-- the triggers of busy jobs without reading their rows. Those that ignore misfires have a range of their own, for they
-- may be due however old they are.
CREATE INDEX {prefix}triggers_due ON {prefix}triggers (
  scheduler_id, ignores_misfire, next_fire_at, precedence, group_rank, trigger_group, trigger_name, job_id
) WHERE state = 'waiting' AND next_fire_at IS NOT NULL;

-- Finds the executions that are recorded on triggers, of a job or all of them: as many as there are runs under way.
CREATE INDEX {prefix}triggers_running ON {prefix}triggers (job_id) WHERE run_id IS NOT NULL;

-- Finds the jobs that must not run twice and have an execution: asked by every claim.
CREATE INDEX {prefix}triggers_exclusive ON {prefix}triggers (job_id) WHERE run_non_concurrent = 1;

-- Finds the triggers that name a calendar.
CREATE INDEX {prefix}triggers_calendar ON {prefix}triggers (scheduler_id, calendar_name)
  WHERE calendar_name IS NOT NULL;

-- Finds what is complete, to be cleared away at start.
CREATE INDEX {prefix}triggers_complete ON {prefix}triggers (scheduler_id) WHERE state = 'complete';

-- Executions without a place on a trigger's row: overlapping ones, and those whose trigger was removed or replaced.
CREATE TABLE {prefix}executions (
  scheduler_id INTEGER NOT NULL,
  fire_instance_id TEXT NOT NULL,
  instance_id TEXT NOT NULL,
  trigger_group TEXT NOT NULL,
  trigger_name TEXT NOT NULL,
  job_group TEXT NOT NULL,
  job_name TEXT NOT NULL,
  priority INTEGER NOT NULL,
  non_concurrent INTEGER NOT NULL,
  requests_recovery INTEGER NOT NULL,
  scheduled_fire_at INTEGER NOT NULL,
  fired_at INTEGER,
  PRIMARY KEY (scheduler_id, fire_instance_id)
) WITHOUT ROWID;

CREATE TABLE {prefix}calendars (
  scheduler_id INTEGER NOT NULL,
  calendar_name TEXT NOT NULL,
  calendar TEXT NOT NULL,
  PRIMARY KEY (scheduler_id, calendar_name)
) WITHOUT ROWID;

-- kind is trigger, job, or all; the mark of pause-all has an empty group.
CREATE TABLE {prefix}paused_groups (
  scheduler_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  group_name TEXT NOT NULL,
  PRIMARY KEY (scheduler_id, kind, group_name)
) WITHOUT ROWID;

CREATE TABLE {prefix}instances (
  scheduler_id INTEGER NOT NULL,
  instance_id TEXT NOT NULL,
  checked_in_at INTEGER NOT NULL,
  check_in_interval_ms INTEGER NOT NULL,
  -- A JSON array of the job classes that the node lacks.
  missing_classes TEXT NOT NULL,
  PRIMARY KEY (scheduler_id, instance_id)
) WITHOUT ROWID;
