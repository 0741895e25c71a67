/**
 * Defects in misfires.
 *
 * @module
 */
import type { MisfiredQuery, TriggerRecord } from '@ametrine/core/spi';
import { brokenCalls, brokenPrimitives, type Mutant } from './mutant.js';

const EVERYTHING = 1_000_000;

/** MIS. */
export const misfireMutants: readonly Mutant[] = [
  brokenPrimitives('JS-MIS-01/at-the-threshold', 'late by the threshold is misfired', (tx) => ({
    selectMisfired: (query) => tx.selectMisfired({ ...query, before: query.before + 1 }),
    selectDue: (query) => tx.selectDue({ ...query, misfiredBefore: query.misfiredBefore + 1 }),
  })),
  brokenPrimitives('JS-MIS-01/ignore-misfires', 'triggers that ignore misfires are notified', (tx) => ({
    selectMisfired: async (query) => [
      ...(await tx.selectMisfired(query)),
      ...(await late(tx, query, isIgnoring)),
    ],
  })),
  brokenCalls('JS-MIS-01/wall-clock', 'what has misfired is told by the store’s own clock', (store) => ({
    recoverMisfires: ({ limit }) => store.recoverMisfires({ now: Date.now(), limit }),
  })),
  brokenPrimitives('JS-MIS-02/newest-first', 'the newest misfires are handled first', (tx) => ({
    selectMisfired: async (query) =>
      [...(await tx.selectMisfired({ ...query, limit: EVERYTHING }))].reverse().slice(0, query.limit),
  })),
  brokenCalls('JS-MIS-02/no-limit', 'a pass handles everything', (store) => ({
    recoverMisfires: ({ now }) => store.recoverMisfires({ now, limit: EVERYTHING }),
  })),
  brokenCalls('JS-MIS-02/never-more', 'a pass never says that more are left', (store) => ({
    recoverMisfires: async (request) => ({ ...(await store.recoverMisfires(request)), hasMore: false }),
  })),
  brokenPrimitives('JS-MIS-03/silent', 'misfires are not notified', (_tx, { effects }) => {
    effects.misfired = () => {};
    return {};
  }),
  brokenPrimitives('JS-MIS-03/twice', 'misfires are notified twice', (_tx, { effects }) => {
    const tell = effects.misfired.bind(effects);
    effects.misfired = (trigger) => {
      tell(trigger);
      tell(trigger);
    };
    return {};
  }),
  brokenPrimitives(
    'JS-MIS-03/afterwards',
    'a misfire’s notice does not show the missed time',
    (_tx, { effects }) => {
      const tell = effects.misfired.bind(effects);
      effects.misfired = (trigger) => tell({ ...trigger, nextFireAt: null });
      return {};
    },
  ),
  brokenPrimitives('JS-MIS-04/never-now', 'the smart instruction waits for the next time', (tx) => ({
    selectMisfired: async (query) =>
      (await tx.selectMisfired(query)).map((r) => {
        const misfireInstruction =
          r.trigger.schedule.type === 'simple' ? 'nextWithExistingCount' : 'doNothing';
        return { ...r, trigger: { ...r.trigger, misfireInstruction } };
      }),
  })),
  brokenPrimitives(
    'JS-MIS-04/not-finalized',
    'a misfire that leaves no time ends in silence',
    (_tx, { effects }) => {
      effects.finalized = () => {};
      return {};
    },
  ),
  brokenPrimitives('JS-MIS-05/paused-too', 'paused triggers misfire', (tx) => ({
    selectMisfired: async (query) => [
      ...(await tx.selectMisfired(query)),
      ...(await late(tx, query, ({ state }) => state === 'paused')),
    ],
  })),
  brokenPrimitives('JS-MIS-05/blocked-too', 'blocked triggers misfire', (tx) => ({
    selectMisfired: (query) => tx.selectMisfired({ ...query, exceptJobs: [] }),
  })),
  brokenPrimitives('JS-MIS-06/fails', 'one unreadable trigger fails the pass', (tx, { effects }) => ({
    selectMisfired: (query) => {
      effects.storeError = (_message, error) => {
        throw error;
      };
      return tx.selectMisfired(query);
    },
  })),
];

function isIgnoring({ state, trigger }: TriggerRecord): boolean {
  return state === 'waiting' && trigger.misfireInstruction === 'ignore';
}

async function late(
  tx: { selectTriggers(selection: { by: 'all' }): Promise<readonly TriggerRecord[]> },
  query: MisfiredQuery,
  chosen: (record: TriggerRecord) => boolean,
): Promise<readonly TriggerRecord[]> {
  const all = await tx.selectTriggers({ by: 'all' });
  return all.filter((r) => chosen(r) && r.trigger.nextFireAt !== null && r.trigger.nextFireAt < query.before);
}
