/**
 * What a store's author gives the kit: a way to open nodes over isolated, empty data.
 *
 * @module
 */
import type { TriggerKey } from '@ametrine/core';
import type { JobClassResolver, JobStore, StoreCapabilities } from '@ametrine/core/spi';
import type { KnownDeviation } from './deviations.js';
import type { BackendFamily } from './rules/diagnoses/diagnosis.js';

/** Where a backend listens. */
export interface TcpEndpoint {
  readonly host: string;
  readonly port: number;
}

/** What the kit asks of one node. Absent options are the store's own defaults. */
export interface NodeOptions {
  /** The node's name within its namespace. */
  readonly instanceId: string;
  /** How old a fire may be before it has misfired, in ms. */
  readonly misfireThresholdMs?: number;
  /** How many misfired triggers one acquisition handles at most. */
  readonly maxMisfiresPerPass?: number;
  /** When given, the store is a subclass whose `getJobClassResolver()` answers this one. */
  readonly resolverHook?: JobClassResolver;
  /**
   * How long a call may wait for a backend that is away before it fails, in ms; only asked for with the offer
   * `outages` or `endpoint`.
   */
  readonly patienceMs?: number;
  /** Where this node is to reach the backend in place of {@link Harness.tcp}: a proxy of the kit. Needs the offer `endpoint`. */
  readonly endpoint?: TcpEndpoint;
  /** Handed to the store's constructor as they are, beside the options above: for options that must be refused. */
  readonly extraOptions?: Readonly<Record<string, unknown>>;
}

/** One store instance, constructed and not yet initialized. */
export interface HarnessNode {
  readonly store: JobStore;
  /**
   * Ends the node as if its process had died: nothing is released, nothing is said to others. The harness closes
   * only what the operating system would have closed.
   */
  abandon(): Promise<void>;
}

/** How a process ended: exactly one is not null, unless it never started. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What the kit asks of a node in a process of its own: all of it can be handed to the process. */
export type ProcessNodeOptions = Omit<NodeOptions, 'resolverHook'>;

/** A node in a process of its own; `startNodeProcess` makes them. */
export interface ProcessNode extends HarnessNode {
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly ended: Promise<ProcessEnd>;
  /** Ends the process at once, by SIGKILL, and waits for its end. Calls under way reject. */
  kill(): Promise<void>;
  /** Stops the process where it is, by SIGSTOP: calls go on waiting. */
  suspend(): void;
  /** Lets a stopped process go on. */
  resume(): void;
  /** Lets go of the process: from now on only its store may keep it alive. It takes no calls any more. */
  letGo(): void;
}

/** A transaction of an application beside the store. */
export interface AppTransaction {
  /** What the application hands to `Scheduler.using`. */
  readonly handle: unknown;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** An isolated, empty place in a backend. Its nodes share what is stored in it, and nothing else sees it. */
export interface Namespace {
  /** @throws what the store's constructor throws, when the options are wrong */
  openNode(options: NodeOptions): Promise<HarnessNode>;
  /**
   * Opens a node in a process of its own, so that it can be killed. Needs the offer `processes`.
   *
   * @throws what the store's constructor throws, when the options are wrong
   */
  openProcessNode?(options: ProcessNodeOptions): Promise<ProcessNode>;
  /** The raw records, to make a failure readable. */
  inspect?(): Promise<unknown>;
  /** Makes the stored record of one trigger unreadable, as a bug or a bad disk would. Needs the offer `damage`. */
  damageTrigger?(schedulerName: string, key: TriggerKey): Promise<void>;
  /**
   * Takes the backend away: calls that have to write fail as retryable, once their patience is over, until the
   * returned function is called. Needs the offer `outages`.
   */
  beginOutage?(): Promise<() => Promise<void>>;
  /**
   * Makes the last check-in of every node of that scheduler older by so many ms: as if the server's clock had gone on.
   * For stores with `livenessClock: 'server'`, whose clock no case can set. Needs the offer `ageing`.
   */
  ageCheckIns?(schedulerName: string, byMs: number): Promise<void>;
  /**
   * Begins a transaction as an application does that uses the backend's own driver. Needs the offer `transactions`, and
   * the capability `transactions: 'join'`.
   */
  beginTransaction?(): Promise<AppTransaction>;
  /** What is still open once every node is closed, one phrase each; asked before {@link Namespace.dispose}. */
  openResources?(): Promise<readonly string[]>;
  /** Removes everything. */
  dispose(): Promise<void>;
}

/** What a harness can do beyond the necessary: cases that need it are not applicable without. */
export type HarnessOffer =
  | 'resolverHook'
  | 'damage'
  | 'processes'
  | 'outages'
  | 'ageing'
  | 'endpoint'
  | 'transactions';

/** A store, as the kit sees it. */
export interface Harness {
  /** The store's name, for titles and reports. */
  readonly name: string;
  /** The store's version, for reports. @defaultValue not told */
  readonly version?: string;
  /** What it runs on, for reports, such as `'SQLite 3.50.4'`. @defaultValue not told */
  readonly backend?: string;
  /** Makes the likely causes in failures those of this kind of backend. @defaultValue those of all kinds */
  readonly family?: BackendFamily;
  /** What the store is known to do otherwise, until a day. They cap the level. @defaultValue none */
  readonly deviations?: readonly KnownDeviation[];
  /** What the store says about itself; must equal the instance's `capabilities`. */
  readonly claim: StoreCapabilities;
  /**
   * The version of the contract that the store answers for, such as `'1.0'`. Cases of a newer one run too, as a preview:
   * they decide nothing, and the report forecasts what an upgrade would bring.
   * @defaultValue the newest that the kit knows
   */
  readonly contract?: string;
  /** @defaultValue none */
  readonly offers?: readonly HarnessOffer[];
  /** Where the backend listens, when it does: with the offer `endpoint` the kit comes between a store and its backend. */
  readonly tcp?: TcpEndpoint;
  openNamespace(): Promise<Namespace>;
}

/** Checks the type of a harness and gives it back: all that is needed to bind the kit to a store. */
export function defineHarness(harness: Harness): Harness {
  return harness;
}
