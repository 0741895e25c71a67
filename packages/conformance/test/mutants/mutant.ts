/**
 * Deliberately broken stores: the proof that the kit notices. Each breaks one rule, and counts as killed only when a
 * case that cites this rule fails under the rule's id.
 *
 * @module
 */
import type {
  AcquiredTrigger,
  ClaimRequest,
  ClaimResult,
  Completion,
  CompletionOutcome,
  Effects,
  FireOutcome,
  JobStore,
  StoreContext,
  StoreTransaction,
} from '@ametrine/core/spi';
import type { Harness } from '../../src/harness.js';
import {
  OpenPortableStore,
  type OpenStoreClass,
  portableHarness,
  withCalls,
} from '../open-portable-store.js';

/** One broken store. */
export interface Mutant {
  /** Unique: the rule, and a word. */
  readonly id: string;
  /** The rule that it breaks. */
  readonly rule: string;
  /** How it is broken, in one phrase. */
  readonly what: string;
  /** The harness with the defect built in. */
  make(base: Harness): Harness;
}

/** What a defect in the calls of one node can use. */
export interface NodeFacts {
  /** What the node was initialized with; not before it was. */
  context(): StoreContext;
  /** Shared by all nodes of the namespace. */
  readonly shared: Map<string, unknown>;
}

/** A defect in the calls of the SPI: those given are put in the place of the store's own. */
export function brokenCalls(
  id: string,
  what: string,
  calls: (store: JobStore, facts: NodeFacts) => Partial<JobStore>,
): Mutant {
  return mutant(id, what, (base) => ({
    ...base,
    openNamespace: async () => {
      const namespace = await base.openNamespace();
      const shared = new Map<string, unknown>();
      return withCalls(namespace, {
        openNode: async (options) => {
          const node = await namespace.openNode(options);
          let context: StoreContext | undefined;
          const facts: NodeFacts = {
            shared,
            context: () => {
              if (context === undefined) throw new Error('not initialized');
              return context;
            },
          };
          const broken = calls(node.store, facts);
          const initialize = broken.initialize ?? ((given) => node.store.initialize(given));
          const listening: Partial<JobStore> = {
            ...broken,
            initialize: (given) => {
              context = given;
              return initialize(given);
            },
          };
          return { store: withCalls(node.store, listening), abandon: () => node.abandon() };
        },
      });
    },
  }));
}

/** What a defect in the primitives can use. */
export interface TransactionFacts {
  readonly effects: Effects;
  readonly instanceId: string;
  /** Shared by all nodes of the namespace. */
  readonly shared: Map<string, unknown>;
}

/** A defect in the storage primitives. */
export function brokenPrimitives(
  id: string,
  what: string,
  calls: (tx: StoreTransaction, facts: TransactionFacts) => Partial<StoreTransaction>,
): Mutant {
  class Broken extends OpenPortableStore {
    protected override primitives(tx: StoreTransaction, effects: Effects): StoreTransaction {
      const sound = super.primitives(tx, effects);
      const facts = { effects, instanceId: this.instanceId, shared: this.backend.shared };
      return withCalls(sound, calls(sound, facts));
    }
  }
  return brokenStore(id, what, () => Broken);
}

/** The hot path of a store, for defects to call. */
export interface HotPath {
  claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult>;
  fire(acquired: readonly AcquiredTrigger[], now: number, effects: Effects): Promise<readonly FireOutcome[]>;
  complete(
    completions: readonly Completion[],
    now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]>;
  release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void>;
}

/** What a defect in the hot path can use. */
export interface HotPathFacts {
  /** One transaction over the primitives. */
  transact<T>(effects: Effects, work: (tx: StoreTransaction) => Promise<T>): Promise<T>;
  readonly instanceId: string;
}

/** A defect in claiming, firing, completing or releasing. */
export function brokenHotPath(
  id: string,
  what: string,
  calls: (sound: HotPath, facts: HotPathFacts) => Partial<HotPath>,
): Mutant {
  class Broken extends OpenPortableStore {
    readonly #calls: HotPath;

    constructor(...args: ConstructorParameters<typeof OpenPortableStore>) {
      super(...args);
      const sound: HotPath = {
        claim: (request, effects) => super.claim(request, effects),
        fire: (acquired, now, effects) => super.fire(acquired, now, effects),
        complete: (completions, now, effects) => super.complete(completions, now, effects),
        release: (acquired, effects) => super.release(acquired, effects),
      };
      const instanceId = (): string => this.instanceId;
      const facts: HotPathFacts = {
        transact: (effects, work) => this.transact(effects, work),
        get instanceId() {
          return instanceId();
        },
      };
      this.#calls = { ...sound, ...calls(sound, facts) };
    }

    protected override claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
      return this.#calls.claim(request, effects);
    }
    protected override fire(
      acquired: readonly AcquiredTrigger[],
      now: number,
      effects: Effects,
    ): Promise<readonly FireOutcome[]> {
      return this.#calls.fire(acquired, now, effects);
    }
    protected override complete(
      completions: readonly Completion[],
      now: number,
      effects: Effects,
    ): Promise<readonly CompletionOutcome[]> {
      return this.#calls.complete(completions, now, effects);
    }
    protected override release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void> {
      return this.#calls.release(acquired, effects);
    }
  }
  return brokenStore(id, what, () => Broken);
}

/** A defect in any other part of a store: a subclass of its own. */
export function brokenStore(id: string, what: string, subclass: () => OpenStoreClass): Mutant {
  return mutant(id, what, (base) => portableHarness(base.name, subclass()));
}

function mutant(id: string, what: string, make: (base: Harness) => Harness): Mutant {
  return { id, rule: id.slice(0, id.indexOf('/')), what, make: (base) => ({ ...make(base), name: id }) };
}
