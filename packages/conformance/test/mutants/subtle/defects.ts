/**
 * Tools for defects that show only now and then: in one call, in one batch, in the second life.
 *
 * @module
 */
import type { JobData, JobKey, Key, Trigger } from '@ametrine/core';
import type { Effects, JobStore, StoreSignals, StoreTransaction, TriggerRecord } from '@ametrine/core/spi';
import { OpenPortableStore } from '../../open-portable-store.js';
import {
  brokenCalls,
  brokenHotPath,
  brokenPrimitives,
  brokenStore,
  type HotPath,
  type Mutant,
} from '../mutant.js';

type AnyCall = (...args: unknown[]) => Promise<unknown>;

/** A defect in what the scheduler hears while some of the calls are under way. */
export function brokenSignals(
  id: string,
  what: string,
  during: readonly (keyof JobStore)[],
  change: (sound: StoreSignals) => Partial<StoreSignals>,
): Mutant {
  return brokenCalls(id, what, (store) => {
    let depth = 0;
    const calls: Record<string, unknown> = {};
    for (const name of during) {
      const call = (store[name] as unknown as AnyCall).bind(store);
      calls[name] = async (...args: unknown[]) => {
        depth += 1;
        try {
          return await call(...args);
        } finally {
          depth -= 1;
        }
      };
    }
    calls['initialize'] = (context: Parameters<JobStore['initialize']>[0]) => {
      const sound = context.signals;
      const broken = change(sound);
      const signals = new Proxy(sound, {
        get: (target, name) => {
          const given: unknown = depth > 0 ? Reflect.get(broken, name) : undefined;
          const member: unknown = given ?? Reflect.get(target, name, target);
          return typeof member === 'function' ? member.bind(target) : member;
        },
      });
      return store.initialize({ ...context, signals });
    };
    return calls as Partial<JobStore>;
  });
}

/** These calls do not wake the scheduler. */
export function silentIn(id: string, ...calls: readonly (keyof JobStore)[]): Mutant {
  return brokenSignals(id, `${calls.join(', ')} wakes nobody`, calls, () => ({
    schedulingChanged: () => {},
  }));
}

/** Triggers are read other than they were stored. */
export function readsTriggersAs(id: string, what: string, change: (trigger: Trigger) => Trigger): Mutant {
  return brokenCalls(id, what, (store) => ({
    getTrigger: async (key) => {
      const found = await store.getTrigger(key);
      return found === null ? null : change(found);
    },
    listTriggers: async (query) => (await store.listTriggers(query)).map(change),
    listTriggersOfJob: async (key) => (await store.listTriggersOfJob(key)).map(change),
  }));
}

/** Triggers are stored other than they are handed over, by whatever call. */
export function storesTriggersAs(
  id: string,
  what: string,
  change: (record: TriggerRecord, before: TriggerRecord | undefined) => TriggerRecord,
): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    putTriggers: async (records) => {
      const old = await tx.getTriggers(records.map(({ trigger }) => trigger.key));
      const find = ({ key }: Trigger): TriggerRecord | undefined =>
        old.find(({ trigger }) => trigger.key.group === key.group && trigger.key.name === key.name);
      await tx.putTriggers(records.map((record) => change(record, find(record.trigger))));
    },
  }));
}

/** Keys that are not equal are taken for equal. */
export function confusesKeys(id: string, what: string, textOf: (key: Key) => string): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    getJobs: async (keys: readonly JobKey[]) => {
      const wanted = new Set(keys.map(textOf));
      return (await tx.listJobs({ anything: true })).filter(({ key }) => wanted.has(textOf(key)));
    },
    getTriggers: async (keys) => {
      const wanted = new Set(keys.map(textOf));
      return (await tx.selectTriggers({ by: 'all' })).filter(({ trigger }) =>
        wanted.has(textOf(trigger.key)),
      );
    },
  }));
}

/** The data of jobs and triggers are kept other than they were handed over. */
export function keepsDataAs(id: string, what: string, change: (data: JobData) => JobData): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    putJobs: (jobs) => tx.putJobs(jobs.map((job) => ({ ...job, data: change(job.data) }))),
    putTriggers: (records) =>
      tx.putTriggers(records.map((r) => ({ ...r, trigger: { ...r.trigger, data: change(r.trigger.data) } }))),
  }));
}

/** Values within data, however deep, are changed. */
export function throughout(data: JobData, change: (value: unknown) => unknown): JobData {
  const walk = (value: unknown): unknown => {
    const changed = change(value);
    if (changed !== value) return changed;
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null)
      return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, walk(part)]));
  };
  return walk(data) as JobData;
}

/** What follows a call of the store, in a transaction of its own. */
export function afterwards(
  id: string,
  what: string,
  calls: readonly (keyof JobStore)[],
  work: (
    tx: StoreTransaction,
    args: readonly unknown[],
    effects: Effects,
    instanceId: string,
  ) => Promise<void>,
): Mutant {
  return brokenStore(id, what, () => {
    class Afterwards extends OpenPortableStore {}
    for (const name of calls) {
      const sound = Reflect.get(OpenPortableStore.prototype, name) as AnyCall;
      Reflect.set(Afterwards.prototype, name, async function (this: Opened, ...args: unknown[]) {
        const answer = await Reflect.apply(sound, this, args);
        await this.change(`${name} afterwards`, (tx, effects) => work(tx, args, effects, this.instanceId));
        return answer;
      });
    }
    return Afterwards;
  });
}

interface Opened {
  readonly instanceId: string;
  change<T>(operation: string, work: (tx: StoreTransaction, effects: Effects) => Promise<T>): Promise<T>;
}

/** Completions are carried out other than asked for. */
export function completesAs(
  id: string,
  what: string,
  change: (
    completion: Parameters<HotPath['complete']>[0][number],
  ) => Parameters<HotPath['complete']>[0][number],
): Mutant {
  return brokenHotPath(id, what, (sound) => ({
    complete: (completions, now, effects) => sound.complete(completions.map(change), now, effects),
  }));
}

/** Bundles show other things than the fire, by both routes. */
export function showsBundlesAs(
  id: string,
  what: string,
  change: (bundle: Parameters<typeof Object.freeze>[0]) => unknown,
): Mutant {
  type Outcome = Awaited<ReturnType<HotPath['fire']>>[number];
  type Bundle = Extract<Outcome, { kind: 'fired' }>['bundle'];
  const shown = (bundle: Bundle): Bundle => change(bundle) as Bundle;
  return brokenHotPath(id, what, (sound) => ({
    claim: async (request, effects) => {
      const result = await sound.claim(request, effects);
      return { ...result, fired: result.fired.map(shown) };
    },
    fire: async (acquired, now, effects) =>
      (await sound.fire(acquired, now, effects)).map((outcome) =>
        outcome.kind === 'fired' ? { ...outcome, bundle: shown(outcome.bundle) } : outcome,
      ),
  }));
}
