/**
 * The portable store with everything that a test may want to get at: its resolver, its transactions, damaged records.
 *
 * @module
 */
import { keyText, SchedulerError, type TriggerKey } from '@ametrine/core';
import type {
  Effects,
  JobClassResolver,
  StoreOptions,
  StoreTransaction,
  TriggerRecord,
} from '@ametrine/core/spi';
import { defineHarness, type Harness } from '../src/harness.js';
import { PortableBackend, PortableStore } from './portable-store.js';

/** An object that behaves as `target` does, but for the calls given. */
export function withCalls<T extends object>(target: T, calls: Partial<T>): T {
  return new Proxy(target, {
    get(object, property): unknown {
      const given: unknown = Reflect.get(calls, property);
      if (given !== undefined) return given;
      const member: unknown = Reflect.get(object, property, object);
      return typeof member === 'function'
        ? (...args: unknown[]) => Reflect.apply(member, object, args)
        : member;
    },
  });
}

/** A backend in which the records of single triggers can be made unreadable. */
export class OpenBackend extends PortableBackend {
  readonly #damaged = new Map<string, Set<string>>();
  /** What nodes of one namespace share beside the data: a place for the memory of broken stores. */
  readonly shared = new Map<string, unknown>();

  damage(schedulerName: string, key: TriggerKey): void {
    const damaged = this.#damaged.get(schedulerName) ?? new Set();
    this.#damaged.set(schedulerName, damaged.add(keyText(key)));
  }

  isDamaged(schedulerName: string, record: TriggerRecord): boolean {
    return this.#damaged.get(schedulerName)?.has(keyText(record.trigger.key)) ?? false;
  }

  damagedCount(schedulerName: string): number {
    return this.#damaged.get(schedulerName)?.size ?? 0;
  }
}

/** The portable store, open to its subclasses. */
export class OpenPortableStore extends PortableStore {
  protected readonly backend: OpenBackend;
  readonly #resolverHook: JobClassResolver | undefined;

  constructor(backend: OpenBackend, options: StoreOptions = {}, resolverHook?: JobClassResolver) {
    super(backend, options);
    this.backend = backend;
    this.#resolverHook = resolverHook;
  }

  protected override getJobClassResolver(): JobClassResolver {
    return this.#resolverHook ?? super.getJobClassResolver();
  }

  /** The name by which the backend keeps this node's data. */
  protected get scope(): string {
    return this.schedulerName;
  }

  /** The primitives of one transaction; subclasses put calls of their own in their place. */
  protected primitives(tx: StoreTransaction, effects: Effects): StoreTransaction {
    return this.backend.damagedCount(this.scope) === 0 ? tx : withCalls(tx, this.#readableOnly(tx, effects));
  }

  protected override transact<T>(effects: Effects, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.backend.transact(this.scope, (tx) => work(this.primitives(tx, effects)));
  }

  /** Leaves out what cannot be read, and reports it once a transaction. */
  #readableOnly(tx: StoreTransaction, effects: Effects): Partial<StoreTransaction> {
    const reported = new Set<string>();
    const readable = (records: readonly TriggerRecord[]): readonly TriggerRecord[] =>
      records.filter((record) => {
        if (!this.backend.isDamaged(this.scope, record)) return true;
        const name = record.trigger.key.name;
        if (!reported.has(name)) {
          const error = new SchedulerError('ERR_RECORD_UNREADABLE', `Trigger ${name} cannot be read`);
          effects.storeError('A trigger was left out', error);
          reported.add(name);
        }
        return false;
      });
    const extra = this.backend.damagedCount(this.scope);
    return {
      getTriggers: async (keys) => readable(await tx.getTriggers(keys)),
      selectTriggers: async (selection, limit) =>
        readable(await tx.selectTriggers(selection)).slice(0, limit),
      listTriggers: async (group, jobGroup) => readable(await tx.listTriggers(group, jobGroup)),
      selectDue: async (query) =>
        readable(await tx.selectDue({ ...query, limit: query.limit + extra })).slice(0, query.limit),
      selectMisfired: async (query) =>
        readable(await tx.selectMisfired({ ...query, limit: query.limit + extra })).slice(0, query.limit),
    };
  }
}

/** How a harness makes one node. */
export type OpenStoreClass = new (
  backend: OpenBackend,
  options?: StoreOptions,
  resolverHook?: JobClassResolver,
) => OpenPortableStore;

/** A harness over the portable store, or a subclass of it. */
export function portableHarness(name: string, Store: OpenStoreClass = OpenPortableStore): Harness {
  return defineHarness({
    name,
    claim: new PortableStore(new PortableBackend()).capabilities,
    offers: ['resolverHook', 'damage'],
    openNamespace: () => {
      const backend = new OpenBackend();
      return Promise.resolve({
        openNode: async ({ instanceId: _, resolverHook, extraOptions, ...options }) => ({
          store: new Store(backend, { ...options, ...extraOptions }, resolverHook),
          abandon: () => Promise.resolve(),
        }),
        damageTrigger: async (schedulerName, key) => backend.damage(schedulerName, key),
        // Offered by harnesses whose store takes part.
        beginTransaction: async () => backend.begin(),
        dispose: () => Promise.resolve(),
      });
    },
  });
}
