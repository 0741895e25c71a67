/**
 * Storing new jobs and triggers, however many, in one round trip.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import { encodeData, type JobWithTriggers } from '@ametrine/core/spi';
import { columnType } from '../dialects/postgres.js';
import { NEWS_HORIZON_MS } from '../postgres-presence.js';
import { JOB_COLUMNS, jobValues, LARGE_DATA, TRIGGER_COLUMNS, triggerValues } from '../records.js';
import type { SqlScope } from '../scope.js';
import { RawSql, type Sql, type SqlRow, type SqlValue } from '../sql.js';
import { flagExecutions } from '../statements/executions.js';

/** So many triggers go into one statement. */
const CHUNK = 2000;

const JOBS = new RawSql(['scheduler_id', ...JOB_COLUMNS].join(', '));
const GIVEN_JOB = new RawSql(JOB_COLUMNS.map((column) => `r.${column}`).join(', '));
const JOB_NAMES = new RawSql(JOB_COLUMNS.join(', '));
const TRIGGERS = new RawSql(['scheduler_id', ...TRIGGER_COLUMNS].join(', '));
/** What a row says of itself; the id of its job and its state follow from what is stored. */
const OWN_COLUMNS = TRIGGER_COLUMNS.filter((column) => column !== 'job_id' && column !== 'state');
const ROW_NAMES = new RawSql([...OWN_COLUMNS, 'job_group', 'job_name', 'large_data', 'position'].join(', '));
const GIVEN_TRIGGER = new RawSql(
  TRIGGER_COLUMNS.map((column) => {
    if (column === 'job_id') return 'j.id';
    if (column !== 'state') return `r.${column}`;
    return `CASE WHEN r.next_fire_at IS NULL THEN 'complete' WHEN EXISTS (SELECT 1 FROM marks AS m WHERE m.kind = 'all'
      OR (m.kind = 'trigger' AND m.group_name = r.trigger_group) OR (m.kind = 'job' AND m.group_name = r.job_group))
      THEN 'paused' ELSE 'waiting' END`;
  }).join(', '),
);

function lists(sql: SqlScope['sql'], columns: readonly string[], rows: readonly SqlRow[]): Sql {
  return columns.reduce<Sql>((before, column, index) => {
    const values = rows.map((row) => row[index] as SqlValue);
    const list = sql`${values}::${arrayType(column)}`;
    return index === 0 ? list : sql`${before}, ${list}`;
  }, sql``);
}

const types = new Map<string, RawSql>();

function arrayType(column: string): RawSql {
  return rawType(`${columnType(column)}[]`);
}

function rawType(type: string): RawSql {
  const raw = types.get(type) ?? new RawSql(type);
  types.set(type, raw);
  return raw;
}

function insertJobs(scope: SqlScope, entries: readonly JobWithTriggers[]): Sql {
  const { sql, tables, schedulerId } = scope;
  const rows = entries.map(({ job }) => jobValues(job));
  return sql`INSERT INTO ${tables.jobs} (${JOBS}) SELECT ${schedulerId}, ${GIVEN_JOB}
    FROM unnest(${lists(sql, JOB_COLUMNS, rows)}) AS r(${JOB_NAMES})`;
}

/**
 * Inserts triggers of jobs that are there, in the state in which they are born (`bornState`), with the groups that are
 * born paused (JS-PAU-08), and tells other nodes of the first fire. The jobs are locked, so that they do not go away with
 * another trigger that is their last so far.
 *
 * Rows: how many were inserted, and when the first of those that wait is due.
 */
export function insertTriggers(
  scope: SqlScope,
  triggers: readonly Trigger[],
  tell: (candidateAt: Sql) => Sql,
): Sql {
  const { sql, tables, schedulerId } = scope;
  const columns = [...OWN_COLUMNS, 'job_group', 'job_name', 'large_data'];
  const rows = triggers.map((trigger): SqlRow => {
    const data = encodeData(trigger.data);
    const values = triggerValues({ trigger, state: 'waiting', fireInstanceId: null }, 0, data);
    const own = values.filter(
      (_, index) => TRIGGER_COLUMNS[index] !== 'job_id' && TRIGGER_COLUMNS[index] !== 'state',
    );
    return [...own, trigger.jobKey.group, trigger.jobKey.name, data.length > LARGE_DATA ? data : null];
  });
  return sql`WITH given AS MATERIALIZED (
      SELECT * FROM unnest(${lists(sql, columns, rows)}) WITH ORDINALITY AS r(${ROW_NAMES})),
    marks AS MATERIALIZED (SELECT p.kind, p.group_name FROM ${tables.pausedGroups} AS p WHERE p.scheduler_id = ${schedulerId}),
    owners AS MATERIALIZED (
      SELECT o.id, o.job_group, o.job_name FROM ${tables.jobs} AS o
      WHERE o.scheduler_id = ${schedulerId} AND (o.job_group, o.job_name) IN (SELECT g.job_group, g.job_name FROM given AS g)
      ORDER BY o.id FOR KEY SHARE OF o),
    stored AS (
      INSERT INTO ${tables.triggers} (${TRIGGERS})
      SELECT ${schedulerId}, ${GIVEN_TRIGGER}
      FROM given AS r JOIN owners AS j ON j.job_group = r.job_group AND j.job_name = r.job_name
      ORDER BY r.position
      RETURNING id, trigger_group, trigger_name, state, next_fire_at),
    large AS (
      INSERT INTO ${tables.triggerData} (trigger_id, data) SELECT s.id, r.large_data FROM given AS r
      JOIN stored AS s ON s.trigger_group = r.trigger_group AND s.trigger_name = r.trigger_name
      WHERE r.large_data IS NOT NULL),
    born_paused AS (
      INSERT INTO ${tables.pausedGroups} (scheduler_id, kind, group_name)
      SELECT DISTINCT ${schedulerId}::integer, 'trigger', s.trigger_group FROM stored AS s
      WHERE EXISTS (SELECT 1 FROM marks AS m WHERE m.kind = 'all') ON CONFLICT DO NOTHING),
    summary AS (
      SELECT count(*) AS stored, min(s.next_fire_at) FILTER (WHERE s.state = 'waiting') AS first_at FROM stored AS s)
    SELECT stored, first_at,
      CASE WHEN first_at <= extract(epoch FROM now()) * 1000 + ${NEWS_HORIZON_MS} THEN ${tell(sql`first_at::text`)} END
    FROM summary`;
}

/**
 * Inserts one trigger as {@link insertTriggers} does, in a statement that is little more than that; nothing when its data
 * are large, or when everything is paused, which takes more.
 *
 * Rows: one if it was inserted, with when it is due if it waits.
 */
export function insertTrigger(
  scope: SqlScope,
  trigger: Trigger,
  tell: (candidateAt: Sql) => Sql,
): Sql | null {
  const { sql, tables, schedulerId } = scope;
  const { key, jobKey, nextFireAt } = trigger;
  const data = encodeData(trigger.data);
  if (data.length > LARGE_DATA) return null;
  const mark = (kind: RawSql, group: string): Sql =>
    sql`EXISTS (SELECT 1 FROM ${tables.pausedGroups} AS p WHERE p.scheduler_id = ${schedulerId} AND p.kind = ${kind} AND p.group_name = ${group})`;
  const values = triggerValues({ trigger, state: 'waiting', fireInstanceId: null }, 0, data);
  const row = TRIGGER_COLUMNS.reduce<Sql>((before, column, index) => {
    if (column === 'job_id') return sql`${before}, j.id`;
    if (column === 'state' && nextFireAt === null) return sql`${before}, 'complete'`;
    if (column === 'state')
      return sql`${before}, CASE WHEN ${mark(TRIGGER, key.group)} OR ${mark(JOB, jobKey.group)} THEN 'paused' ELSE 'waiting' END`;
    return sql`${before}, ${values[index] as SqlValue}::${rawType(columnType(column))}`;
  }, sql`${schedulerId}::integer`);
  return sql`INSERT INTO ${tables.triggers} (${TRIGGERS}) SELECT ${row}
    FROM (SELECT o.id FROM ${tables.jobs} AS o
      WHERE o.scheduler_id = ${schedulerId} AND o.job_group = ${jobKey.group} AND o.job_name = ${jobKey.name}
      FOR KEY SHARE OF o) AS j
    WHERE NOT ${mark(ALL, '')}
    RETURNING CASE WHEN state = 'waiting' THEN next_fire_at END,
      CASE WHEN state = 'waiting' AND next_fire_at <= extract(epoch FROM now()) * 1000 + ${NEWS_HORIZON_MS}
        THEN ${tell(sql`next_fire_at::text`)} END`;
}

const TRIGGER = new RawSql("'trigger'");
const JOB = new RawSql("'job'");
const ALL = new RawSql("'all'");

/** The statements that insert entries whose keys must all be new. */
export function insertingStatements(
  scope: SqlScope,
  entries: readonly JobWithTriggers[],
  tell: (candidateAt: Sql) => Sql,
): readonly Sql[] {
  const triggers = entries.flatMap((entry) => entry.triggers);
  const statements = [insertJobs(scope, entries), flagExecutions(scope)];
  for (let from = 0; from < triggers.length; from += CHUNK) {
    statements.push(insertTriggers(scope, triggers.slice(from, from + CHUNK), tell));
  }
  return statements;
}
