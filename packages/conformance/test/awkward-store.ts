/**
 * A store that keeps every rule in the most awkward way that the rules allow: what it fails is a fault of the kit.
 *
 * Every step that may have changed something wakes the scheduler, for no time in particular. It is slow, by microtasks and by whole turns of the event loop; it runs every transaction twice; its primitives list
 * in another order every time; it hands out frozen copies with fields that nobody asked for; its limits are the least
 * that the contract demands.
 *
 * @module
 */
import type { Effects, JobStore, StoreCapabilities, StoreTransaction } from '@ametrine/core/spi';
import { defineHarness, type Harness } from '../src/harness.js';
import { OpenPortableStore, portableHarness, withCalls } from './open-portable-store.js';

const CAPABILITIES: StoreCapabilities = {
  durability: 'process',
  clustering: true,
  wakeup: 'poll',
  transactions: 'own',
  livenessClock: 'caller',
  timestampPrecisionMs: 1,
  maxNameLength: 200,
  maxDataBytes: 1_048_576,
  reacquireCostMs: 60_000,
};

/** The primitives whose lists come "in any order". */
const UNORDERED = new Set<string | symbol>([
  'getJobs',
  'listJobs',
  'listJobKeys',
  'getTriggers',
  'selectTriggers',
  'listTriggers',
  'listTriggerKeys',
  'jobsWithTriggers',
  'listGroups',
  'listCalendarNames',
  'selectExecutions',
  'listInstances',
] satisfies (keyof StoreTransaction)[]);

/** The fields whose objects are values of the model: a store returns them as they were. */
const VALUES = new Set(['key', 'jobKey', 'triggerKey', 'schedule', 'data', 'calendar', 'error', 'recovers']);

/** The calls that answer with keys, names or a calendar, and no record. */
const PLAIN_ANSWERS = new Set<string | symbol>([
  'listJobKeys',
  'listTriggerKeys',
  'getCalendar',
  'capabilities',
]);

/** Rolls a transaction back. */
const ROLLBACK: unique symbol = Symbol('rollback');

class AwkwardStore extends OpenPortableStore {
  override readonly capabilities: StoreCapabilities = CAPABILITIES;
  #calls = 0;

  protected override async transact<T>(
    effects: Effects,
    work: (tx: StoreTransaction) => Promise<T>,
  ): Promise<T> {
    await this.#dawdle();
    const firstAttempt = this.backend.transact(this.scope, async (tx) => {
      await work(this.primitives(tx, effects));
      throw ROLLBACK;
    });
    await firstAttempt.catch((error: unknown) => {
      if (error !== ROLLBACK) throw error;
    });
    effects.clear();
    const result = await super.transact(effects, work);
    // A signal too many wakes a scheduler for nothing, and is allowed.
    effects.schedulingChanged(null);
    await this.#dawdle();
    return result;
  }

  protected override primitives(tx: StoreTransaction, effects: Effects): StoreTransaction {
    const sound = super.primitives(tx, effects);
    return new Proxy(sound, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]): Promise<unknown> => {
          await this.#dawdle();
          const answer: unknown = await Reflect.apply(member, target, args);
          return UNORDERED.has(property) ? this.#permuted(answer as readonly unknown[]) : answer;
        };
      },
    });
  }

  /** Waits for something, now and then for a turn of the event loop. */
  async #dawdle(): Promise<void> {
    this.#calls += 1;
    for (let n = this.#calls % 4; n > 0; n -= 1) await Promise.resolve();
    if (this.#calls % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** The same entries, turned round and cut like a pack of cards at another place every time. */
  #permuted<T>(list: readonly T[]): readonly T[] {
    const cut = list.length === 0 ? 0 : this.#calls % list.length;
    const turned = [...list.slice(cut), ...list.slice(0, cut)];
    return Object.freeze(this.#calls % 2 === 0 ? turned.reverse() : turned);
  }
}

/** A frozen copy, in which every record has a field more. */
function embellished(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(embellished));
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.entries(value).map(([name, part]) => [
    name,
    VALUES.has(name) ? part : embellished(part),
  ]);
  return Object.freeze({ ...Object.fromEntries(copy), storeRevision: 7 });
}

function embellishing(store: JobStore): JobStore {
  return new Proxy(store, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      if (PLAIN_ANSWERS.has(property)) return member.bind(target) as unknown;
      return async (...args: unknown[]) => embellished(await Reflect.apply(member, target, args));
    },
  });
}

const base: Harness = portableHarness('the awkward store', AwkwardStore);

/** The awkward store’s harness. */
export const awkwardHarness: Harness = defineHarness({
  ...base,
  claim: CAPABILITIES,
  openNamespace: async () => {
    const namespace = await base.openNamespace();
    return withCalls(namespace, {
      openNode: async (options) => {
        const node = await namespace.openNode(options);
        return { store: embellishing(node.store), abandon: () => node.abandon() };
      },
    });
  },
});
