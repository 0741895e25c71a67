/**
 * Claims and fires whose answer never came, because the connection broke in the middle.
 *
 * @module
 */
import { TRIGGER_COLUMNS } from '../records.js';
import type { SqlScope } from '../scope.js';
import { RawSql, type Sql, type SqlRow } from '../sql.js';
import type { ClaimSetting } from './claiming.js';
import { JOB_OF_FIRST } from './job-columns.js';

/** The trigger as it was before the fire, but for its fire before that, which nobody knows any more. */
const BEFORE = new RawSql(
  ['id', ...TRIGGER_COLUMNS.filter((column) => column !== 'data')]
    .map((column) => {
      if (column === 'next_fire_at') return 't.run_scheduled_at';
      if (column === 'previous_fire_at')
        return 'CASE WHEN t.run_fired_at IS NULL THEN t.previous_fire_at END';
      if (column === 'times_triggered')
        return 't.times_triggered - CASE WHEN t.run_fired_at IS NULL THEN 0 ELSE 1 END';
      return `t.${column}`;
    })
    .join(', '),
);

/** Remembers tokens, or what those of a claim begin with, until it is known what became of them. */
export class LostClaims {
  readonly #tokens = new Set<string>();

  get any(): boolean {
    return this.#tokens.size > 0;
  }

  add(tokens: readonly string[]): void {
    for (const token of tokens) this.#tokens.add(token);
  }

  /**
   * Finds what was claimed or fired after all, in rows like those of a claim. Alone with the scheduler's rows, which waits
   * for a transaction that the server has not given up yet.
   */
  async find({ database, scope }: ClaimSetting, instanceId: string): Promise<readonly SqlRow[]> {
    const tokens = [...this.#tokens];
    const rows = await database.transaction('write', (driver) =>
      driver.query(selectClaims(scope, tokens, instanceId)),
    );
    for (const token of tokens) this.#tokens.delete(token);
    return rows;
  }
}

function selectClaims(scope: SqlScope, tokens: readonly string[], instanceId: string): Sql {
  const { sql, tables, schedulerId } = scope;
  return sql`SELECT NULL, 0, NULL, NULL, NULL, NULL, t.run_id, t.run_fired_at IS NOT NULL, ${BEFORE},
      coalesce(t.data, (SELECT d.data FROM ${tables.triggerData} AS d WHERE d.trigger_id = t.id)), NULL, ${JOB_OF_FIRST}
    FROM (SELECT f.*, row_number() OVER (ORDER BY f.run_scheduled_at, f.id) AS rank FROM ${tables.triggers} AS f
      WHERE f.run_id IS NOT NULL AND f.scheduler_id = ${schedulerId} AND f.run_node = ${instanceId}
        AND EXISTS (SELECT 1 FROM unnest(${tokens}::text[]) AS l(token)
          WHERE f.run_id = l.token OR starts_with(f.run_id, l.token || '.'))) AS t
    JOIN ${tables.jobs} AS j ON j.id = t.job_id ORDER BY t.rank`;
}
