/**
 * Statements at the end of a run.
 *
 * @module
 */
import type { JobKey, TriggerKey } from '@ametrine/core';
import type { SqlScope } from '../scope.js';
import type { Sql } from '../sql.js';
import { keyRows } from './jobs.js';

/** What the end of a run looks at, in order. */
export type RunRow = readonly [
  position: number,
  id: number,
  jobId: number,
  state: string,
  claimId: string | null,
  nextFireAt: number | null,
  runId: string | null,
  runFiredAt: number | null,
  runNonConcurrent: number | null,
  hasLargeData: number,
];

/** The triggers of the keys, as {@link RunRow}s with the position of their key; locked, where steps run beside others. */
export function selectRuns(scope: SqlScope, keys: readonly TriggerKey[]): Sql {
  return scope.sql`SELECT k.position, t.id, t.job_id, t.state, t.claim_id, t.next_fire_at, t.run_id, t.run_fired_at,
      t.run_non_concurrent, t.data IS NULL
    FROM ${keyRows(scope, keys)} AS k ${scope.dialect.joinInOrder} ${scope.tables.triggers} AS t
    ON t.scheduler_id = ${scope.schedulerId} AND t.trigger_group = k.group_name AND t.trigger_name = k.name
    ${scope.locking('all')}`;
}

/** Marks triggers as complete. */
export function completeTriggers(scope: SqlScope, ids: readonly number[]): Sql {
  return scope.sql`UPDATE ${scope.tables.triggers} SET state = 'complete', claim_id = NULL WHERE id IN ${scope.ids(ids)}`;
}

/** Position within the keys and id of those jobs that persist their data. */
export function selectPersistingJobs(scope: SqlScope, keys: readonly JobKey[]): Sql {
  return scope.sql`SELECT k.position, j.id FROM ${keyRows(scope, keys)} AS k
    ${scope.dialect.joinInOrder} ${scope.tables.jobs} AS j
    ON j.scheduler_id = ${scope.schedulerId} AND j.job_group = k.group_name AND j.job_name = k.name
      AND j.persists_data = 1`;
}
