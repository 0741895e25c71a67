/**
 * Calendars, over the storage primitives.
 *
 * @module
 */
import type { Calendar } from '../../calendars/calendar.js';
import { SchedulerError } from '../../errors.js';
import { withCalendar } from '../../firing.js';
import type { Effects } from '../effects.js';
import type { TriggerRecord } from '../records.js';
import type { RemoveOutcome } from '../results.js';
import type { StoreTransaction } from '../store-transaction.js';
import { alreadyExists } from './storing.js';

/** How a calendar is stored. */
export interface CalendarChange {
  readonly replace: boolean;
  readonly updateTriggers: boolean;
  readonly now: number;
  readonly misfireThresholdMs: number;
}

/** @rule JS-CAL-01, JS-CAL-03 */
export async function storeCalendar(
  tx: StoreTransaction,
  effects: Effects,
  name: string,
  calendar: Calendar,
  change: CalendarChange,
): Promise<void> {
  const existing = await tx.getCalendar(name);
  if (existing !== null && !change.replace) throw alreadyExists('calendar', name);
  await tx.putCalendar(name, calendar);
  if (existing === null || !change.updateTriggers) return;

  const records: TriggerRecord[] = [];
  for (const record of await tx.selectTriggers({ by: 'calendar', calendarName: name })) {
    if (record.state === 'complete' || record.trigger.nextFireAt === null) continue;
    const trigger = withCalendar(record.trigger, calendar, change.now, change.misfireThresholdMs);
    if (trigger.nextFireAt === null) effects.finalized(trigger);
    else if (record.state !== 'paused' && record.state !== 'error')
      effects.schedulingChanged(trigger.nextFireAt);
    records.push({ trigger, state: stateAfter(record, trigger.nextFireAt), fireInstanceId: null });
  }
  await tx.putTriggers(records);
}

/** States stay (JS-CAL-04), but a claim made under the old time is lost, and what has no time left is complete. */
function stateAfter(record: TriggerRecord, nextFireAt: number | null): TriggerRecord['state'] {
  if (nextFireAt === null && record.state !== 'error') return 'complete';
  return record.state === 'acquired' ? 'waiting' : record.state;
}

/** @rule JS-CAL-02 */
export async function removeCalendar(tx: StoreTransaction, name: string): Promise<RemoveOutcome> {
  if ((await tx.getCalendar(name)) === null) return 'absent';
  const users = await tx.selectTriggers({ by: 'calendar', calendarName: name }, 1);
  if (users.length > 0) {
    throw new SchedulerError(
      'ERR_CALENDAR_IN_USE',
      `Calendar ${name} is named by a trigger; remove or change its triggers first`,
      {
        details: { calendar: name },
      },
    );
  }
  await tx.removeCalendar(name);
  return 'removed';
}
