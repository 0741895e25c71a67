/**
 * Claims of triggers that turned out to be unreadable.
 *
 * @module
 */
import type { PostgresDatabase } from '../postgres-database.js';
import type { SqlScope } from '../scope.js';

/** Puts the triggers in error and forgets their claims, so that no scan meets them again. */
export async function takeBackUnreadable(
  database: PostgresDatabase,
  scope: SqlScope,
  fireInstanceIds: readonly string[],
): Promise<void> {
  const { sql, tables, schedulerId } = scope;
  await database.batch([
    sql`UPDATE ${tables.triggers} SET state = 'error', claim_id = NULL, run_id = NULL, run_node = NULL,
        run_scheduled_at = NULL, run_fired_at = NULL, run_non_concurrent = NULL, run_requests_recovery = NULL
      WHERE run_id IS NOT NULL AND scheduler_id = ${schedulerId} AND run_id IN ${scope.list(fireInstanceIds)}`,
  ]);
}
