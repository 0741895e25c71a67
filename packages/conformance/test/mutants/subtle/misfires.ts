/**
 * Subtle defects in misfires.
 *
 * @module
 */
import { keyText, type Trigger } from '@ametrine/core';
import type { JobClassResolver, StoreOptions, TriggerRecord } from '@ametrine/core/spi';
import { type OpenBackend, OpenPortableStore } from '../../open-portable-store.js';
import { brokenCalls, brokenPrimitives, brokenStore, type Mutant } from '../mutant.js';

const EVERYTHING = 1_000_000;

/** MIS. */
export const subtleMisfireMutants: readonly Mutant[] = [
  brokenStore('JS-MIS-01/own-threshold', 'the threshold is a minute, whatever the options say', () => {
    return class extends OpenPortableStore {
      constructor(backend: OpenBackend, options: StoreOptions = {}, hook?: JobClassResolver) {
        super(backend, { ...options, misfireThresholdMs: 60_000 }, hook);
      }
    };
  }),
  brokenPrimitives('JS-MIS-01/a-second', 'lateness is told in whole seconds', (tx) => ({
    selectMisfired: (query) =>
      tx.selectMisfired({ ...query, before: Math.floor(query.before / 1000) * 1000 }),
    selectDue: (query) =>
      tx.selectDue({ ...query, misfiredBefore: Math.floor(query.misfiredBefore / 1000) * 1000 }),
  })),
  sortedMisfires(
    'JS-MIS-02/by-priority',
    'the highest priority is handled first',
    (a, b) => b.priority - a.priority,
  ),
  sortedMisfires('JS-MIS-02/by-name', 'misfires are handled by name', (a, b) =>
    a.key.name < b.key.name ? -1 : 1,
  ),
  sortedMisfires(
    'JS-MIS-02/ties',
    'of misfires of one time the lowest priority comes first',
    (a, b) => (a.nextFireAt ?? 0) - (b.nextFireAt ?? 0) || a.priority - b.priority,
  ),
  brokenCalls('JS-MIS-02/one-less', 'a pass handles one less than its limit', (store) => ({
    recoverMisfires: ({ now, limit }) => store.recoverMisfires({ now, limit: Math.max(1, limit - 1) }),
  })),
  brokenCalls(
    'JS-MIS-02/more-at-the-limit',
    'a pass that reached its limit always says that more are left',
    (store) => ({
      recoverMisfires: async (request) => {
        const pass = await store.recoverMisfires(request);
        return { ...pass, hasMore: pass.handled === request.limit };
      },
    }),
  ),
  brokenCalls('JS-MIS-02/counts-one', 'a pass counts one misfire', (store) => ({
    recoverMisfires: async (request) => {
      const pass = await store.recoverMisfires(request);
      return { ...pass, handled: Math.min(1, pass.handled) };
    },
  })),
  brokenPrimitives('JS-MIS-03/after', 'a misfire’s notice shows the time it has now', (tx, { effects }) => {
    const tell = effects.misfired.bind(effects);
    const told: Trigger[] = [];
    effects.misfired = (trigger) => {
      told.push(trigger);
    };
    return {
      putTriggers: async (records) => {
        for (const before of told.splice(0))
          tell(
            records.find(({ trigger }) => keyText(trigger.key) === keyText(before.key))?.trigger ?? before,
          );
        await tx.putTriggers(records);
      },
    };
  }),
  brokenPrimitives('JS-MIS-03/first-only', 'of several misfires one is notified', (_tx, { effects }) => {
    const tell = effects.misfired.bind(effects);
    let told = false;
    effects.misfired = (trigger) => {
      if (!told) tell(trigger);
      told = true;
    };
    return {};
  }),
  misfiresTo('JS-MIS-04/error', 'a misfire that leaves no time is an error', (r) =>
    r.trigger.nextFireAt === null ? { ...r, state: 'error' } : r,
  ),
  misfiresTo('JS-MIS-04/counts', 'a misfire counts as a fire', (r) => ({
    ...r,
    trigger: { ...r.trigger, timesTriggered: r.trigger.timesTriggered + 1 },
  })),
  misfiresTo('JS-MIS-04/remembers', 'a misfire counts as the last fire', (r, before) => ({
    ...r,
    trigger: { ...r.trigger, previousFireAt: before.nextFireAt },
  })),
  misfiresTo('JS-MIS-04/late', 'a trigger that is to fire now fires a moment later', (r) => ({
    ...r,
    trigger: { ...r.trigger, nextFireAt: r.trigger.nextFireAt === null ? null : r.trigger.nextFireAt + 1 },
  })),
  misfiresTo('JS-MIS-04/pauses', 'a trigger that misfired is paused', (r) =>
    r.state === 'waiting' ? { ...r, state: 'paused' } : r,
  ),
  brokenPrimitives('JS-MIS-04/no-calendar', 'a misfire does not ask the calendar', (tx) => {
    let passing = false;
    return {
      selectMisfired: async (query) => {
        const found = await tx.selectMisfired(query);
        passing = found.length > 0;
        return found;
      },
      putTriggers: async (records) => {
        passing = false;
        await tx.putTriggers(records);
      },
      getCalendar: async (name) => (passing ? null : tx.getCalendar(name)),
    };
  }),
  passesOver('JS-MIS-05/acquired-too', 'acquired triggers misfire', 'acquired'),
  passesOver('JS-MIS-05/complete-too', 'complete triggers misfire', 'complete'),
  passesOver('JS-MIS-05/errors-too', 'triggers in error misfire', 'error'),
];

/** Misfires in another order. */
function sortedMisfires(id: string, what: string, by: (a: Trigger, b: Trigger) => number): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectMisfired: async (query) => {
      const found = [...(await tx.selectMisfired({ ...query, limit: EVERYTHING }))];
      return found.sort(({ trigger: a }, { trigger: b }) => by(a, b)).slice(0, query.limit);
    },
  }));
}

/** Misfired triggers are left as something else. */
function misfiresTo(
  id: string,
  what: string,
  change: (after: TriggerRecord, before: Trigger) => TriggerRecord,
): Mutant {
  return brokenPrimitives(id, what, (tx) => {
    let misfired = new Map<string, Trigger>();
    return {
      selectMisfired: async (query) => {
        const found = await tx.selectMisfired(query);
        misfired = new Map(found.map(({ trigger }) => [keyText(trigger.key), trigger]));
        return found;
      },
      putTriggers: async (records) => {
        const of = misfired;
        misfired = new Map();
        await tx.putTriggers(
          records.map((r) => {
            const before = of.get(keyText(r.trigger.key));
            return before === undefined ? r : change(r, before);
          }),
        );
      },
    };
  });
}

/** Triggers of a state that is not to be touched misfire too. */
function passesOver(id: string, what: string, state: 'acquired' | 'complete' | 'error'): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectMisfired: async (query) => {
      const found = await tx.selectMisfired(query);
      const others = await tx.selectTriggers({ by: 'state', state });
      return [
        ...found,
        ...others.filter(({ trigger: { nextFireAt } }) => nextFireAt !== null && nextFireAt < query.before),
      ].slice(0, query.limit);
    },
  }));
}
