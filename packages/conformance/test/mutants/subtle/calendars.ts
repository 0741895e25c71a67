/**
 * Subtle defects in calendars.
 *
 * @module
 */
import { keyText } from '@ametrine/core';
import { brokenCalls, brokenPrimitives, type Mutant } from '../mutant.js';

const isConflict = (error: unknown): boolean => (error as { code?: unknown }).code === 'ERR_ALREADY_EXISTS';

type Tx = Parameters<Parameters<typeof brokenPrimitives>[2]>[0];

type Found = Awaited<ReturnType<Tx['selectTriggers']>>;

/** CAL. */
export const subtleCalendarMutants: readonly Mutant[] = [
  brokenCalls(
    'JS-CAL-01/idempotent',
    'a calendar that is there already is passed over in silence',
    (store) => ({
      storeCalendar: (name, calendar, options) =>
        store.storeCalendar(name, calendar, options).catch((error: unknown) => {
          if (!isConflict(error)) throw error;
        }),
    }),
  ),
  brokenCalls('JS-CAL-01/unused', 'a calendar that no trigger names is overwritten unasked', (store) => ({
    storeCalendar: async (name, calendar, options) => {
      const used = (await store.listTriggers({})).some(({ calendarName }) => calendarName === name);
      await store.storeCalendar(name, calendar, used ? options : { ...options, replace: true });
    },
  })),
  usedBy(
    'JS-CAL-02/not-by-the-paused',
    'a paused trigger does not keep its calendar',
    (state) => state !== 'paused',
  ),
  usedBy(
    'JS-CAL-02/not-by-the-spent',
    'a complete trigger does not keep its calendar',
    (state) => state !== 'complete',
  ),
  usedBy(
    'JS-CAL-02/not-by-errors',
    'a trigger in error does not keep its calendar',
    (state) => state !== 'error',
  ),
  brokenCalls(
    'JS-CAL-02/cascades',
    'removing a calendar that is in use takes it from its triggers',
    (store) => ({
      removeCalendar: async (name) => {
        for (const trigger of await store.listTriggers({}))
          if (trigger.calendarName === name)
            await store.storeTrigger({ ...trigger, calendarName: null }, { replace: true });
        return store.removeCalendar(name);
      },
    }),
  ),
  brokenCalls('JS-CAL-02/any-use', 'a calendar is in use while any trigger names one', (store) => ({
    removeCalendar: async (name) => {
      const used = (await store.listTriggers({})).some(({ calendarName }) => calendarName !== null);
      if (!used) return store.removeCalendar(name);
      const error = new Error('in use');
      throw Object.assign(error, { code: 'ERR_CALENDAR_IN_USE' });
    },
  })),
  updates('JS-CAL-03/one-only', 'of several triggers of a calendar one moves', (found) => found.slice(0, 1)),
  updates('JS-CAL-03/not-the-paused', 'paused triggers of a calendar keep their times', (found) =>
    found.filter(({ state }) => state !== 'paused'),
  ),
  updates('JS-CAL-03/not-errors', 'triggers in error keep their times', (found) =>
    found.filter(({ state }) => state !== 'error'),
  ),
  brokenPrimitives('JS-CAL-03/others-too', 'the triggers of other calendars move too', (tx) => ({
    selectTriggers: async (selection, limit) => {
      if (selection.by !== 'calendar' || limit !== undefined) return tx.selectTriggers(selection, limit);
      return (await tx.selectTriggers({ by: 'all' })).filter(({ trigger }) => trigger.calendarName !== null);
    },
  })),
  brokenPrimitives('JS-CAL-03/error-without-time', 'a trigger without a time left is in error', (tx) => {
    let updating = false;
    return {
      selectTriggers: async (selection, limit) => {
        updating ||= selection.by === 'calendar';
        return tx.selectTriggers(selection, limit);
      },
      putTriggers: (records) =>
        tx.putTriggers(
          records.map((r) => (updating && r.state === 'complete' ? { ...r, state: 'error' } : r)),
        ),
    };
  }),
  brokenPrimitives('JS-CAL-03/removes', 'a trigger without a time left is removed', (tx) => {
    let updating = false;
    return {
      selectTriggers: async (selection, limit) => {
        updating ||= selection.by === 'calendar';
        return tx.selectTriggers(selection, limit);
      },
      putTriggers: async (records) => {
        await tx.putTriggers(records);
        const spent = records.filter(({ state }) => updating && state === 'complete');
        await tx.removeTriggers(spent.map(({ trigger }) => trigger.key));
      },
    };
  }),
  brokenPrimitives('JS-CAL-03/keeps-the-claim', 'a claim holds on under the new time', (tx) => {
    let updating = false;
    return {
      selectTriggers: async (selection, limit) => {
        updating ||= selection.by === 'calendar';
        return tx.selectTriggers(selection, limit);
      },
      putTriggers: async (records) => {
        if (!updating) return tx.putTriggers(records);
        const held = new Map(
          (await tx.getTriggers(records.map(({ trigger }) => trigger.key))).map((r) => [
            keyText(r.trigger.key),
            r,
          ]),
        );
        await tx.putTriggers(
          records.map((r) => {
            const before = held.get(keyText(r.trigger.key));
            return before?.state === 'acquired' && r.state === 'waiting'
              ? { ...before, trigger: r.trigger }
              : r;
          }),
        );
      },
    };
  }),
  brokenCalls('JS-CAL-03/in-the-past', 'the new times may lie in the past', (store) => ({
    storeCalendar: (name, calendar, options) => store.storeCalendar(name, calendar, { ...options, now: 0 }),
  })),
  brokenPrimitives('JS-CAL-04/pauses', 'a calendar’s update pauses its triggers', (tx) => {
    let updating = false;
    return {
      selectTriggers: async (selection, limit) => {
        updating ||= selection.by === 'calendar';
        return tx.selectTriggers(selection, limit);
      },
      putTriggers: (records) =>
        tx.putTriggers(
          records.map((r) => (updating && r.state === 'waiting' ? { ...r, state: 'paused' } : r)),
        ),
    };
  }),
];

/** Other triggers than those of the calendar are looked at for its removal. */
function usedBy(id: string, what: string, counts: (state: Found[number]['state']) => boolean): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectTriggers: async (selection, limit) => {
      if (selection.by !== 'calendar' || limit === undefined) return tx.selectTriggers(selection, limit);
      const found = await tx.selectTriggers(selection);
      return found.filter(({ state }) => counts(state)).slice(0, limit);
    },
  }));
}

/** Other triggers than those of the calendar are updated. */
function updates(id: string, what: string, change: (found: Found) => Found): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectTriggers: async (selection, limit) => {
      const found = await tx.selectTriggers(selection, limit);
      return selection.by === 'calendar' && limit === undefined ? change(found) : found;
    },
  }));
}
