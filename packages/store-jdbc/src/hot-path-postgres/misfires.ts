/**
 * Misfires, before a claim.
 *
 * @module
 */
import {
  afterMisfire,
  type CalendarsByName,
  type ClaimRequest,
  calendarNamed,
  type Effects,
  encodeSchedule,
} from '@ametrine/core/spi';
import { calendarsIn } from '../damage.js';
import { calendarNames } from '../hot-path/calendar-names.js';
import { readKey, readTrigger, shownKeyOf, type TriggerRow, unreadableError } from '../records.js';
import type { SqlScope } from '../scope.js';
import type { Sql, SqlRow, SqlValue } from '../sql.js';
import { selectCalendars } from '../statements/calendars.js';
import { busyJobs, selectMisfired } from '../statements/claim.js';
import { setUnreadable } from '../statements/triggers.js';
import type { ClaimSetting } from './claiming.js';

/** Triggers that have misfired, one more than are to be handled. */
export function selectMisfiredRows(scope: SqlScope, { misfiredBefore, maxMisfires }: ClaimRequest): Sql {
  return selectMisfired(scope, {
    before: misfiredBefore,
    limit: maxMisfires + 1,
    selection: { by: 'all' },
    exceptJobs: busyJobs(scope),
  });
}

/**
 * Applies misfire instructions to rows of {@link selectMisfiredRows}. Of several nodes that found the same one handles
 * it, and tells of it: whoever still sees it as it was found.
 *
 * @returns whether more are left than the limit
 * @rule JS-MIS-01 to JS-MIS-06
 */
export async function applyMisfires(
  { database, scope, announce }: ClaimSetting,
  { now, maxMisfires }: ClaimRequest,
  found: readonly SqlRow[],
  effects: Effects,
): Promise<boolean> {
  const triggers: TriggerRow[] = [];
  const damaged: number[] = [];
  for (const row of found.slice(0, maxMisfires)) {
    try {
      triggers.push(readTrigger(row, readKey(row[19], row[20])));
    } catch (error) {
      damaged.push(row[0] as number);
      effects.storeError(
        `Trigger ${shownKeyOf(row)} is put in error: it cannot be read`,
        unreadableError(error),
      );
    }
  }
  if (damaged.length > 0) await database.batch([setUnreadable(scope, damaged)]);
  const calendars = await readCalendars(database, scope, calendarNames(triggers));
  const after = triggers.map(({ record: { trigger } }) =>
    // A calendar that is missing or damaged counts as none: the trigger must get a time again, and firing tells.
    afterMisfire(trigger, calendarNamed(calendars, trigger.calendarName), now),
  );
  const rows = after.map((trigger, index): SqlRow => {
    const { id, record } = triggers[index] as TriggerRow;
    const { nextFireAt, previousFireAt, timesTriggered, startAt, schedule } = trigger;
    const state = nextFireAt === null ? 'complete' : 'waiting';
    return [
      id,
      record.trigger.nextFireAt,
      state,
      nextFireAt,
      previousFireAt,
      timesTriggered,
      startAt,
      encodeSchedule(schedule),
    ];
  });
  const earliest = after.reduce<number | null>(
    (least, { nextFireAt }) =>
      nextFireAt === null || (least !== null && least < nextFireAt) ? least : nextFireAt,
    null,
  );
  const [changed = []] = await database.batch([
    rescheduleMisfired(scope, rows),
    ...(earliest === null ? [] : [announce(earliest)]),
  ]);
  const ours = new Set(changed.map(([id]) => id));
  triggers.forEach(({ id, record: { trigger } }, index) => {
    if (!ours.has(id)) return;
    const rescheduled = after[index] as (typeof after)[number];
    effects.misfired(trigger);
    if (rescheduled.nextFireAt === null) effects.finalized(rescheduled);
    else effects.schedulingChanged(rescheduled.nextFireAt);
  });
  return found.length > maxMisfires;
}

async function readCalendars(
  database: ClaimSetting['database'],
  scope: SqlScope,
  names: readonly string[],
): Promise<CalendarsByName> {
  if (names.length === 0) return new Map();
  const [rows = []] = await database.batch([selectCalendars(scope, names)]);
  return calendarsIn(rows);
}

function rescheduleMisfired({ sql, tables }: SqlScope, rows: readonly SqlRow[]): Sql {
  const column = (index: number): readonly SqlValue[] => rows.map((row) => row[index] as SqlValue);
  return sql`UPDATE ${tables.triggers} AS t SET state = r.state, next_fire_at = r.next_fire_at,
      previous_fire_at = r.previous_fire_at, times_triggered = r.times_triggered, start_at = r.start_at, schedule = r.schedule
    FROM unnest(${column(0)}::bigint[], ${column(1)}::bigint[], ${column(2)}::text[], ${column(3)}::bigint[],
        ${column(4)}::bigint[], ${column(5)}::bigint[], ${column(6)}::bigint[], ${column(7)}::text[])
      AS r(id, found_at, state, next_fire_at, previous_fire_at, times_triggered, start_at, schedule)
    WHERE t.id = r.id AND t.state = 'waiting' AND t.next_fire_at = r.found_at RETURNING t.id`;
}
