/**
 * Ending runs, in one round trip.
 *
 * @module
 */
import type { JobDetail, JobKey } from '@ametrine/core';
import { type Completion, type Effects, encodeData, keyText } from '@ametrine/core/spi';
import type { PostgresDatabase } from '../postgres-database.js';
import { readKey } from '../records.js';
import type { SqlScope } from '../scope.js';
import type { Sql, SqlRow } from '../sql.js';
import { NO_RUN } from '../statements/executions.js';
import { OWN_RUN } from './own-run.js';

/**
 * Ends the runs that are on the rows of their triggers, by the rules of `completionDecision`, and tells other nodes.
 *
 * @param onlyDurable - leaves runs whose trigger would be removed from a job that may go with it
 *
 * Rows: the position of the completion, and whether the end changes what may fire next.
 */
function endRuns(
  scope: SqlScope,
  completions: readonly Completion[],
  tell: (candidateAt: Sql) => Sql,
  onlyDurable: boolean,
): Sql {
  const { sql, tables, schedulerId } = scope;
  const tokens = completions.map(({ fireInstanceId }) => fireInstanceId);
  const groups = completions.map(({ trigger }) => trigger.key.group);
  const names = completions.map(({ trigger }) => trigger.key.name);
  const instructions = completions.map(({ instruction }) => instruction);
  const isLast = completions.map(({ trigger }) => (trigger.nextFireAt === null ? 1 : 0));
  const persists = completions.some(({ changedData }) => changedData !== null);
  const durable = onlyDurable
    ? sql`AND (i.instruction <> 'deleteTrigger' OR (SELECT o.durable FROM ${tables.jobs} AS o WHERE o.id = t.job_id) = 1)`
    : sql``;
  return sql`WITH ended AS (
      SELECT i.position, i.is_last, t.id, t.job_id, t.run_non_concurrent, t.data IS NULL AS has_large_data,
        CASE i.instruction
          WHEN 'deleteTrigger' THEN CASE WHEN i.is_last = 1 AND t.next_fire_at IS NOT NULL THEN 'keep' ELSE 'remove' END
          WHEN 'setTriggerComplete' THEN 'complete'
          ELSE CASE WHEN i.is_last = 1 AND t.next_fire_at IS NULL AND t.state IN ('waiting', 'paused')
            THEN 'complete' ELSE 'keep' END
        END AS effect
      FROM unnest(${tokens}::text[], ${groups}::text[], ${names}::text[], ${instructions}::text[], ${isLast}::smallint[])
        WITH ORDINALITY AS i(token, group_name, name, instruction, is_last, position)
      JOIN ${tables.triggers} AS t
        ON t.scheduler_id = ${schedulerId} AND t.trigger_group = i.group_name AND t.trigger_name = i.name
      WHERE ${OWN_RUN} AND t.run_fired_at IS NOT NULL ${durable} ORDER BY t.id FOR UPDATE OF t),
    kept AS (
      UPDATE ${tables.triggers} AS t SET ${NO_RUN},
        state = CASE e.effect WHEN 'complete' THEN 'complete' ELSE t.state END,
        claim_id = CASE e.effect WHEN 'complete' THEN NULL ELSE t.claim_id END
      FROM ended AS e WHERE t.id = e.id AND e.effect <> 'remove'),
    removed_data AS (
      DELETE FROM ${tables.triggerData} AS d USING ended AS e
      WHERE d.trigger_id = e.id AND e.effect = 'remove' AND e.has_large_data),
    removed AS (DELETE FROM ${tables.triggers} AS t USING ended AS e WHERE t.id = e.id AND e.effect = 'remove'),
    ${persists ? sql`persisted AS (${persistData(scope, completions)}),` : sql``}
    told AS (
      SELECT e.position, e.run_non_concurrent = 1 OR e.effect = 'complete' OR (e.effect = 'remove' AND e.is_last = 0) AS tells
      FROM ended AS e)
    SELECT position - 1, tells, NULL FROM told
    UNION ALL SELECT NULL, NULL, ${tell(sql`''`)} FROM told WHERE tells HAVING count(*) > 0`;
}

/** Writes what runs left in their data, and nothing else of their jobs, which may have been replaced meanwhile (JS-CMP-07). */
function persistData({ sql, tables, schedulerId }: SqlScope, completions: readonly Completion[]): Sql {
  const changed = completions.map(({ changedData }) =>
    changedData === null ? null : encodeData(changedData),
  );
  const groups = completions.map(({ jobKey }) => jobKey.group);
  const names = completions.map(({ jobKey }) => jobKey.name);
  return sql`UPDATE ${tables.jobs} AS j SET data = latest.data FROM (
      SELECT DISTINCT ON (c.group_name, c.name) c.group_name, c.name, c.data
      FROM unnest(${changed}::text[], ${groups}::text[], ${names}::text[]) WITH ORDINALITY AS c(data, group_name, name, position)
      JOIN ended AS e ON e.position = c.position
      WHERE c.data IS NOT NULL ORDER BY c.group_name, c.name, c.position DESC
    ) AS latest
    WHERE j.scheduler_id = ${schedulerId} AND j.job_group = latest.group_name AND j.job_name = latest.name
      AND j.persists_data = 1`;
}

/** The conditions of a job `j` that is not durable and is among the keys. */
function perishable({ sql, schedulerId }: SqlScope, keys: readonly JobKey[]): Sql {
  return sql`j.scheduler_id = ${schedulerId} AND j.durable = 0 AND (j.job_group, j.job_name) IN (
      SELECT k.group_name, k.name FROM unnest(${keys.map(({ group }) => group)}::text[], ${keys.map(({ name }) => name)}::text[])
        AS k(group_name, name))`;
}

/** Ends runs that take no job with them, in one statement: its rows are those of {@link endRuns}. */
export function endingOfDurable(
  scope: SqlScope,
  completions: readonly Completion[],
  tell: (candidateAt: Sql) => Sql,
): Sql {
  return endRuns(scope, completions, tell, true);
}

/** The statements that end runs, whatever goes with them; the second is the one whose rows tell. */
export function endingStatements(
  scope: SqlScope,
  completions: readonly Completion[],
  tell: (candidateAt: Sql) => Sql,
): readonly Sql[] {
  const { sql, tables } = scope;
  const losing = new Map<string, JobKey>();
  for (const { instruction, jobKey } of completions) {
    if (instruction === 'deleteTrigger') losing.set(keyText(jobKey), jobKey);
  }
  const end = endRuns(scope, completions, tell, false);
  const keys = [...losing.values()];
  // Whoever removes one of the last triggers of a job that goes with them is alone in that, and then looks anew.
  return [
    sql`SELECT j.id FROM ${tables.jobs} AS j WHERE ${perishable(scope, keys)} ORDER BY j.id FOR NO KEY UPDATE`,
    end,
    sql`DELETE FROM ${tables.jobs} AS d WHERE d.id IN (
        SELECT j.id FROM ${tables.jobs} AS j WHERE ${perishable(scope, keys)}
          AND NOT EXISTS (SELECT 1 FROM ${tables.triggers} AS t WHERE t.job_id = j.id) FOR UPDATE SKIP LOCKED)
      RETURNING d.job_group, d.job_name`,
  ];
}

/**
 * Reads the answers of {@link endingOfDurable} or {@link endingStatements}.
 *
 * @returns the positions of the completions whose runs were on the rows of their triggers
 */
function readEnded(
  ended: readonly SqlRow[],
  orphans: readonly SqlRow[],
  effects: Effects,
): ReadonlySet<number> {
  const done = new Set<number>();
  for (const [position, tells] of ended) {
    if (position === null) continue;
    done.add(position as number);
    if (tells === 1) effects.schedulingChanged(null);
  }
  for (const [group, name] of orphans) effects.jobDeleted(readKey(group, name));
  return done;
}

/** Jobs that were durable when they were last read: a hint, which the statement that uses it checks. */
export class DurableJobs {
  readonly #keys = new Set<string>();
  #last: JobDetail | null = null;

  note(job: JobDetail): void {
    if (job === this.#last) return;
    this.#last = job;
    const key = keyText(job.key);
    if (!job.durable) this.#keys.delete(key);
    else if (this.#keys.size < MOST_REMEMBERED) this.#keys.add(key);
  }

  /** Whether the end of that run takes no job with it. */
  covers({ instruction, jobKey }: Completion): boolean {
    return instruction !== 'deleteTrigger' || this.#keys.has(keyText(jobKey));
  }
}

const MOST_REMEMBERED = 10_000;

/** What ending runs works with. */
export interface EndSetting {
  readonly database: PostgresDatabase;
  readonly scope: SqlScope;
  readonly durable: DurableJobs;
  /** The part of a statement that tells other nodes of a change. */
  tell(candidateAt: Sql): Sql;
}

/**
 * Ends the runs that are on the rows of their triggers.
 *
 * @returns the completions whose runs were not there
 */
export async function endRunsOnRows(
  { database, scope, durable, tell }: EndSetting,
  completions: readonly Completion[],
  effects: Effects,
): Promise<readonly Completion[]> {
  let left = completions;
  const remove = (done: ReadonlySet<number>): void => {
    left = left.filter((_, position) => !done.has(position));
  };
  if (left.every((completion) => durable.covers(completion))) {
    const [ended = []] = await database.batch([endingOfDurable(scope, left, tell)]);
    remove(readEnded(ended, [], effects));
  }
  if (left.length === 0) return left;
  const [, ended = [], orphans = []] = await database.batch(endingStatements(scope, left, tell));
  remove(readEnded(ended, orphans, effects));
  return left;
}
