/**
 * Misfires, before a claim.
 *
 * @module
 */
import { afterMisfire, calendarNamed, type Effects, encodeSchedule } from '@ametrine/core/spi';
import { readKey } from '../records.js';
import { readScan } from '../scan.js';
import type { Sql, SqlRow } from '../sql.js';
import type { SqlTransaction } from '../sql-transaction.js';
import { lockWaiting, rescheduleTriggers, selectMisfired } from '../statements/claim.js';
import { calendarNames } from './calendar-names.js';

/** Which triggers have misfired, and how many of them to handle. */
export interface MisfireRange {
  readonly before: number;
  readonly limit: number;
  /** A set of job ids to leave out. */
  readonly exceptJobs: Sql;
}

/**
 * Applies misfire instructions, oldest first.
 *
 * @returns whether more are left than the limit
 * @rule JS-MIS-01 to JS-MIS-06
 */
export async function applyMisfires(
  tx: SqlTransaction,
  effects: Effects,
  now: number,
  { before, limit, exceptJobs }: MisfireRange,
): Promise<boolean> {
  const range = { before, limit: limit + 1, selection: { by: 'all' } as const, exceptJobs };
  const rows = await tx.driver.query(selectMisfired(tx.scope, range));
  if (rows.length === 0) return false;
  const ours = await withoutOthers(tx, rows.slice(0, limit));
  const { triggers } = await readScan(tx, ours, (row) => readKey(row[19], row[20]));
  const calendars = await tx.calendarsOf(calendarNames(triggers));
  const updates: SqlRow[] = [];
  for (const { id, record } of triggers) {
    const { trigger } = record;
    effects.misfired(trigger);
    // A calendar that is missing or damaged counts as none here: the trigger must get a time again, and firing will say what is missing.
    const calendar = calendarNamed(calendars, trigger.calendarName);
    const after = afterMisfire(trigger, calendar, now);
    if (after.nextFireAt === null) effects.finalized(after);
    else effects.schedulingChanged(after.nextFireAt);
    updates.push([
      after.nextFireAt === null ? 'complete' : 'waiting',
      after.nextFireAt,
      after.previousFireAt,
      after.timesTriggered,
      after.startAt,
      encodeSchedule(after.schedule),
      id,
    ]);
  }
  await tx.driver.executeEach(rescheduleTriggers(tx.scope, updates));
  return rows.length > limit;
}

/** Where steps run beside one another: the rows that no other step is at, or has changed since they were read. */
async function withoutOthers(tx: SqlTransaction, rows: readonly SqlRow[]): Promise<readonly SqlRow[]> {
  if (tx.scope.dialect.rowLocks === null) return rows;
  const ids = rows.map(([id]) => id as number);
  const locked = new Map(
    (await tx.driver.query(lockWaiting(tx.scope, ids))) as readonly (readonly [number, number])[],
  );
  return rows.filter((row) => locked.get(row[0] as number) === row[6]);
}
