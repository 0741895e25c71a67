/**
 * Giving claims back, in one round trip.
 *
 * @module
 */
import type { AcquiredTrigger, Effects } from '@ametrine/core/spi';
import type { SqlScope } from '../scope.js';
import type { Sql, SqlRow } from '../sql.js';
import { NO_RUN } from '../statements/executions.js';
import { OWN_RUN } from './own-run.js';

/**
 * Gives back the claims that are on the rows of their triggers, and tells other nodes.
 *
 * Rows: the position of the claim, the next fire time where the trigger waits again, and whether the job must not run
 * twice.
 */
export function releaseClaims(
  scope: SqlScope,
  acquired: readonly AcquiredTrigger[],
  tell: (candidateAt: Sql) => Sql,
): Sql {
  const { sql, tables, schedulerId } = scope;
  const groups = acquired.map(({ trigger }) => trigger.key.group);
  const names = acquired.map(({ trigger }) => trigger.key.name);
  const tokens = acquired.map(({ fireInstanceId }) => fireInstanceId);
  return sql`WITH held AS (
      SELECT i.position, t.id, t.state = 'acquired' AND t.claim_id = i.token AS waits, t.next_fire_at, t.run_non_concurrent
      FROM unnest(${tokens}::text[], ${groups}::text[], ${names}::text[]) WITH ORDINALITY AS i(token, group_name, name, position)
      JOIN ${tables.triggers} AS t
        ON t.scheduler_id = ${schedulerId} AND t.trigger_group = i.group_name AND t.trigger_name = i.name
      WHERE ${OWN_RUN} AND t.run_fired_at IS NULL ORDER BY t.id FOR UPDATE OF t),
    released AS (
      UPDATE ${tables.triggers} AS t SET ${NO_RUN},
        state = CASE WHEN h.waits THEN 'waiting' ELSE t.state END,
        claim_id = CASE WHEN h.waits THEN NULL ELSE t.claim_id END
      FROM held AS h WHERE t.id = h.id
      RETURNING h.position, CASE WHEN h.waits THEN h.next_fire_at END AS waits_for, h.run_non_concurrent)
    SELECT r.position - 1, r.waits_for, r.run_non_concurrent, NULL FROM released AS r
    UNION ALL
    SELECT NULL, NULL, NULL, ${tell(sql`CASE WHEN max(r.run_non_concurrent) = 1 THEN '' ELSE min(r.waits_for)::text END`)}
    FROM released AS r HAVING count(*) > 0`;
}

/**
 * Reads rows of {@link releaseClaims}.
 *
 * @returns the claims whose executions are not on the rows of their triggers, if they are anywhere
 */
export function readReleased(
  acquired: readonly AcquiredTrigger[],
  rows: readonly SqlRow[],
  effects: Effects,
): readonly AcquiredTrigger[] {
  const done = new Set<number>();
  for (const [position, waitsFor, nonConcurrent] of rows) {
    if (position === null) continue;
    done.add(position as number);
    if (waitsFor !== null) effects.schedulingChanged(waitsFor as number);
    // Whatever became of a claimed trigger itself, its siblings may be claimed again (JS-SIG-02).
    if (nonConcurrent === 1) effects.schedulingChanged(null);
  }
  return acquired.filter((_, position) => !done.has(position));
}
