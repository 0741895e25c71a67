/**
 * A JobStore in MongoDB: the contract comes from JobStoreSupport, the primitives and the hot path from here.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { Trigger } from '@ametrine/core';
import {
  type AcquiredTrigger,
  type AtTime,
  type ClaimRequest,
  type ClaimResult,
  type Completion,
  type CompletionOutcome,
  checkTrigger,
  type DynamicJobStore,
  dynamicJobStore,
  type Effects,
  type FireOutcome,
  JobStoreSupport,
  type JoinedStore,
  type Recovery,
  type ReplaceOption,
  SchedulerError,
  SerialQueue,
  type StoreCapabilities,
  type StoreContext,
  type StoreSignals,
  type StoreTransaction,
} from '@ametrine/core/spi';
import type { MongoClient } from 'mongodb';
import { type Collections, collectionsOf, createIndexes } from './collections.js';
import { type Connection, connect, isConnected, serverNow } from './connection.js';
import { storeError } from './errors.js';
import { claim } from './hot-path/claiming.js';
import { complete, isBatchable } from './hot-path/completing.js';
import { Doubts } from './hot-path/doubts.js';
import { fire } from './hot-path/firing.js';
import type { HotPath } from './hot-path/hot-path.js';
import { storeNewTrigger } from './hot-path/joining.js';
import { release } from './hot-path/releasing.js';
import { UnderWay } from './hot-path/under-way.js';
import { CallsUnderWay } from './loose-client.js';
import { checkMongoOptions, type MongoSettings, type MongoStoreOptions, namesReplicaSet } from './options.js';
import { checkSchema } from './schema.js';
import { SchedulerLock } from './transactions/scheduler-lock.js';
import { SessionTransactor } from './transactions/session-transactor.js';
import { StandaloneTransactor } from './transactions/standalone-transactor.js';
import type { Transactor } from './transactions/transactor.js';
import { cannotJoin } from './transactions/user-transaction.js';
import { waitAbout } from './waiting.js';
import { prepareSignals, Wakeup } from './wakeup.js';

/** How often, and how many ms apart, a name is seen taken before it is refused. */
const CHECKS = 30;
const CHECK_EVERY_MS = 100;

/** What an open store works with. */
interface OpenParts {
  readonly connection: Connection;
  readonly collections: Collections;
  readonly transactor: Transactor;
  readonly hot: HotPath;
  readonly wakeup: Wakeup;
}

/**
 * Keeps schedules in MongoDB 4.4 or newer: a server that stands alone, a replica set, a sharded cluster. Any number of
 * processes may share it; each is a node of the cluster.
 *
 * @example
 * ```ts
 * const store = new MongoDBJobStore({ uri: 'mongodb://db1,db2,db3/?replicaSet=rs0', dbName: 'billing' });
 * ```
 */
export class MongoDBJobStore extends JobStoreSupport {
  readonly capabilities: StoreCapabilities;
  readonly #settings: MongoSettings;
  /** The name of this life of the node: new for every store object. */
  readonly #life = randomUUID();
  #open: OpenParts | null = null;
  #listening = false;
  /** Tells this node's own scheduler, and nobody else. */
  #heard: (candidateAt: number | null) => void = () => {};
  readonly #calls = new CallsUnderWay();
  /** Claims of one node take turns: at once they would be one another's rivals for the same triggers. */
  readonly #claims = new SerialQueue();

  /** @throws SchedulerError `ERR_INVALID_ARGUMENT` that names the option */
  constructor(options: MongoStoreOptions) {
    const settings = checkMongoOptions(options);
    super(options);
    this.#settings = settings;
    this.capabilities = Object.freeze({
      durability: settings.writeConcern.journal === true ? 'disk' : 'process',
      clustering: true,
      wakeup: namesReplicaSet(settings) ? 'push' : 'poll',
      transactions: namesReplicaSet(settings) ? 'join' : 'own',
      livenessClock: 'server',
      timestampPrecisionMs: 1,
      maxNameLength: 1000,
      // A document is at most 16 MiB, and holds its former self while a change is under way.
      maxDataBytes: 4 * 1024 * 1024,
      reacquireCostMs: 5,
    } satisfies StoreCapabilities);
  }

  // Lifecycle

  protected override async open(context: StoreContext): Promise<void> {
    const connection = await this.openConnection(this.#life);
    try {
      this.#open = await this.#openOver(connection, context);
    } catch (error) {
      if (connection.isOwn) await connection.client.close().catch(() => {});
      throw error;
    }
  }

  /**
   * Connects.
   *
   * @param life - what the connections of this node are called on the server
   */
  protected openConnection(life: string): Promise<Connection> {
    return connect(this.#settings, life);
  }

  async #openOver(connection: Connection, { schedulerName, instanceId }: StoreContext): Promise<OpenParts> {
    const { collectionPrefix, writeConcern, timeoutMs, pollIntervalMs } = this.#settings;
    const { databaseName } = connection.db;
    const collectionsBy = (client: MongoClient): Collections =>
      collectionsOf(client.db(databaseName), collectionPrefix, writeConcern);
    const collections = collectionsOf(connection.db, collectionPrefix, writeConcern);
    // A server that stands alone writes its journal in order: that of the commit makes all before it durable.
    const unjournaled = collectionsOf(connection.db, collectionPrefix, { w: 1 });
    await checkSchema(collections, collectionPrefix);
    await createIndexes(collections);
    const lock = new SchedulerLock({
      schedulers: collections.schedulers,
      scheduler: schedulerName,
      timeoutMs,
      // A client of the user's does not carry this node's name.
      life: connection.isOwn ? this.#life : '',
      isConnected: (life) => isConnected(connection.client, life),
    });
    await lock.prepare();
    await prepareSignals(collections.signals, schedulerName);
    await this.#refuseDouble(connection, lock, instanceId);
    const shared = { collections, scheduler: schedulerName, life: this.#life, instanceId };
    const transactor = connection.hasTransactions
      ? new SessionTransactor(connection.client, shared, lock, writeConcern, timeoutMs, collectionsBy)
      : new StandaloneTransactor({ ...shared, collections: unjournaled }, lock, timeoutMs);
    const wakeup = new Wakeup({
      signals: collections.signals,
      scheduler: schedulerName,
      life: this.#life,
      pollIntervalMs: connection.hasTransactions ? null : pollIntervalMs,
      heard: this.#heard,
      failed: (error) => this.#tell('Hearing of changes of other nodes failed', error),
    });
    const { hasTransactions } = connection;
    const base = { collections, scheduler: schedulerName, instanceId, transactor };
    const hot = { ...base, hasTransactions, doubts: new Doubts(), underWay: new UnderWay() };
    return { connection, collections, transactor, hot, wakeup };
  }

  /** Two living processes of one name would take each other's work for their own. */
  async #refuseDouble({ client }: Connection, lock: SchedulerLock, instanceId: string): Promise<void> {
    const { nodes } = await lock.look();
    const life = nodes.find((node) => node.instanceId === instanceId)?.life ?? '';
    if (life === '') return;
    // The connections of a process that has just died go a moment later.
    for (let attempt = 0; attempt < CHECKS; attempt++) {
      if (!(await isConnected(client, life))) return;
      await waitAbout(CHECK_EVERY_MS);
    }
    throw new SchedulerError(
      'ERR_STORE_UNAVAILABLE',
      `Another process is the node ${instanceId} of this scheduler; give each process a name of its own`,
      { details: { instanceId } },
    );
  }

  protected override async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    await open?.wakeup.stop();
    if (open?.connection.isOwn === true) await open.connection.client.close();
  }

  override initialize(context: StoreContext): Promise<void> {
    const { signals } = context;
    this.#heard = (candidateAt) => signals.schedulingChanged(candidateAt);
    const told: StoreSignals = {
      schedulingChanged: (candidateAt) => {
        signals.schedulingChanged(candidateAt);
        this.#open?.wakeup.tell(candidateAt);
      },
      triggerMisfired: (trigger) => signals.triggerMisfired(trigger),
      triggerFinalized: (trigger) => signals.triggerFinalized(trigger),
      triggerInError: (trigger, error) => signals.triggerInError(trigger, error),
      jobDeleted: (jobKey) => signals.jobDeleted(jobKey),
      storeError: (message, error) => signals.storeError(message, error),
    };
    return this.#calls.during(() => super.initialize({ ...context, signals: told }));
  }

  override shutdown(): Promise<void> {
    return this.#calls.during(() => super.shutdown());
  }

  // A call under way keeps the process, an open store does not.

  protected override step<T>(operation: string, work: (effects: Effects) => Promise<T>): Promise<T> {
    return this.#calls.during(() => super.step(operation, work));
  }

  protected override query<T>(operation: string, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#calls.during(() => super.query(operation, work));
  }

  override async schedulerStarted(
    options: AtTime & { readonly checkInIntervalMs: number },
  ): Promise<readonly Recovery[]> {
    const recoveries = await super.schedulerStarted(options);
    if (!this.#listening && this.#open !== null) {
      this.#listening = true;
      const { wakeup } = this.#open;
      await this.#calls.during(() => wakeup.start());
    }
    return recoveries;
  }

  /** Nodes are judged by the server's clock. */
  protected override livenessNow(): Promise<number> {
    return this.#calls.during(() => serverNow(this.#parts.connection.db));
  }

  // Transactions

  protected override transact<T>(effects: Effects, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#parts.transactor.write(effects, work);
  }

  protected override read<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#parts.transactor.read(work);
  }

  override async join(transaction: unknown): Promise<JoinedStore> {
    if (this.capabilities.transactions !== 'join') throw cannotJoin();
    return super.join(transaction);
  }

  /** Takes part in a transaction of the user's: `transaction` is a `ClientSession` in one. */
  protected override transactIn<T>(
    transaction: unknown,
    effects: Effects,
    work: (tx: StoreTransaction) => Promise<T>,
  ): Promise<T> {
    return this.#parts.transactor.join(transaction, effects, work);
  }

  protected override translateError(error: unknown, operation: string): SchedulerError {
    return storeError(error, operation);
  }

  // The hot path

  protected override claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    return this.#claims.run(() => claim(this.#parts.hot, effects, request));
  }

  protected override fire(
    acquired: readonly AcquiredTrigger[],
    now: number,
  ): Promise<readonly FireOutcome[]> {
    const { hot } = this.#parts;
    return hot.underWay.alone(tokensOf(acquired), () => fire(hot, acquired, now));
  }

  protected override complete(
    completions: readonly Completion[],
    now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]> {
    if (!completions.every(isBatchable)) return super.complete(completions, now, effects);
    const { hot } = this.#parts;
    return hot.underWay.alone(tokensOf(completions), () => complete(hot, effects, completions));
  }

  protected override release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void> {
    return release(this.#parts.hot, effects, acquired);
  }

  override async storeTrigger(trigger: Trigger, options: ReplaceOption = {}): Promise<void> {
    const own = checkTrigger(trigger, this.capabilities);
    if (options.replace !== true) {
      const stored = await this.step('storeTrigger', (effects) =>
        storeNewTrigger(this.#parts.hot, effects, own),
      );
      if (stored) return;
    }
    await super.storeTrigger(own, options);
  }

  get #parts(): OpenParts {
    if (this.#open === null) throw new Error('The connection is closed');
    return this.#open;
  }

  #tell(message: string, error: unknown): void {
    if (this.#open === null) return;
    this.context.signals.storeError(message, this.translateError(error, 'wake-up'));
  }
}

/** MongoDBJobStore that also finds job classes in modules under the folders of its option `jobClassRoots`. */
export const DynamicMongoDBJobStore: DynamicJobStore<MongoStoreOptions, MongoDBJobStore> =
  dynamicJobStore(MongoDBJobStore);

function tokensOf(of: readonly { readonly fireInstanceId: string }[]): readonly string[] {
  return of.map(({ fireInstanceId }) => fireInstanceId);
}
