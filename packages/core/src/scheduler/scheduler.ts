/**
 * The scheduler: what applications talk to.
 *
 * @module
 */
import { invalidArgument } from '../errors.js';
import type { KeyInput } from '../key.js';
import { defineKey } from '../key-input.js';
import { checkKnownKeys } from '../unknown-key.js';
import { Engine, type SchedulerStatus, type ShutdownOptions, type StartOptions } from './engine.js';
import type { JobExecutionContext } from './execution-context.js';
import { JoinedScheduling } from './joined-scheduling.js';
import type { JobListenerOptions, RemoveListener, TriggerListenerOptions } from './listener-registry.js';
import type { JobListener, SchedulerListener, TriggerListener } from './listeners.js';
import { resolveOptions } from './resolve-options.js';
import { SchedulePausing } from './schedule-pausing.js';
import { coreVersion, type SchedulerMetadata } from './scheduler-metadata.js';
import type { SchedulerOptions } from './scheduler-options.js';

/**
 * Keeps jobs and triggers in a store, and runs jobs when their triggers are due.
 *
 * Every call but the getters opens the store when it is not open yet, so jobs can be scheduled before
 * {@link Scheduler.start}; they fire after it. After a shutdown every call throws `ERR_SCHEDULER_SHUT_DOWN`.
 */
export class Scheduler extends SchedulePausing {
  /** A place for what jobs need: they see it as `context.scheduler.context`. Never stored. */
  readonly context: Map<string, unknown>;
  readonly #engine: Engine;

  /** Use {@link createScheduler}. Throws `ERR_INVALID_ARGUMENT` that names the option. */
  constructor(options: SchedulerOptions) {
    const resolved = resolveOptions(options);
    const engine = new Engine(resolved, () => this);
    super(engine);
    this.#engine = engine;
    this.context = new Map(Object.entries(resolved.context));
    const { logger, clock } = resolved;
    engine.plugins.initialize({ scheduler: this, logger, clock, openStore: () => engine.open() });
  }

  get name(): string {
    return this.#engine.options.name;
  }

  get instanceId(): string {
    return this.#engine.options.instanceId;
  }

  get status(): SchedulerStatus {
    return this.#engine.status;
  }

  /**
   * Starts to fire, or goes on after {@link Scheduler.standby}. The first start recovers what earlier lives of this
   * node and dead nodes left behind. A start that fails rejects and may be tried again; with `delayMs` it resolves
   * once the store is open, and a start that fails later is reported and tried until it succeeds.
   */
  async start(options: StartOptions = {}): Promise<void> {
    checkKnownKeys('options', options, ['delayMs']);
    await this.#engine.start(options);
  }

  /** Stops firing, until {@link Scheduler.start}; resolves when nothing is held unfired. Runs under way go on. */
  async standby(): Promise<void> {
    await this.#engine.standby();
  }

  /**
   * Ends for good. By default it waits for the runs under way and stores their ends; without waiting they go on, but
   * the store never hears of their end. A second call joins the first one, and with `wait: false` hurries it.
   * Do not await it inside a job: it would wait for that job.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    checkKnownKeys('options', options, ['wait', 'signal']);
    const { wait = true, signal } = options;
    if (typeof wait !== 'boolean') throw invalidArgument('options.wait', wait, 'true or false');
    if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
      throw invalidArgument('options.signal', signal, 'an AbortSignal');
    }
    await this.#engine.shutdown(options);
  }

  /** Shuts down and waits for the runs under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /**
   * Resolves once no job runs here, no end of a run is on its way to the store, and what is left to do waits for the
   * clock: the next fire, or the next attempt after a failure.
   */
  async whenIdle(): Promise<void> {
    await this.#engine.whenIdle();
  }

  /**
   * The same calls about jobs, triggers and calendars as part of a transaction of yours: they happen with its commit, or
   * not at all. Of a store whose capability `transactions` is `'join'`.
   *
   * @param transaction - what the store's driver calls a transaction, or the connection on which you began one; see the
   * README of the store
   *
   * @example
   * await client.query('BEGIN');
   * await client.query('INSERT INTO orders ...');
   * const scheduling = scheduler.using(client);
   * await scheduling.schedule({ job: 'SendInvoice' }, { in: '1h' });
   * await client.query('COMMIT');
   * await scheduling.committed();
   */
  using(transaction: unknown): JoinedScheduling {
    return new JoinedScheduling(this.#engine, transaction);
  }

  /** The runs under way on this node. */
  currentlyExecuting(): JobExecutionContext[] {
    return this.#engine.runner.contexts();
  }

  /** Aborts the `signal` of every run of a job on this node; answers how many there were. What they do is theirs. */
  interrupt(jobKey: KeyInput): number {
    return this.#engine.runner.interruptJob(defineKey('jobKey', jobKey));
  }

  /** Aborts the `signal` of one run on this node; false when there is no such run. */
  interruptRun(fireInstanceId: string): boolean {
    return this.#engine.runner.interruptRun(fireInstanceId);
  }

  metadata(): SchedulerMetadata {
    const { options, runner, startedAt, status } = this.#engine;
    return {
      name: options.name,
      instanceId: options.instanceId,
      status,
      startedAt: startedAt === null ? null : new Date(startedAt),
      concurrency: options.concurrency,
      running: runner.running,
      runs: runner.begun,
      failures: runner.failed,
      capabilities: options.store.capabilities,
      versions: { core: coreVersion(), node: process.version },
    };
  }

  /** Adds a listener of runs, of all jobs or of those chosen; answers what takes it away again. */
  addJobListener(listener: JobListener, options: JobListenerOptions = {}): RemoveListener {
    return this.#engine.listeners.addJobListener(listener, options);
  }

  /** Adds a listener of triggers, of all or of those chosen; answers what takes it away again. */
  addTriggerListener(listener: TriggerListener, options: TriggerListenerOptions = {}): RemoveListener {
    return this.#engine.listeners.addTriggerListener(listener, options);
  }

  /** Adds a listener of the scheduler; answers what takes it away again. */
  addSchedulerListener(listener: SchedulerListener): RemoveListener {
    return this.#engine.listeners.addSchedulerListener(listener);
  }
}
