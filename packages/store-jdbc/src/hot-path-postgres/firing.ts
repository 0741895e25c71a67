/**
 * Firing what was claimed ahead of its time, in one round trip.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import { type AcquiredTrigger, afterFire, bundleOf, type FireOutcome } from '@ametrine/core/spi';
import type { SqlScope } from '../scope.js';
import type { Sql, SqlRow } from '../sql.js';
import { JOB_OF_FIRST, JobsOfRows } from './job-columns.js';
import { OWN_RUN } from './own-run.js';

/** A claim whose fire needs nothing that is not in it. */
export interface PlainFire {
  readonly claim: AcquiredTrigger;
  readonly after: Trigger;
}

/**
 * The fire of a claim, when it can be computed here: while a claim holds its trigger nobody changes its schedule, but a
 * calendar may change under it, and has to be read.
 */
export function plainFire(claim: AcquiredTrigger): PlainFire | null {
  if (claim.trigger.calendarName !== null) return null;
  return { claim, after: afterFire(claim.trigger, null) };
}

/**
 * Fires the claims that are on the rows of their triggers, and whose job may run twice exactly when it might as they were
 * made: then the claim itself keeps others away.
 *
 * Rows: the position of the claim, the id of its job, and the job on the first row of each.
 */
export function fireClaims(scope: SqlScope, fires: readonly PlainFire[], now: number): Sql {
  const { sql, tables, schedulerId } = scope;
  const groups = fires.map(({ claim }) => claim.trigger.key.group);
  const names = fires.map(({ claim }) => claim.trigger.key.name);
  const tokens = fires.map(({ claim }) => claim.fireInstanceId);
  const before = fires.map(({ claim }) => claim.trigger.nextFireAt);
  const next = fires.map(({ after }) => after.nextFireAt);
  return sql`WITH held AS (
      SELECT i.position, i.next_fire_at, t.id, t.job_id, t.run_id, t.run_non_concurrent
      FROM unnest(${tokens}::text[], ${groups}::text[], ${names}::text[], ${before}::bigint[], ${next}::bigint[])
        WITH ORDINALITY AS i(token, group_name, name, found_at, next_fire_at, position)
      JOIN ${tables.triggers} AS t
        ON t.scheduler_id = ${schedulerId} AND t.trigger_group = i.group_name AND t.trigger_name = i.name
      WHERE t.state = 'acquired' AND t.claim_id = i.token AND ${OWN_RUN} AND t.next_fire_at = i.found_at
      ORDER BY t.id FOR UPDATE OF t),
    fired AS (
      UPDATE ${tables.triggers} AS t SET state = 'waiting', claim_id = NULL, next_fire_at = h.next_fire_at,
        previous_fire_at = t.next_fire_at, times_triggered = t.times_triggered + 1,
        run_fired_at = ${now}, run_requests_recovery = j.requests_recovery
      FROM held AS h JOIN ${tables.jobs} AS j ON j.id = h.job_id AND j.non_concurrent = h.run_non_concurrent
      WHERE t.id = h.id
      RETURNING h.position AS rank, t.job_id)
    SELECT f.rank - 1, f.job_id, ${JOB_OF_FIRST} FROM fired AS f JOIN ${tables.jobs} AS j ON j.id = f.job_id
    ORDER BY f.rank`;
}

/** Reads rows of {@link fireClaims}: the outcomes of those that fired, by position. */
export function readFired(
  fires: readonly PlainFire[],
  rows: readonly SqlRow[],
  now: number,
): ReadonlyMap<AcquiredTrigger, FireOutcome> {
  const jobs = new JobsOfRows();
  const outcomes = new Map<AcquiredTrigger, FireOutcome>();
  for (const row of rows) {
    const { claim, after } = fires[row[0] as number] as PlainFire;
    jobs.meet(row.slice(2));
    const job = jobs.of(row[1] as number);
    const bundle = bundleOf(claim.fireInstanceId, job, claim.trigger, after, null, now);
    outcomes.set(claim, { kind: 'fired', bundle });
  }
  return outcomes;
}
