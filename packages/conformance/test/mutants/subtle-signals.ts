/**
 * Subtle defects in a store's life, its states, its signals and its data.
 *
 * @module
 */
import { type JobData, type JobDetail, keyText, type Trigger } from '@ametrine/core';
import type { Effects, ExecutionRecord, JobClassResolver, StoreOptions } from '@ametrine/core/spi';
import { type OpenBackend, OpenPortableStore } from '../open-portable-store.js';
import { brokenCalls, brokenHotPath, brokenPrimitives, brokenStore, type Mutant } from './mutant.js';
import { brokenSignals, completesAs, keepsDataAs, silentIn, throughout } from './subtle.js';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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

/** STA, EXE. */
export const subtleStateMutants: readonly Mutant[] = [
  reported(
    'JS-STA-02/blocked-by-claims',
    'a claim of a sibling blocks',
    async (state, { trigger, job, store }) => {
      if (state !== 'normal' || !job.nonConcurrent) return state;
      const siblings = await store.listTriggersOfJob(job.key);
      const upcoming = await store.listUpcomingTriggers(1000);
      const due = new Set(upcoming.map(({ key }) => keyText(key)));
      return siblings.some(({ key, nextFireAt }) => nextFireAt !== null && !due.has(keyText(key))) &&
        trigger.nextFireAt !== null
        ? 'blocked'
        : state;
    },
  ),
  brokenHotPath(
    'JS-STA-02/plain-jobs',
    'the run of a concurrent job blocks its triggers',
    (sound, facts) => ({
      fire: async (acquired, now, effects) => {
        const outcomes = await sound.fire(acquired, now, effects);
        await facts.transact(effects, async (tx) => {
          const all = await tx.selectExecutions({ by: 'all' });
          await tx.putExecutions(
            all.map((e) => (e.state === 'executing' ? { ...e, nonConcurrent: true } : e)),
          );
        });
        return outcomes;
      },
    }),
  ),
  brokenCalls('JS-STA-02/blocked-over-paused', 'a paused trigger is blocked while its job runs', (store) => {
    const running = new Map<string, string>();
    return {
      ...watchingRuns(store, running),
      getTriggerState: async (key) => {
        const state = await store.getTriggerState(key);
        const jobKey = (await store.getTrigger(key))?.jobKey;
        const job = jobKey === undefined ? null : await store.getJob(jobKey);
        const runs = job?.nonConcurrent === true && [...running.values()].includes(keyText(job.key));
        return state === 'paused' && runs ? 'blocked' : state;
      },
    };
  }),
  brokenCalls(
    'JS-STA-02/spent-and-blocked',
    'a trigger without a next fire is blocked while its job runs',
    (store) => {
      const running = new Map<string, string>();
      return {
        ...watchingRuns(store, running),
        getTriggerState: async (key) => {
          const state = await store.getTriggerState(key);
          const trigger = await store.getTrigger(key);
          const job = trigger === null ? null : await store.getJob(trigger.jobKey);
          const runs = job?.nonConcurrent === true && [...running.values()].includes(keyText(job.key));
          return state === 'normal' && runs ? 'blocked' : state;
        },
      };
    },
  ),
  brokenCalls(
    'JS-STA-03/reports-complete',
    'a trigger whose last fire is running reports complete',
    (store) => ({
      getTriggerState: async (key) => {
        const state = await store.getTriggerState(key);
        return state === 'normal' && (await store.getTrigger(key))?.nextFireAt === null ? 'complete' : state;
      },
    }),
  ),
  brokenHotPath('JS-EXE-01/recycles', 'the token of a claim that was given back is used again', (sound) => {
    const free: string[] = [];
    return {
      claim: (request, effects) =>
        sound.claim(
          { ...request, newFireInstanceId: () => free.pop() ?? request.newFireInstanceId() },
          effects,
        ),
      release: async (acquired, effects) => {
        await sound.release(acquired, effects);
        free.push(...acquired.map(({ fireInstanceId }) => fireInstanceId));
      },
    };
  }),
  brokenHotPath('JS-EXE-01/recycles-ends', 'the token of a run that ended is used again', (sound) => {
    const free: string[] = [];
    return {
      claim: (request, effects) =>
        sound.claim(
          { ...request, newFireInstanceId: () => free.pop() ?? request.newFireInstanceId() },
          effects,
        ),
      complete: async (completions, now, effects) => {
        const outcomes = await sound.complete(completions, now, effects);
        free.push(...completions.map(({ fireInstanceId }) => fireInstanceId));
        return outcomes;
      },
    };
  }),
];

/** SIG. */
export const subtleSignalMutants: readonly Mutant[] = [
  silentIn('JS-SIG-02/silent-replacing', 'replaceTrigger'),
  silentIn('JS-SIG-02/silent-bulk', 'storeJobsAndTriggers'),
  silentIn('JS-SIG-02/silent-both', 'storeJobAndTrigger'),
  silentIn('JS-SIG-02/silent-release', 'releaseAcquiredTriggers'),
  silentIn('JS-SIG-02/silent-calendar', 'storeCalendar'),
  silentIn('JS-SIG-02/silent-reset', 'resetTriggerFromErrorState'),
  silentIn('JS-SIG-02/silent-job', 'storeJob'),
  silentIn('JS-SIG-02/silent-start', 'schedulerStarted'),
  silentIn('JS-SIG-02/silent-check-in', 'checkIn'),
  silentIn('JS-SIG-02/silent-resume-group', 'resumeTriggers'),
  silentIn('JS-SIG-02/silent-resume-jobs', 'resumeJobs'),
  silentIn('JS-SIG-02/silent-resume-job', 'resumeJob'),
  silentIn('JS-SIG-02/silent-resume-all', 'resumeAll'),
  silentIn('JS-SIG-02/silent-resume-one', 'resumeTrigger'),
  silentIn('JS-SIG-02/silent-misfires', 'recoverMisfires'),
  silentIn('JS-CMP-08/silent-calls', 'triggeredJobsComplete'),
  brokenPrimitives('JS-SIG-02/latest', 'a batch is told by its latest fire', (_tx, { effects }) => {
    const tell = effects.schedulingChanged.bind(effects);
    let latest = Number.NEGATIVE_INFINITY;
    effects.schedulingChanged = (at) => {
      if (at !== null) latest = Math.max(latest, at);
    };
    const send = effects.send.bind(effects);
    effects.send = (signals) => {
      if (latest > Number.NEGATIVE_INFINITY) tell(latest);
      send(signals);
    };
    return {};
  }),
  brokenCalls(
    'JS-SIG-01/early-bulk',
    'the scheduler is told of a bulk before it is stored',
    (store, node) => ({
      storeJobsAndTriggers: async (entries, options) => {
        node.context().signals.schedulingChanged(null);
        await later();
        await store.storeJobsAndTriggers(entries, options);
      },
    }),
  ),
  brokenCalls(
    'JS-SIG-01/early-resume',
    'the scheduler is told of a resume before it happens',
    (store, node) => ({
      resumeTriggers: async (matcher, at) => {
        node.context().signals.schedulingChanged(null);
        await later();
        return store.resumeTriggers(matcher, at);
      },
    }),
  ),
  brokenCalls(
    'JS-SIG-01/early-replacing',
    'the scheduler is told of a replacement before it is stored',
    (store, node) => ({
      replaceTrigger: async (key, trigger) => {
        node.context().signals.schedulingChanged(trigger.nextFireAt);
        await later();
        return store.replaceTrigger(key, trigger);
      },
    }),
  ),
  brokenCalls('JS-SIG-01/failed-bulk', 'a bulk that failed signals', (store, node) => ({
    storeJobsAndTriggers: (entries, options) =>
      store.storeJobsAndTriggers(entries, options).catch((error: unknown) => {
        node.context().signals.schedulingChanged(null);
        throw error;
      }),
  })),
  brokenSignals(
    'JS-REM-04/not-of-runs',
    'the end of a job by a run’s end is not told',
    ['triggeredJobsComplete'],
    () => ({
      jobDeleted: () => {},
    }),
  ),
  brokenSignals(
    'JS-MIS-03/not-in-acquire',
    'misfires that acquiring finds are not notified',
    ['acquireNextTriggers'],
    () => ({
      triggerMisfired: () => {},
    }),
  ),
  brokenSignals(
    'JS-MIS-04/silent-acquire',
    'what acquiring finalizes ends in silence',
    ['acquireNextTriggers'],
    () => ({
      triggerFinalized: () => {},
    }),
  ),
  brokenSignals(
    'JS-PAU-02/silent-finalize',
    'what a resume finalizes ends in silence',
    ['resumeTrigger', 'resumeAll', 'resumeTriggers'],
    () => ({
      triggerFinalized: () => {},
    }),
  ),
  brokenSignals(
    'JS-FIR-07/silent-error',
    'a trigger put in error for its class is not told',
    ['triggersFired', 'acquireNextTriggers'],
    () => ({
      triggerInError: () => {},
    }),
  ),
];

/** DAT. */
export const subtleDataMutants: readonly Mutant[] = [
  dataAs('JS-DAT-01/big-integers', 'big integers come back as numbers', (v) =>
    typeof v === 'bigint' ? Number(v) : v,
  ),
  dataAs('JS-DAT-01/dates', 'dates come back as texts', (v) => (v instanceof Date ? v.toISOString() : v)),
  dataAs('JS-DAT-01/seconds', 'dates come back in whole seconds', (v) =>
    v instanceof Date ? new Date(Math.floor(v.getTime() / 1000) * 1000) : v,
  ),
  dataAs('JS-DAT-01/bytes', 'bytes come back as a list of numbers', (v) =>
    v instanceof Uint8Array ? [...v] : v,
  ),
  dataAs('JS-DAT-01/no-bytes', 'no bytes come back as null', (v) =>
    v instanceof Uint8Array && v.length === 0 ? null : v,
  ),
  dataAs('JS-DAT-01/empty-text', 'an empty text comes back as null', (v) => (v === '' ? null : v)),
  dataAs('JS-DAT-01/no-null', 'null comes back as an empty text', (v) => (v === null ? '' : v)),
  dataAs('JS-DAT-01/floats', 'numbers have six digits', (v) =>
    typeof v === 'number' ? Number(v.toPrecision(6)) : v,
  ),
  dataAs('JS-DAT-01/integers', 'numbers are cut to 32 bits', (v) =>
    typeof v === 'number' && Number.isInteger(v) ? v | 0 : v,
  ),
  dataAs('JS-DAT-01/no-astral', 'characters beyond the first plane are replaced', (v) =>
    typeof v === 'string' ? v.replaceAll(/[\u{10000}-\u{10ffff}]/gu, '?') : v,
  ),
  dataAs('JS-DAT-01/line-ends', 'line ends are normalized', (v) =>
    typeof v === 'string' ? v.replaceAll('\r\n', '\n') : v,
  ),
  dataAs('JS-DAT-01/numbers-in-texts', 'texts that look like numbers are numbers', (v) =>
    typeof v === 'string' && /^-?\d+$/.test(v) ? Number(v) : v,
  ),
  dataAs('JS-DAT-01/empty-lists', 'an empty list comes back as an empty object', (v) =>
    Array.isArray(v) && v.length === 0 ? {} : v,
  ),
  dataAs('JS-DAT-01/iso-texts', 'texts that look like instants come back as dates', (v) =>
    typeof v === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(v) ? new Date(v) : v,
  ),
  keepsDataAs(
    'JS-DAT-01/one-level',
    'objects within objects are lost',
    (data) =>
      Object.fromEntries(
        Object.entries(data).map(([name, value]) => [name, isPlain(value) ? shallow(value) : value]),
      ) as JobData,
  ),
  keepsDataAs('JS-DAT-01/dollars', 'keys that begin with a dollar are dropped', (data) =>
    Object.fromEntries(Object.entries(data).filter(([name]) => !name.startsWith('$'))),
  ),
  keepsDataAs('JS-DAT-01/empty-key', 'an empty key is dropped', (data) =>
    Object.fromEntries(Object.entries(data).filter(([name]) => name !== '')),
  ),
  completesAs('JS-DAT-01/of-runs', 'data that a run leaves are kept as JSON', (c) =>
    c.changedData === null
      ? c
      : {
          ...c,
          changedData: JSON.parse(
            JSON.stringify(c.changedData, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)),
          ) as JobData,
        },
  ),
  brokenPrimitives('JS-DAT-01/of-triggers', 'the data of triggers are kept as JSON', (tx) => ({
    putTriggers: (records) =>
      tx.putTriggers(
        records.map((r) => ({
          ...r,
          trigger: {
            ...r.trigger,
            data: JSON.parse(
              JSON.stringify(r.trigger.data, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)),
            ) as JobData,
          },
        })),
      ),
  })),
  brokenCalls('JS-DAT-02/not-a-number', 'a number that is none is kept as null', (store) => ({
    storeJob: (job, options) =>
      store.storeJob(
        {
          ...job,
          data: throughout(job.data, (v) => (typeof v === 'number' && !Number.isFinite(v) ? null : v)),
        },
        options,
      ),
  })),
  brokenCalls('JS-DAT-02/trigger-data', 'the odd data of a trigger are left out', (store) => ({
    storeTrigger: (trigger, options) =>
      store
        .storeTrigger(trigger, options)
        .catch((error: { code?: unknown }) =>
          error.code === 'ERR_INVALID_DATA'
            ? store.storeTrigger({ ...trigger, data: {} }, options)
            : Promise.reject(error),
        ),
  })),
  brokenCalls('JS-DAT-02/half-a-bulk', 'a bulk with odd data stores the entries before them', (store) => ({
    storeJobsAndTriggers: (entries, options) =>
      store.storeJobsAndTriggers(entries, options).catch(async (error: { code?: unknown }) => {
        if (error.code === 'ERR_INVALID_DATA')
          for (const entry of entries) await store.storeJobsAndTriggers([entry], options).catch(() => {});
        throw error;
      }),
  })),
];

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function shallow(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, isPlain(part) ? {} : part]));
}

function dataAs(id: string, what: string, change: (value: unknown) => unknown): Mutant {
  return keepsDataAs(id, what, (data) => throughout(data, change));
}

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

type StoreOf = Parameters<Parameters<typeof brokenCalls>[2]>[0];
type State = Awaited<ReturnType<StoreOf['getTriggerState']>>;

/** States are reported other than they are. */
function reported(
  id: string,
  what: string,
  change: (state: State, of: { trigger: Trigger; job: JobDetail; store: StoreOf }) => Promise<State>,
): Mutant {
  return brokenCalls(id, what, (store) => ({
    getTriggerState: async (key) => {
      const state = await store.getTriggerState(key);
      const trigger = await store.getTrigger(key);
      const job = trigger === null ? null : await store.getJob(trigger.jobKey);
      return trigger === null || job === null ? state : change(state, { trigger, job, store });
    },
  }));
}

/** Keeps the job of every run under way. */
function watchingRuns(store: StoreOf, running: Map<string, string>): Partial<StoreOf> {
  const see = (results: Awaited<ReturnType<StoreOf['triggersFired']>>): void => {
    for (const r of results)
      if (r.kind === 'fired') running.set(r.bundle.fireInstanceId, keyText(r.bundle.job.key));
  };
  return {
    acquireNextTriggers: async (request) => {
      const result = await store.acquireNextTriggers(request);
      see(result.fired);
      return result;
    },
    triggersFired: async (claims, at) => {
      const results = await store.triggersFired(claims, at);
      see(results);
      return results;
    },
    triggeredJobsComplete: async (completions, at) => {
      for (const { fireInstanceId } of completions) running.delete(fireInstanceId);
      return store.triggeredJobsComplete(completions, at);
    },
  };
}
