/**
 * Defects in a store's life, its states, its executions and its signals.
 *
 * @module
 */
import { type JobKey, keyText, SchedulerError, type TriggerKey } from '@ametrine/core';
import {
  type JobClassResolver,
  STORE_OPTION_KEYS,
  type StoreCapabilities,
  type StoreOptions,
} from '@ametrine/core/spi';
import { type OpenBackend, OpenPortableStore } from '../open-portable-store.js';
import { PortableBackend, PortableStore } from '../portable-store.js';
import { brokenCalls, brokenHotPath, brokenPrimitives, brokenStore, type Mutant } from './mutant.js';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const HOUR = 3_600_000;

/** LIF, STA, EXE, SIG. */
export const lifecycleMutants: readonly Mutant[] = [
  brokenCalls('JS-LIF-01/recovers-early', 'initialize recovers what other lives left', (store) => ({
    initialize: async (context) => {
      await store.initialize(context);
      await store.schedulerStarted({ now: 0, checkInIntervalMs: 7500 });
    },
  })),
  brokenCalls('JS-LIF-01/opens-twice', 'a second initialize is taken for a good one', (store) => {
    let opened: Promise<void> | undefined;
    return { initialize: (context) => (opened ??= store.initialize(context)) };
  }),
  brokenCalls('JS-LIF-02/answers-unopened', 'counts are given before the store is open', (store) => {
    let opened = false;
    return {
      initialize: async (context) => {
        await store.initialize(context);
        opened = true;
      },
      getCounts: async () => (opened ? store.getCounts() : { jobs: 0, triggers: 0, calendars: 0 }),
    };
  }),
  brokenCalls('JS-LIF-02/one-code', 'a closed store says that it is not open yet', (store) => ({
    getJob: (key) =>
      store.getJob(key).catch((error: SchedulerError) => {
        throw error.code === 'ERR_STORE_CLOSED'
          ? new SchedulerError('ERR_STORE_NOT_OPEN', 'not open')
          : error;
      }),
  })),
  brokenCalls('JS-LIF-03/one-chance', 'a start that failed is not done again', (store) => {
    let tried = false;
    return {
      schedulerStarted: async (options) => {
        if (tried) return [];
        tried = true;
        return store.schedulerStarted(options);
      },
    };
  }),
  brokenStore('JS-LIF-04/keeps-claims', 'shutdown leaves its claims acquired', () => {
    return class extends OpenPortableStore {
      protected override leaving(): Promise<void> {
        return Promise.resolve();
      }
    };
  }),
  brokenCalls('JS-LIF-04/does-not-wait', 'shutdown does not wait for calls under way', (store) => ({
    shutdown: async () => {
      void store.shutdown();
    },
  })),
  brokenStore('JS-LIF-06/one-name', 'all scheduler names share their data', () => {
    return class extends OpenPortableStore {
      protected override get scope(): string {
        return 'everybody';
      }
    };
  }),
  brokenCalls('JS-LIF-07/timer', 'a timer of the check-ins outlives the store', (store) => ({
    checkIn: (at) => {
      setTimeout(() => {}, 1000);
      return store.checkIn(at);
    },
  })),
  brokenStore('JS-CAP-01/short-names', 'the store says that it keeps only short names', () => {
    return class extends OpenPortableStore {
      override readonly capabilities: StoreCapabilities = {
        ...new PortableStore(new PortableBackend()).capabilities,
        maxNameLength: 100,
      };
    };
  }),
  brokenStore('JS-LIF-08/unknown-options', 'options that nobody knows are passed over', () => {
    return class extends OpenPortableStore {
      constructor(backend: OpenBackend, options: StoreOptions = {}, hook?: JobClassResolver) {
        const known: readonly string[] = STORE_OPTION_KEYS;
        super(
          backend,
          Object.fromEntries(Object.entries(options).filter(([name]) => known.includes(name))),
          hook,
        );
      }
    };
  }),
  brokenStore('JS-LIF-08/mends-numbers', 'a wrong threshold becomes a right one', () => {
    return class extends OpenPortableStore {
      constructor(backend: OpenBackend, options: StoreOptions = {}, hook?: JobClassResolver) {
        const wanted = Math.round(Number(options.misfireThresholdMs ?? 60_000));
        super(
          backend,
          { ...options, misfireThresholdMs: wanted >= 1 && wanted < 1e9 ? wanted : 60_000 },
          hook,
        );
      }
    };
  }),

  brokenPrimitives('JS-STA-01/claims-pause', 'a claimed trigger is stored as paused', (tx) => ({
    putTriggers: (records) =>
      tx.putTriggers(
        records.map((r) => (r.state === 'acquired' ? { ...r, state: 'paused', fireInstanceId: null } : r)),
      ),
  })),
  brokenCalls('JS-STA-02/never-blocked', 'a blocked trigger is reported as normal', (store) => ({
    getTriggerState: async (key) => {
      const state = await store.getTriggerState(key);
      return state === 'blocked' ? 'normal' : state;
    },
  })),
  brokenCalls('JS-STA-02/stuck-blocked', 'what was blocked once stays blocked', (store) => {
    const blocked = new Set<string>();
    return {
      getTriggerState: async (key) => {
        const state = await store.getTriggerState(key);
        if (state === 'blocked') blocked.add(keyText(key));
        return state === 'normal' && blocked.has(keyText(key)) ? 'blocked' : state;
      },
    };
  }),
  brokenCalls('JS-STA-02/absent-is-normal', 'an absent trigger is reported as normal', (store) => ({
    getTriggerState: async (key) => {
      const state = await store.getTriggerState(key);
      return state === 'none' ? 'normal' : state;
    },
  })),
  brokenPrimitives('JS-STA-03/done-too-soon', 'the last fire completes the trigger at once', (tx) => ({
    putTriggers: (records) =>
      tx.putTriggers(
        records.map((r) =>
          r.state === 'waiting' && r.trigger.nextFireAt === null ? { ...r, state: 'complete' } : r,
        ),
      ),
  })),
  brokenHotPath('JS-EXE-01/numbers-the-batch', 'tokens are numbered anew in every batch', (sound, facts) => ({
    claim: (request, effects) => {
      let count = 0;
      const newFireInstanceId = (): string => {
        count += 1;
        return `${facts.instanceId}-${count}`;
      };
      return sound.claim({ ...request, newFireInstanceId }, effects);
    },
  })),
  brokenHotPath('JS-EXE-01/numbers-the-life', 'tokens are numbered anew in every life', (sound, facts) => {
    let count = 0;
    const newFireInstanceId = (): string => {
      count += 1;
      return `${facts.instanceId}-${count}`;
    };
    return { claim: (request, effects) => sound.claim({ ...request, newFireInstanceId }, effects) };
  }),
  brokenPrimitives('JS-EXE-02/cascade', 'removing a trigger removes its executions', (tx) => ({
    removeTriggers: async (keys) => {
      const gone = new Set(keys.map(keyText));
      const all = await tx.selectExecutions({ by: 'all' });
      const ended = all.filter(({ triggerKey }: { triggerKey: TriggerKey }) => gone.has(keyText(triggerKey)));
      await tx.removeExecutions(ended.map((e) => e.fireInstanceId));
      await tx.removeTriggers(keys);
    },
  })),
  brokenCalls(
    'JS-SIG-01/before-commit',
    'the scheduler is told of a trigger before it is stored',
    (store, node) => ({
      storeTrigger: async (trigger, options) => {
        node.context().signals.schedulingChanged(trigger.nextFireAt);
        await later();
        await store.storeTrigger(trigger, options);
      },
    }),
  ),
  brokenCalls(
    'JS-SIG-01/deleted-too-soon',
    'the scheduler is told of a job’s end before it ends',
    (store, node) => ({
      removeTrigger: async (key) => {
        const jobKey: JobKey | undefined = (await store.getTrigger(key))?.jobKey;
        const job = jobKey === undefined ? null : await store.getJob(jobKey);
        const last = job !== null && !job.durable && (await store.listTriggersOfJob(job.key)).length === 1;
        if (last) node.context().signals.jobDeleted(job.key);
        await later();
        return store.removeTrigger(key);
      },
    }),
  ),
  brokenCalls('JS-SIG-01/of-failures', 'a step that failed signals', (store, node) => ({
    storeTrigger: (trigger, options) =>
      store.storeTrigger(trigger, options).catch((error: unknown) => {
        node.context().signals.schedulingChanged(trigger.nextFireAt);
        throw error;
      }),
  })),
  brokenPrimitives('JS-SIG-02/silent', 'no step wakes the scheduler', (_tx, { effects }) => {
    effects.schedulingChanged = () => {};
    return {};
  }),
  brokenPrimitives('JS-SIG-02/late', 'the scheduler is woken for an hour too late', (_tx, { effects }) => {
    const tell = effects.schedulingChanged.bind(effects);
    effects.schedulingChanged = (at) => tell(at === null ? null : at + HOUR);
    return {};
  }),
  brokenPrimitives('JS-SIG-02/silent-resume', 'a resume does not wake the scheduler', (tx, { effects }) => ({
    transitionTriggers: async (selection, from, to) => {
      if (to === 'waiting') effects.schedulingChanged = () => {};
      await tx.transitionTriggers(selection, from, to);
    },
  })),
];
