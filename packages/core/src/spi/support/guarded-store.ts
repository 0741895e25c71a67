/**
 * The guard around a store: its lifecycle, one error type, and signals only after a commit.
 *
 * @module
 */
import { isSchedulerError, SchedulerError } from '../../errors.js';
import { Effects } from '../effects.js';
import type { StoreContext } from '../job-store.js';
import { type ResolvedStoreOptions, resolveStoreOptions, type StoreOptions } from '../store-options.js';
import type { StoreTransaction } from '../store-transaction.js';

type Status = 'new' | 'opening' | 'open' | 'closing' | 'closed';

/** Everything about a store that is not the contract's semantics; {@link JobStoreSupport} adds those. */
export abstract class GuardedStore {
  /** The checked options. */
  protected readonly settings: ResolvedStoreOptions;
  #status: Status = 'new';
  #context: StoreContext | null = null;
  #inFlight = 0;
  #whenIdle: (() => void) | null = null;
  #closed: Promise<void> | null = null;

  constructor(options: StoreOptions) {
    this.settings = resolveStoreOptions(options);
  }

  /** Connects, and creates or checks the schema. Starts no timer and touches no live row. */
  protected abstract open(context: StoreContext): Promise<void>;

  /** Closes what {@link open} opened, and nothing that the user owns. */
  protected abstract close(): Promise<void>;

  /**
   * Runs `work` in one atomic, isolated transaction. A store that runs the work again after a rollback calls
   * `effects.clear()` first.
   */
  protected abstract transact<T>(effects: Effects, work: (tx: StoreTransaction) => Promise<T>): Promise<T>;

  /** Runs `work`, which only reads. Unless overridden it is a transaction like any other. */
  protected read<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.transact(new Effects(), work);
  }

  /** Anything that the store's driver threw, as the library's error. */
  protected translateError(error: unknown, operation: string): SchedulerError {
    const message = error instanceof Error ? error.message : String(error);
    return new SchedulerError('ERR_STORE_FAILED', `${operation} failed: ${message}`, {
      cause: error,
      details: { operation },
    });
  }

  /** The name by which everything this store keeps is scoped. */
  protected get schedulerName(): string {
    return this.context.schedulerName;
  }

  /** This node's name. */
  protected get instanceId(): string {
    return this.context.instanceId;
  }

  /** What the store was opened with. */
  protected get context(): StoreContext {
    if (this.#context === null) throw this.#notOpen('this call');
    return this.#context;
  }

  async initialize(context: StoreContext): Promise<void> {
    if (this.#status === 'closing' || this.#status === 'closed') throw closedError('initialize');
    if (this.#status !== 'new') {
      throw new SchedulerError(
        'ERR_STORE_NOT_OPEN',
        'initialize was called twice; one store serves one scheduler',
        {
          details: { operation: 'initialize' },
        },
      );
    }
    this.#status = 'opening';
    this.#context = context;
    try {
      await this.open(context);
      this.#status = 'open';
    } catch (error) {
      this.#status = 'new';
      this.#context = null;
      throw this.#translated(error, 'initialize');
    }
  }

  shutdown(): Promise<void> {
    this.#closed ??= this.#shutDown();
    return this.#closed;
  }

  async #shutDown(): Promise<void> {
    const wasOpen = this.#status === 'open';
    this.#status = 'closing';
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    try {
      if (wasOpen) {
        const effects = new Effects();
        await this.leaving(effects).catch((error: unknown) => {
          this.context.signals.storeError('Leaving the store failed', this.#translated(error, 'shutdown'));
        });
        await this.close();
      }
    } catch (error) {
      throw this.#translated(error, 'shutdown');
    } finally {
      this.#status = 'closed';
    }
  }

  /** The last step before {@link close}. */
  protected abstract leaving(effects: Effects): Promise<void>;

  /** Runs one step that may change something: its signals are sent once it is committed, and only then. */
  protected async step<T>(operation: string, work: (effects: Effects) => Promise<T>): Promise<T> {
    const effects = new Effects();
    const result = await this.#guarded(operation, () => work(effects));
    this.deliver(effects);
    return result;
  }

  /** Sends the signals of a step that is committed. */
  protected deliver(effects: Effects): void {
    effects.send(this.context.signals);
  }

  /** Runs one step as a transaction over the primitives. */
  protected change<T>(
    operation: string,
    work: (tx: StoreTransaction, effects: Effects) => Promise<T>,
  ): Promise<T> {
    return this.step(operation, (effects) => this.transact(effects, (tx) => work(tx, effects)));
  }

  /** Runs one step that only reads. */
  protected query<T>(operation: string, work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    return this.#guarded(operation, () => this.read(work));
  }

  async #guarded<T>(operation: string, work: () => Promise<T>): Promise<T> {
    if (this.#status === 'closing' || this.#status === 'closed') throw closedError(operation);
    if (this.#status !== 'open') throw this.#notOpen(operation);
    this.#inFlight += 1;
    try {
      return await work();
    } catch (error) {
      throw this.#translated(error, operation);
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) this.#whenIdle?.();
    }
  }

  #translated(error: unknown, operation: string): SchedulerError {
    return isSchedulerError(error) ? error : this.translateError(error, operation);
  }

  #notOpen(operation: string): SchedulerError {
    return new SchedulerError(
      'ERR_STORE_NOT_OPEN',
      `The store is not open yet; call initialize before ${operation}`,
      {
        details: { operation },
      },
    );
  }
}

function closedError(operation: string): SchedulerError {
  return new SchedulerError('ERR_STORE_CLOSED', `The store was shut down; ${operation} needs a new one`, {
    details: { operation },
  });
}
