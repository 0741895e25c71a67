/**
 * Subtle defects in opening and closing.
 *
 * @module
 */
import type { Effects, ExecutionRecord, JobClassResolver, StoreOptions } from '@ametrine/core/spi';
import { type OpenBackend, OpenPortableStore } from '../../open-portable-store.js';
import { brokenCalls, brokenPrimitives, brokenStore, type Mutant } from '../mutant.js';

/** LIF, CAP. */
export const subtleLifecycleMutants: readonly Mutant[] = [
  brokenCalls('JS-LIF-02/reads-when-closed', 'a closed store still answers one reader', (store) => {
    let closed = false;
    return {
      shutdown: async () => {
        closed = true;
        await store.shutdown();
      },
      listUpcomingTriggers: async (limit) => (closed ? [] : store.listUpcomingTriggers(limit)),
    };
  }),
  brokenCalls('JS-LIF-02/releases-when-closed', 'a closed store takes claims back in silence', (store) => {
    let closed = false;
    return {
      shutdown: async () => {
        closed = true;
        await store.shutdown();
      },
      releaseAcquiredTriggers: async (claims) => (closed ? undefined : store.releaseAcquiredTriggers(claims)),
    };
  }),
  brokenCalls(
    'JS-LIF-02/empty-when-closed',
    'calls about nothing are not refused by a closed store',
    (store) => ({
      removeJobs: async (keys) => (keys.length === 0 ? 'removed' : store.removeJobs(keys)),
      triggersFired: async (claims, at) => (claims.length === 0 ? [] : store.triggersFired(claims, at)),
    }),
  ),
  leavingAs('JS-LIF-04/gives-back-all', 'shutdown gives back every node’s claims', (all) => all),
  leavingAs('JS-LIF-04/gives-back-one', 'shutdown gives back one claim', (all, own) =>
    all.filter((e) => e.instanceId === own).slice(0, 1),
  ),
  brokenStore('JS-LIF-04/ends-runs', 'shutdown ends the runs of its node', () => {
    return class extends OpenPortableStore {
      protected override async leaving(effects: Effects): Promise<void> {
        await super.leaving(effects);
        await this.transact(effects, async (tx) => {
          const own = await tx.selectExecutions({ by: 'instance', instanceId: this.instanceId });
          await tx.removeExecutions(own.map(({ fireInstanceId }) => fireInstanceId));
        });
      }
    };
  }),
  brokenCalls('JS-LIF-04/once', 'a second shutdown is an error', (store) => {
    let closed = false;
    return {
      shutdown: async () => {
        if (closed) throw new Error('closed already');
        closed = true;
        await store.shutdown();
      },
    };
  }),
  brokenStore('JS-LIF-04/stays-member', 'a node that left is a member until it lapses', () => {
    return class extends OpenPortableStore {
      protected override async leaving(effects: Effects): Promise<void> {
        const own = await this.transact(effects, async (tx) =>
          (await tx.listInstances()).filter(({ instanceId }) => instanceId === this.instanceId),
        );
        await super.leaving(effects);
        await this.transact(effects, async (tx) => {
          for (const record of own) await tx.putInstance(record);
        });
      }
    };
  }),
  brokenStore('JS-LIF-04/leaves-its-runs', 'a node leaves the cluster with a run unfinished', () => {
    return class extends OpenPortableStore {
      protected override async leaving(effects: Effects): Promise<void> {
        await super.leaving(effects);
        await this.transact(effects, (tx) => tx.removeInstance(this.instanceId));
      }
    };
  }),
  shared('JS-LIF-06/pauses', 'pauses hold under every name', 'getPausedGroups', 'putPausedGroups'),
  brokenPrimitives('JS-LIF-06/calendars', 'calendars are seen under every name', (tx, { shared: all }) => ({
    putCalendar: async (name, calendar) => {
      all.set(name, calendar);
      await tx.putCalendar(name, calendar);
    },
    getCalendar: async (name) => (await tx.getCalendar(name)) ?? ((all.get(name) as never) || null),
  })),
  brokenPrimitives(
    'JS-LIF-06/blocking',
    'a run blocks jobs of its key under every name',
    (tx, { shared: all }) => {
      const executions = (all.get('executions') ?? new Map()) as Map<string, ExecutionRecord>;
      all.set('executions', executions);
      return {
        putExecutions: async (records) => {
          for (const record of records) executions.set(record.fireInstanceId, record);
          await tx.putExecutions(records);
        },
        removeExecutions: async (ids) => {
          for (const id of ids) executions.delete(id);
          await tx.removeExecutions(ids);
        },
        selectExecutions: async (selection) =>
          selection.by === 'nonConcurrent'
            ? [...executions.values()].filter((e) => e.nonConcurrent)
            : tx.selectExecutions(selection),
      };
    },
  ),
  brokenCalls('JS-LIF-06/clears-all', 'clearing clears every name', (store, { shared: all }) => {
    const stores = (all.get('stores') ?? new Set()) as Set<typeof store>;
    all.set('stores', stores.add(store));
    return {
      clearAllSchedulingData: async () => {
        await store.clearAllSchedulingData();
        for (const other of stores) if (other !== store) await other.clearAllSchedulingData().catch(() => {});
      },
    };
  }),
  brokenStore('JS-LIF-08/mends-limits', 'a wrong limit of misfires becomes a right one', () => {
    return class extends OpenPortableStore {
      constructor(backend: OpenBackend, options: StoreOptions = {}, hook?: JobClassResolver) {
        const wanted = options.maxMisfiresPerPass;
        const right = wanted === undefined || (Number.isInteger(wanted) && wanted >= 1);
        super(backend, right ? options : { ...options, maxMisfiresPerPass: 20 }, hook);
      }
    };
  }),
  brokenCalls('JS-CAP-01/later', 'the store says something else once it is open', (store) => {
    const sound = store.capabilities;
    const now = { ...sound };
    return {
      capabilities: now,
      initialize: async (context) => {
        await store.initialize(context);
        Object.assign(now, { reacquireCostMs: sound.reacquireCostMs + 1 });
      },
    };
  }),
];

/** Shutdown gives other claims back than its own. */
function leavingAs(
  id: string,
  what: string,
  choose: (all: readonly ExecutionRecord[], own: string) => readonly ExecutionRecord[],
): Mutant {
  return brokenStore(id, what, () => {
    return class extends OpenPortableStore {
      protected override async leaving(effects: Effects): Promise<void> {
        await this.transact(effects, async (tx) => {
          const all = (await tx.selectExecutions({ by: 'all' })).filter(({ state }) => state === 'acquired');
          const given = choose(all, this.instanceId);
          const records = await tx.getTriggers(given.map(({ triggerKey }) => triggerKey));
          await tx.putTriggers(records.map((r) => ({ ...r, state: 'waiting', fireInstanceId: null })));
          await tx.removeExecutions(given.map(({ fireInstanceId }) => fireInstanceId));
          await tx.removeInstance(this.instanceId);
        });
      }
    };
  });
}

/** Something is kept once for all names. */
function shared(id: string, what: string, get: 'getPausedGroups', put: 'putPausedGroups'): Mutant {
  return brokenPrimitives(id, what, (tx, { shared: all }) => ({
    [put]: async (value: Parameters<typeof tx.putPausedGroups>[0]) => {
      all.set(put, value);
      await tx[put](value);
    },
    [get]: async () =>
      (all.get(put) as Awaited<ReturnType<typeof tx.getPausedGroups>> | undefined) ?? tx[get](),
  }));
}
