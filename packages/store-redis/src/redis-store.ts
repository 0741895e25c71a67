/**
 * A JobStore in Redis: the contract comes from JobStoreSupport, the primitives from `transaction/`, and the hot path
 * from scripts that do a batch each.
 *
 * @module
 */
import type { JobKey, Trigger, TriggerKey, TriggerState } from '@ametrine/core';
import {
  type AcquiredTrigger,
  type AtTime,
  type CheckIn,
  type ClaimRequest,
  type ClaimResult,
  type Completion,
  type CompletionOutcome,
  checkTrigger,
  type DynamicJobStore,
  dynamicJobStore,
  type Effects,
  type FireOutcome,
  isSchedulerError,
  JobStoreSupport,
  type JobWithTriggers,
  type Recovery,
  type RemoveOutcome,
  type ReplaceOption,
  type ReplaceOutcome,
  type SchedulerError,
  type StoreCapabilities,
  type StoreContext,
  type StoreTransaction,
} from '@ametrine/core/spi';
import { closeClient, makeClient, type RedisClient, unrefSockets } from './client.js';
import { replicasMissing, storeError } from './errors.js';
import { claim } from './hot-path/claiming.js';
import { complete, isScripted, release } from './hot-path/completing.js';
import { fire } from './hot-path/firing.js';
import type { Host } from './hot-path/host.js';
import { hasDoubles, removeJobs, removeTriggers, replaceTrigger, store } from './hot-path/storing.js';
import { keysOf } from './keys.js';
import { keepingAlive } from './patience.js';
import { isFresh, isListenedTo, lifeChannel, nameTaken } from './presence.js';
import { lifeIn, readInstance } from './records/execution-text.js';
import { checkRedisOptions, type RedisSettings, type RedisStoreOptions } from './redis-options.js';
import { examine, inspectServer } from './server-facts.js';
import { Session } from './session.js';
import type { RedisTransaction } from './transaction/redis-transaction.js';
import { Transactions } from './transaction/transactions.js';
import { Wakeup } from './wakeup.js';

/** What is there while the store is open. */
interface Opened extends Host {
  readonly client: RedisClient;
  readonly transactions: Transactions;
  readonly wakeup: Wakeup;
}

/**
 * Jobs and triggers in Redis, Redis Cluster or Valkey, through ioredis. All keys of one scheduler are in one hash slot.
 *
 * @example
 * ```ts
 * const scheduler = createScheduler({ store: new RedisJobStore({ url: 'redis://localhost:6379' }) });
 * ```
 */
export class RedisJobStore extends JobStoreSupport {
  readonly capabilities: StoreCapabilities;
  readonly #settings: RedisSettings;
  #opened: Opened | null = null;

  /** @throws SchedulerError `ERR_INVALID_ARGUMENT` for wrong options, unknown ones by name */
  constructor(options: RedisStoreOptions) {
    const settings = checkRedisOptions(options);
    super(options);
    this.#settings = settings;
    this.capabilities = Object.freeze({
      durability: settings.durability,
      clustering: true,
      wakeup: 'push',
      transactions: 'own',
      livenessClock: 'server',
      timestampPrecisionMs: 1,
      maxNameLength: 1000,
      maxDataBytes: 16 * 1024 * 1024,
      reacquireCostMs: 5,
    });
  }

  // Lifecycle

  /** The client of this store; a subclass may make another. */
  protected async connect(): Promise<RedisClient> {
    const { client, at } = this.#settings;
    if (client !== null) return client;
    if (at === null) throw new Error('neither a client nor a place');
    const made = await makeClient(at);
    // Its errors are those of the calls that fail.
    made.on('error', () => {});
    unrefSockets(made);
    return made;
  }

  protected override open(context: StoreContext): Promise<void> {
    return keepingAlive(this.#open(context));
  }

  async #open(context: StoreContext): Promise<void> {
    const { keyPrefix, patienceMs, waitReplicas, durability, client: theirs } = this.#settings;
    const client = await this.connect();
    const life = crypto.randomUUID().slice(0, 8);
    const session = new Session({
      client,
      ownsClient: theirs === null,
      keys: keysOf(keyPrefix, context.schedulerName),
      patienceMs,
      waitReplicas,
      life,
      replicasMissing: (reached) => this.#tell(replicasMissing(waitReplicas, reached)),
    });
    try {
      for (const warning of await inspectServer(session, client, durability)) this.#tell(warning);
      session.dataId = (await examine(session, 'initialize', null)).dataId;
      const { instanceId } = context;
      const transactions = new Transactions({ session, life, instanceId });
      const wakeup = await Wakeup.start({
        client,
        channel: session.keys.channel,
        ownChannel: lifeChannel(session.keys, life),
        life,
        news: (candidateAt) => {
          if (this.#opened !== null) context.signals.schedulingChanged(candidateAt);
        },
      });
      this.#opened = {
        session,
        instanceId,
        life,
        doubtful: new Set(),
        ending: new Set(),
        client,
        transactions,
        wakeup,
        transact: (effects, work) => transactions.write('transaction', effects, work),
      };
    } catch (error) {
      if (theirs === null) await closeClient(client);
      throw error;
    }
  }

  protected override close(): Promise<void> {
    return keepingAlive(this.#close());
  }

  async #close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    if (opened === null) return;
    await opened.wakeup.stop();
    const { session, client } = opened;
    const lanes = session.laneNames;
    try {
      if (lanes.length > 0) await session.read('shutdown', 'HDEL', 'meta', ...lanes);
    } finally {
      if (this.#settings.client === null) await closeClient(client);
    }
  }

  protected override translateError(error: unknown, operation: string): SchedulerError {
    return storeError(error, operation);
  }

  #tell(error: SchedulerError): void {
    this.context.signals.storeError(error.message, error);
  }

  get #host(): Opened {
    if (this.#opened === null) throw new Error('The connection is closed');
    return this.#opened;
  }

  /** Refuses a name that a living process has (JS-CLU-06). */
  override async schedulerStarted(
    options: AtTime & { readonly checkInIntervalMs: number },
  ): Promise<readonly Recovery[]> {
    await this.step('schedulerStarted', () => this.#refuseTakenName());
    return super.schedulerStarted(options);
  }

  async #refuseTakenName(): Promise<void> {
    const { session, client, instanceId, life } = this.#host;
    const [value] = (await session.read('schedulerStarted', 'HMGET', 'instances', instanceId)) as [
      string | null,
    ];
    if (value === null || lifeIn(value) === life) return;
    const { now } = await examine(session, 'schedulerStarted', session.dataId);
    if (!isFresh(readInstance(instanceId, value), now, this.settings.deadNodeGraceMs)) return;
    if (await isListenedTo(client, lifeChannel(session.keys, lifeIn(value)))) throw nameTaken(instanceId);
  }

  /** The server's time. Every check-in looks whether the data are all there, and when the first is due. */
  protected override async livenessNow(): Promise<number> {
    const { session } = this.#host;
    const { now, firstDueAt } = await examine(session, 'checkIn', session.dataId);
    if (firstDueAt !== null) this.context.signals.schedulingChanged(firstDueAt);
    return now;
  }

  override async checkIn(options: AtTime): Promise<CheckIn> {
    const found = await super.checkIn(options);
    if (found.fenced) {
      // Whatever was in doubt is decided: others have taken it.
      this.#opened?.doubtful.clear();
      this.#opened?.ending.clear();
    }
    return found;
  }

  // Transactions

  protected override transact<T>(effects: Effects, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#host.transact(effects, work);
  }

  protected override read<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#host.transactions.read('reading', work);
  }

  override async getTriggerState(key: TriggerKey): Promise<TriggerState> {
    this.checkKey('triggerKey', key);
    return this.query('getTriggerState', (tx) => (tx as RedisTransaction).publicStateOf(key));
  }

  /** Removes everything of this scheduler's name; also where the server has lost some or all of it. */
  override async clearAllSchedulingData(): Promise<void> {
    try {
      await super.clearAllSchedulingData();
    } catch (error) {
      if (!isSchedulerError(error, 'ERR_STORE_CORRUPT')) throw error;
      await this.step('clearAllSchedulingData', async () => {
        const { session } = this.#host;
        await session.run('found', 'clearAllSchedulingData', session.dataId);
      });
      await super.clearAllSchedulingData();
    }
  }

  // The hot path

  protected override claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    return claim(this.#host, request, effects);
  }

  protected override fire(
    acquired: readonly AcquiredTrigger[],
    now: number,
    effects: Effects,
  ): Promise<readonly FireOutcome[]> {
    return fire(this.#host, acquired, now, effects);
  }

  protected override complete(
    completions: readonly Completion[],
    now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]> {
    if (!completions.every(isScripted)) return super.complete(completions, now, effects);
    return complete(this.#host, completions, effects);
  }

  protected override release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void> {
    return release(this.#host, acquired, effects);
  }

  protected override async storeEntries(
    entries: readonly JobWithTriggers[],
    replace: boolean,
    effects: Effects,
  ): Promise<void> {
    const doubles =
      hasDoubles(entries.map(({ job }) => job)) || hasDoubles(entries.flatMap(({ triggers }) => triggers));
    if (!doubles && (await store(this.#host, 'storeJobsAndTriggers', entries, replace, effects)) === 'stored')
      return;
    // The portable version says which key is in the way.
    await super.storeEntries(entries, replace, effects);
  }

  override async storeTrigger(trigger: Trigger, options: ReplaceOption = {}): Promise<void> {
    const own = checkTrigger(trigger, this.capabilities);
    const stored = await this.step('storeTrigger', (effects) =>
      store(this.#host, 'storeTrigger', [{ triggers: [own] }], options.replace === true, effects),
    );
    if (stored === 'refused') await super.storeTrigger(own, options);
  }

  override async replaceTrigger(key: TriggerKey, trigger: Trigger): Promise<ReplaceOutcome> {
    this.checkKey('triggerKey', key);
    const own = checkTrigger(trigger, this.capabilities);
    const outcome = await this.step('replaceTrigger', (effects) =>
      replaceTrigger(this.#host, key, own, effects),
    );
    return outcome === 'refused' ? super.replaceTrigger(key, own) : outcome;
  }

  override async removeTriggers(keys: readonly TriggerKey[]): Promise<RemoveOutcome> {
    for (const key of keys) this.checkKey('triggerKey', key);
    return this.step('removeTriggers', (effects) => removeTriggers(this.#host, keys, effects));
  }

  override async removeJobs(keys: readonly JobKey[]): Promise<RemoveOutcome> {
    for (const key of keys) this.checkKey('jobKey', key);
    return this.step('removeJobs', () => removeJobs(this.#host, keys));
  }
}

/** RedisJobStore that also finds job classes in modules under the folders of its option `jobClassRoots`. */
export const DynamicRedisJobStore: DynamicJobStore<RedisStoreOptions, RedisJobStore> =
  dynamicJobStore(RedisJobStore);
