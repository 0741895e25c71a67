/**
 * The cases about living and dead nodes hold for a store that judges them by its server's clock, which none can set.
 *
 * @module
 */
import type { StoreCapabilities } from '@ametrine/core/spi';
import { describe, expect, it } from 'vitest';
import { allCases } from '../src/catalogue/all-cases.js';
import { defineHarness, type Harness } from '../src/harness.js';
import { ageable, clusteredByServerClock } from '../src/needs.js';
import { runCase } from '../src/run-case.js';
import { OpenBackend, OpenPortableStore } from './open-portable-store.js';

/** Far from every time that a case says: a clock that runs, and is nobody's. */
const SERVER_EPOCH = 5_000_000_000_000;

const SERVER_CAPABILITIES: StoreCapabilities = {
  ...new OpenPortableStore(new OpenBackend()).capabilities,
  livenessClock: 'server',
};

class ServerClockStore extends OpenPortableStore {
  override readonly capabilities: StoreCapabilities = SERVER_CAPABILITIES;

  protected override async livenessNow(_calledAt: number): Promise<number> {
    return SERVER_EPOCH + Math.floor(performance.now());
  }
}

/** Goes by the time of the calls, whatever it claims. */
class PretendingStore extends ServerClockStore {
  protected override async livenessNow(calledAt: number): Promise<number> {
    return calledAt;
  }
}

function serverClockHarness(Store: typeof ServerClockStore, offers: Harness['offers'] = ['ageing']): Harness {
  return defineHarness({
    name: 'a store with a server clock',
    claim: new Store(new OpenBackend()).capabilities,
    ...(offers === undefined ? {} : { offers }),
    openNamespace: async () => {
      const backend = new OpenBackend();
      return {
        openNode: async ({ instanceId: _, resolverHook, extraOptions, ...options }) => ({
          store: new Store(backend, { ...options, ...extraOptions }, resolverHook),
          abandon: () => Promise.resolve(),
        }),
        ageCheckIns: (schedulerName, byMs) =>
          backend.transact(schedulerName, async (tx) => {
            for (const node of await tx.listInstances())
              await tx.putInstance({ ...node, checkedInAt: node.checkedInAt - byMs });
          }),
        dispose: () => Promise.resolve(),
      };
    },
  });
}

const aboutTime = allCases.filter(({ needs }) => {
  const harness = serverClockHarness(ServerClockStore, []);
  return needs(harness) !== true && needs({ ...harness, offers: ['ageing'] }) === true;
});

describe('a store that judges nodes by the clock of its server', () => {
  it('is asked more when its harness can age check-ins', () => {
    expect(aboutTime.length).toBeGreaterThan(10);
    expect(ageable(serverClockHarness(ServerClockStore, []))).toMatch(/does not offer ageing/);
    expect(clusteredByServerClock(serverClockHarness(ServerClockStore))).toBe(true);
  });

  it('passes every case of a cluster', async () => {
    for (const kase of allCases.filter(({ level }) => level === 'L3')) {
      const result = await runCase(serverClockHarness(ServerClockStore), kase);
      expect(result.outcome === 'fail' ? result.error.message : result.outcome, kase.id).toMatch(
        /^(pass|notApplicable)$/,
      );
    }
  });

  it('is found out when it goes by the time of the calls', async () => {
    const skew = allCases.filter(({ id }) => id === 'CLU-08');
    const outcomes = [];
    for (const kase of skew)
      outcomes.push((await runCase(serverClockHarness(PretendingStore), kase)).outcome);
    expect(outcomes).toEqual(['fail']);
  });
});
