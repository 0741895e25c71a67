-- {prefix} is the store's table prefix, {schema} the schema of the tables, with a dot. Instants are epoch milliseconds.
-- Every row belongs to one scheduler. Names compare by code point, whatever the database's collation.

CREATE TABLE {schema}"{prefix}schedulers" (
  id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scheduler_name TEXT COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE {schema}"{prefix}jobs" (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scheduler_id INTEGER NOT NULL,
  job_group TEXT COLLATE "C" NOT NULL,
  job_name TEXT COLLATE "C" NOT NULL,
  job_class TEXT NOT NULL,
  description TEXT,
  durable SMALLINT NOT NULL,
  requests_recovery SMALLINT NOT NULL,
  non_concurrent SMALLINT NOT NULL,
  persists_data SMALLINT NOT NULL,
  data TEXT NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

-- Finds a job by its key, the jobs of a group, and the groups that have jobs.
CREATE UNIQUE INDEX "{prefix}jobs_key" ON {schema}"{prefix}jobs" (scheduler_id, job_group, job_name);

-- One row per trigger. The columns run_* hold one execution of it: the only one there is, unless runs overlap. Half of
-- these rows change at every fire, and most of the dead versions are gone within a second: vacuum looks often.
CREATE TABLE {schema}"{prefix}triggers" (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  scheduler_id INTEGER NOT NULL,
  job_id BIGINT NOT NULL,
  next_fire_at BIGINT,
  previous_fire_at BIGINT,
  start_at BIGINT NOT NULL,
  end_at BIGINT,
  run_scheduled_at BIGINT,
  -- Null while the execution is only acquired.
  run_fired_at BIGINT,
  times_triggered BIGINT NOT NULL,
  -- Minus the priority, so that fire order is ascending in every column.
  precedence BIGINT NOT NULL,
  run_non_concurrent SMALLINT,
  run_requests_recovery SMALLINT,
  trigger_group TEXT COLLATE "C" NOT NULL,
  trigger_name TEXT COLLATE "C" NOT NULL,
  -- waiting, acquired, paused, complete or error. Blocked is not among them: it follows from the job's executions.
  state TEXT COLLATE "C" NOT NULL,
  -- The token of the claim that holds the trigger; set exactly while it is acquired.
  claim_id TEXT COLLATE "C",
  run_id TEXT COLLATE "C",
  run_node TEXT COLLATE "C",
  misfire_instruction TEXT COLLATE "C" NOT NULL,
  schedule TEXT NOT NULL,
  calendar_name TEXT COLLATE "C",
  description TEXT,
  recovers TEXT,
  -- Null when the data are large and have a row of their own, lest every fire write them again.
  data TEXT,
  -- The DEFAULT group comes first in fire order.
  group_rank SMALLINT GENERATED ALWAYS AS (CASE WHEN trigger_group = 'DEFAULT' THEN 0 ELSE 1 END) STORED,
  ignores_misfire SMALLINT GENERATED ALWAYS AS (CASE WHEN misfire_instruction = 'ignore' THEN 1 ELSE 0 END) STORED
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

CREATE TABLE {schema}"{prefix}trigger_data" (
  trigger_id BIGINT PRIMARY KEY,
  data TEXT NOT NULL
);

-- Finds a trigger by its key, the triggers of a group, and the groups that have triggers.
CREATE UNIQUE INDEX "{prefix}triggers_key" ON {schema}"{prefix}triggers" (scheduler_id, trigger_group, trigger_name);

-- Finds the triggers of a job, and whether it has any.
CREATE INDEX "{prefix}triggers_job" ON {schema}"{prefix}triggers" (job_id);

-- Fire order. Claims and misfire passes read a range of it from its front, and stop. Those that ignore misfires have a
-- range of their own, for they may be due however old they are.
CREATE INDEX "{prefix}triggers_due" ON {schema}"{prefix}triggers" (
  scheduler_id, ignores_misfire, next_fire_at, precedence, group_rank, trigger_group, trigger_name
) WHERE state = 'waiting' AND next_fire_at IS NOT NULL;

-- Finds the executions that are recorded on triggers, of a job or all of them: as many as there are runs under way.
CREATE INDEX "{prefix}triggers_running" ON {schema}"{prefix}triggers" (job_id) WHERE run_id IS NOT NULL;

-- Finds the jobs that must not run twice and have an execution: asked by every claim. Of two claims that did not see one
-- another it refuses the second.
CREATE UNIQUE INDEX "{prefix}triggers_exclusive" ON {schema}"{prefix}triggers" (job_id) WHERE run_non_concurrent = 1;

-- Finds the triggers that name a calendar.
CREATE INDEX "{prefix}triggers_calendar" ON {schema}"{prefix}triggers" (scheduler_id, calendar_name)
  WHERE calendar_name IS NOT NULL;

-- Finds what is complete, to be cleared away at start.
CREATE INDEX "{prefix}triggers_complete" ON {schema}"{prefix}triggers" (scheduler_id) WHERE state = 'complete';

-- Executions without a place on a trigger's row: overlapping ones, and those whose trigger was removed or replaced.
CREATE TABLE {schema}"{prefix}executions" (
  scheduler_id INTEGER NOT NULL,
  fire_instance_id TEXT COLLATE "C" NOT NULL,
  instance_id TEXT COLLATE "C" NOT NULL,
  trigger_group TEXT COLLATE "C" NOT NULL,
  trigger_name TEXT COLLATE "C" NOT NULL,
  job_group TEXT COLLATE "C" NOT NULL,
  job_name TEXT COLLATE "C" NOT NULL,
  priority INTEGER NOT NULL,
  non_concurrent SMALLINT NOT NULL,
  requests_recovery SMALLINT NOT NULL,
  scheduled_fire_at BIGINT NOT NULL,
  fired_at BIGINT,
  PRIMARY KEY (scheduler_id, fire_instance_id)
);

CREATE TABLE {schema}"{prefix}calendars" (
  scheduler_id INTEGER NOT NULL,
  calendar_name TEXT COLLATE "C" NOT NULL,
  calendar TEXT NOT NULL,
  PRIMARY KEY (scheduler_id, calendar_name)
);

-- kind is trigger, job, or all; the mark of pause-all has an empty group.
CREATE TABLE {schema}"{prefix}paused_groups" (
  scheduler_id INTEGER NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  group_name TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (scheduler_id, kind, group_name)
);

CREATE TABLE {schema}"{prefix}instances" (
  scheduler_id INTEGER NOT NULL,
  instance_id TEXT COLLATE "C" NOT NULL,
  checked_in_at BIGINT NOT NULL,
  check_in_interval_ms BIGINT NOT NULL,
  -- A JSON array of the job classes that the node lacks.
  missing_classes TEXT NOT NULL,
  PRIMARY KEY (scheduler_id, instance_id)
);
