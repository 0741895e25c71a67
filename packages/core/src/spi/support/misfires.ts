/**
 * Misfires, over the storage primitives.
 *
 * @module
 */
import { afterMisfire } from '../../firing.js';
import type { JobKey } from '../../key.js';
import type { Effects } from '../effects.js';
import type { TriggerRecord, TriggerSelection } from '../records.js';
import type { MisfirePass } from '../results.js';
import type { StoreTransaction } from '../store-transaction.js';
import { calendarsOf } from './lookup.js';

/** What one pass looks at. */
export interface MisfireRequest {
  readonly now: number;
  /** Triggers due before this instant (epoch ms) have misfired. */
  readonly before: number;
  readonly limit: number;
  readonly selection: TriggerSelection;
  /** Triggers of these jobs are blocked and keep their time until they are not (MIS-17). */
  readonly exceptJobs: readonly JobKey[];
}

/** @rule JS-MIS-01 to JS-MIS-06 */
export async function applyMisfires(
  tx: StoreTransaction,
  effects: Effects,
  request: MisfireRequest,
): Promise<MisfirePass> {
  const { now, before, limit, selection, exceptJobs } = request;
  const found = await tx.selectMisfired({ before, limit: limit + 1, selection, exceptJobs });
  if (found.length === 0) return { handled: 0, hasMore: false };
  const misfired = found.slice(0, limit);
  // A missing calendar counts as none here: the trigger must get a time again, and firing will say what is missing.
  const calendars = await calendarsOf(
    tx,
    misfired.map(({ trigger }) => trigger.calendarName),
  );
  const records: TriggerRecord[] = [];
  for (const { trigger } of misfired) {
    effects.misfired(trigger);
    const calendar = trigger.calendarName === null ? null : (calendars.get(trigger.calendarName) ?? null);
    const after = afterMisfire(trigger, calendar, now);
    if (after.nextFireAt === null) effects.finalized(after);
    else effects.schedulingChanged(after.nextFireAt);
    records.push({
      trigger: after,
      state: after.nextFireAt === null ? 'complete' : 'waiting',
      fireInstanceId: null,
    });
  }
  await tx.putTriggers(records);
  return { handled: misfired.length, hasMore: found.length > limit };
}
