-- {prefix} is the store's table prefix. Instants are epoch milliseconds. Every row belongs to one scheduler.
-- MySQL commits at every statement here, so each may be there already: from a migration that was interrupted.
-- Names compare by code point, and a space at the end counts. The collation that does so has a name for each server;
-- each reads only the comment that is meant for it.

CREATE TABLE IF NOT EXISTS `{prefix}schedulers` (
  id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY,
  scheduler_name VARCHAR(375) NOT NULL UNIQUE
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=/*!80017 utf8mb4_0900_bin *//*M!100600 utf8mb4_nopad_bin */;

CREATE TABLE IF NOT EXISTS `{prefix}jobs` (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  scheduler_id INTEGER NOT NULL,
  job_group VARCHAR(375) NOT NULL,
  job_name VARCHAR(375) NOT NULL,
  job_class TEXT NOT NULL,
  description TEXT,
  durable TINYINT NOT NULL,
  requests_recovery TINYINT NOT NULL,
  non_concurrent TINYINT NOT NULL,
  persists_data TINYINT NOT NULL,
  data LONGTEXT NOT NULL,
  -- Finds a job by its key, the jobs of a group, and the groups that have jobs.
  UNIQUE INDEX jobs_key (scheduler_id, job_group, job_name)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=/*!80017 utf8mb4_0900_bin *//*M!100600 utf8mb4_nopad_bin */;

-- One row per trigger. The columns run_* hold one execution of it: the only one there is, unless runs overlap.
CREATE TABLE IF NOT EXISTS `{prefix}triggers` (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
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
  -- Not null exactly while an execution is on the row.
  run_non_concurrent TINYINT,
  run_requests_recovery TINYINT,
  trigger_group VARCHAR(375) NOT NULL,
  trigger_name VARCHAR(375) NOT NULL,
  -- waiting, acquired, paused, complete or error. Blocked is not among them: it follows from the job's executions.
  state VARCHAR(10) NOT NULL,
  -- The token of the claim that holds the trigger; set exactly while it is acquired.
  claim_id VARCHAR(500),
  run_id VARCHAR(500),
  run_node VARCHAR(375),
  misfire_instruction VARCHAR(40) NOT NULL,
  schedule LONGTEXT NOT NULL,
  calendar_name VARCHAR(375),
  description TEXT,
  recovers TEXT,
  -- Null when the data are large and have a row of their own, lest every fire write them again.
  data TEXT,
  -- The DEFAULT group comes first in fire order.
  group_rank TINYINT AS (CASE WHEN trigger_group = 'DEFAULT' THEN 0 ELSE 1 END) STORED,
  ignores_misfire TINYINT AS (CASE WHEN misfire_instruction = 'ignore' THEN 1 ELSE 0 END) STORED,
  -- There are no indexes on a part of the rows: this is null unless the trigger waits.
  waiting_at BIGINT AS (CASE WHEN state = 'waiting' THEN next_fire_at END) STORED,
  -- Finds a trigger by its key, the triggers of a group, and the groups that have triggers.
  UNIQUE INDEX triggers_key (scheduler_id, trigger_group, trigger_name),
  -- Finds the triggers of a job, and whether it has any.
  INDEX triggers_job (job_id),
  -- Fire order. Claims and misfire passes read a range of it from its front, and stop. Those that ignore misfires have
  -- a range of their own, for they may be due however old they are.
  INDEX triggers_due (scheduler_id, ignores_misfire, waiting_at, precedence, group_rank, trigger_group, trigger_name),
  -- Finds the executions that are recorded on triggers: as many as there are runs under way; and among them, asked by
  -- every claim, those of jobs that must not run twice.
  INDEX triggers_running (run_non_concurrent, job_id),
  -- Finds the triggers that name a calendar.
  INDEX triggers_calendar (scheduler_id, calendar_name),
  -- Finds what is complete, to be cleared away at start.
  INDEX triggers_state (scheduler_id, state)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=/*!80017 utf8mb4_0900_bin *//*M!100600 utf8mb4_nopad_bin */;

CREATE TABLE IF NOT EXISTS `{prefix}trigger_data` (
  trigger_id BIGINT NOT NULL PRIMARY KEY,
  data LONGTEXT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=/*!80017 utf8mb4_0900_bin *//*M!100600 utf8mb4_nopad_bin */;

-- Executions without a place on a trigger's row: overlapping ones, and those whose trigger was removed or replaced.
CREATE TABLE IF NOT EXISTS `{prefix}executions` (
  scheduler_id INTEGER NOT NULL,
  fire_instance_id VARCHAR(500) NOT NULL,
  instance_id VARCHAR(375) NOT NULL,
  trigger_group VARCHAR(375) NOT NULL,
  trigger_name VARCHAR(375) NOT NULL,
  job_group VARCHAR(375) NOT NULL,
  job_name VARCHAR(375) NOT NULL,
  priority INTEGER NOT NULL,
  non_concurrent TINYINT NOT NULL,
  requests_recovery TINYINT NOT NULL,
  scheduled_fire_at BIGINT NOT NULL,
  fired_at BIGINT,
  PRIMARY KEY (scheduler_id, fire_instance_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=/*!80017 utf8mb4_0900_bin *//*M!100600 utf8mb4_nopad_bin */;

CREATE TABLE IF NOT EXISTS `{prefix}calendars` (
  scheduler_id INTEGER NOT NULL,
  calendar_name VARCHAR(375) NOT NULL,
  calendar LONGTEXT NOT NULL,
  PRIMARY KEY (scheduler_id, calendar_name)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=/*!80017 utf8mb4_0900_bin *//*M!100600 utf8mb4_nopad_bin */;

-- kind is trigger, job, or all; the mark of pause-all has an empty group.
CREATE TABLE IF NOT EXISTS `{prefix}paused_groups` (
  scheduler_id INTEGER NOT NULL,
  kind VARCHAR(10) NOT NULL,
  group_name VARCHAR(375) NOT NULL,
  PRIMARY KEY (scheduler_id, kind, group_name)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=/*!80017 utf8mb4_0900_bin *//*M!100600 utf8mb4_nopad_bin */;

CREATE TABLE IF NOT EXISTS `{prefix}instances` (
  scheduler_id INTEGER NOT NULL,
  instance_id VARCHAR(375) NOT NULL,
  checked_in_at BIGINT NOT NULL,
  check_in_interval_ms BIGINT NOT NULL,
  -- A JSON array of the job classes that the node lacks.
  missing_classes LONGTEXT NOT NULL,
  PRIMARY KEY (scheduler_id, instance_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=/*!80017 utf8mb4_0900_bin *//*M!100600 utf8mb4_nopad_bin */;
