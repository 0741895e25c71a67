/**
 * What is under a scheduler's bonnet: its parts, and its life from the first call to the shutdown.
 *
 * @module
 */
import { invalidArgument, isSchedulerError, SchedulerError } from '../errors.js';
import { CascadingResolver } from '../resolvers/cascading-resolver.js';
import { RegistryResolver } from '../resolvers/registry-resolver.js';
import type { JobClass } from '../spi/job-class.js';
import type { JobStore } from '../spi/job-store.js';
import type { CheckIn, Completion } from '../spi/results.js';
import type { StoreSignals } from '../spi/signals.js';
import { Backoff } from './backoff.js';
import { CompletionQueue } from './completion-queue.js';
import { Condition } from './condition.js';
import { FiringLoop } from './firing-loop.js';
import { JobRunner } from './job-runner.js';
import { ListenerRegistry } from './listener-registry.js';
import { NodeHeartbeat } from './node-heartbeat.js';
import { Pause } from './pause.js';
import { PluginHost } from './plugin-host.js';
import type { ResolvedOptions } from './resolve-options.js';
import { Retrying } from './retrying.js';
import type { Scheduler } from './scheduler.js';
import { StoreAccess, shutDownError } from './store-access.js';

/** Where a scheduler is in its life. */
export type SchedulerStatus = 'idle' | 'started' | 'standby' | 'shuttingDown' | 'shutDown';

/** How {@link Scheduler.start} starts. */
export interface StartOptions {
  /** Open the store now, and start to fire only after so many ms. @defaultValue 0 */
  readonly delayMs?: number | undefined;
}

/** How {@link Scheduler.shutdown} ends. */
export interface ShutdownOptions {
  /** Let the runs under way end, and store their ends, before the store is closed. @defaultValue true */
  readonly wait?: boolean | undefined;
  /** Stop waiting when this is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** The parts of one scheduler, and its lifecycle. */
export class Engine {
  readonly options: ResolvedOptions;
  readonly listeners: ListenerRegistry;
  readonly runner: JobRunner;
  readonly plugins: PluginHost;
  readonly #registered: RegistryResolver;
  readonly #access: StoreAccess;
  readonly #completions: CompletionQueue;
  readonly #loop: FiringLoop;
  readonly #heartbeat: NodeHeartbeat;
  readonly #idle: Condition;
  readonly #drained: Condition;
  readonly #delay: Pause;
  #status: SchedulerStatus = 'idle';
  #startedAt: number | null = null;
  /** Starts and standbys happen one after another. */
  #transition: Promise<void> = Promise.resolve();
  #transitions = 0;
  #shutdown: Promise<void> | null = null;
  #hurried = false;

  /** @param scheduler - whose engine it is; asked for once jobs run */
  constructor(options: ResolvedOptions, scheduler: () => Scheduler) {
    this.options = options;
    const { store, clock, name, instanceId } = options;
    this.listeners = new ListenerRegistry(options.logger, options.listeners);
    const report = (message: string, error: unknown): void => this.listeners.report(message, error);
    const checkIdle = (): void => this.#idle.check();
    this.plugins = new PluginHost(options.plugins, report);

    this.#registered = new RegistryResolver(options.jobs);
    const { jobClassResolver } = options;
    this.#access = new StoreAccess(store, {
      schedulerName: name,
      instanceId,
      signals: this.#signals(),
      jobClassResolver:
        jobClassResolver === null
          ? this.#registered
          : new CascadingResolver([this.#registered, jobClassResolver]),
    });
    this.#completions = new CompletionQueue({
      store,
      clock,
      report,
      completed: (completion) => this.#tellFinalized(completion),
      changed: () => this.#runsChanged(),
    });
    this.runner = new JobRunner({
      scheduler,
      clock,
      listeners: this.listeners,
      jobFactory: options.jobFactory,
      maxDataBytes: store.capabilities.maxDataBytes,
      retrying: new Retrying(options.retries, report),
      ended: (completion, retry) => {
        this.#completions.push(completion, retry);
        this.#runsChanged();
      },
    });
    this.#loop = new FiringLoop({
      store,
      clock,
      concurrency: options.concurrency,
      maxBatchSize: options.maxBatchSize,
      batchTimeWindowMs: options.batchTimeWindowMs,
      idleWaitMs: options.idleWaitMs,
      slotsTaken: () => this.#slotsTaken(),
      run: (bundle) => this.runner.start(bundle),
      report,
      resumed: (failures) => options.logger.info('The store works again', { failures }),
      rested: checkIdle,
    });
    this.#heartbeat = new NodeHeartbeat({
      store,
      clock,
      checkInIntervalMs: options.checkInIntervalMs,
      checkedIn: (found) => this.#checkedIn(found),
      report,
      rested: checkIdle,
    });
    this.#delay = new Pause(clock, checkIdle);
    this.#idle = new Condition(
      () =>
        this.#transitions === 0 &&
        this.#loop.resting &&
        this.#heartbeat.resting &&
        this.runner.running === 0 &&
        this.#completions.quiet,
    );
    this.#drained = new Condition(
      () => this.#hurried || (this.runner.running === 0 && this.#completions.pending === 0),
    );
  }

  get status(): SchedulerStatus {
    return this.#status;
  }

  /** Epoch ms of the first start; null before. */
  get startedAt(): number | null {
    return this.#startedAt;
  }

  /** The open store. Throws `ERR_SCHEDULER_SHUT_DOWN`, and what the opening throws. */
  open(): Promise<JobStore> {
    return this.#access.open();
  }

  /**
   * Makes a class that a job brings along findable in this process, and answers the name to store: the one it was
   * registered by, else its own. Throws `ERR_INVALID_ARGUMENT` when that name means another class.
   */
  register(jobClass: JobClass, ownName: string): string {
    const name = this.#registered.nameOf(jobClass) ?? ownName;
    const known = this.#registered.resolve(name);
    if (known !== null && known !== jobClass) {
      const remedy = `a class or function with a name of its own; '${name}' is registered for another`;
      throw invalidArgument('job.job', jobClass, remedy);
    }
    this.#registered.register(name, jobClass);
    return name;
  }

  /** @see Scheduler.whenIdle */
  whenIdle(): Promise<void> {
    return this.#idle.reached();
  }

  async start({ delayMs = 0 }: StartOptions): Promise<void> {
    if (!Number.isSafeInteger(delayMs) || delayMs < 0) {
      throw invalidArgument('options.delayMs', delayMs, 'an integer of at least 0');
    }
    this.#refuseAfterShutdown();
    if (delayMs === 0) return this.#inTurn(() => this.#begin());
    await this.open();
    void this.#startLater(delayMs);
  }

  async standby(): Promise<void> {
    this.#refuseAfterShutdown();
    this.#delay.wake();
    return this.#inTurn(async () => {
      if (this.#status !== 'started') return;
      this.#status = 'standby';
      await this.#loop.halt(false);
      this.listeners.notify('schedulerInStandby');
    });
  }

  async shutdown({ wait = true, signal }: ShutdownOptions): Promise<void> {
    const hurry = (): void => this.#hurry();
    if (!wait || signal?.aborted === true) hurry();
    signal?.addEventListener('abort', hurry, { once: true });
    this.#shutdown ??= this.#end();
    try {
      await this.#shutdown;
    } finally {
      signal?.removeEventListener('abort', hurry);
    }
  }

  /** From here on nobody waits for runs. */
  #hurry(): void {
    if (this.#hurried) return;
    this.#hurried = true;
    this.#drained.check();
  }

  async #end(): Promise<void> {
    const { interruptJobsOnShutdown: interrupts } = this.options;
    this.#status = 'shuttingDown';
    this.#delay.wake();
    this.listeners.notify('schedulerShuttingDown');
    if (interrupts === 'always' || (interrupts === 'whenNotWaiting' && this.#hurried)) {
      this.runner.interruptForShutdown();
    }
    const halted = this.#loop.halt(true);
    await this.#transition;
    await halted;
    await this.#drained.reached();
    if (interrupts === 'whenNotWaiting' && this.#hurried) this.runner.interruptForShutdown();
    await this.#heartbeat.stop();
    await this.#completions.close();
    await this.plugins.shutdown();
    try {
      await this.#access.close();
    } finally {
      this.#status = 'shutDown';
      this.listeners.notify('schedulerShutDown');
    }
  }

  /** @rule LIF-02: recovery happens at the first start only */
  async #begin(): Promise<void> {
    if (this.#status === 'started') return;
    const store = await this.open();
    this.#refuseAfterShutdown();
    this.listeners.notify('schedulerStarting');
    const { clock, checkInIntervalMs } = this.options;
    if (this.#startedAt === null) {
      const now = clock.now();
      const recoveries = await store.schedulerStarted({ now, checkInIntervalMs });
      this.#startedAt = now;
      for (const recovery of recoveries) this.listeners.notify('instanceRecovered', recovery);
      if (store.capabilities.clustering) this.#heartbeat.start();
    }
    await this.plugins.start();
    this.#refuseAfterShutdown();
    this.#loop.start();
    this.#status = 'started';
    this.listeners.notify('schedulerStarted');
  }

  /** Tries until it succeeds, or until a standby, another start or a shutdown makes it pointless. */
  async #startLater(delayMs: number): Promise<void> {
    const { clock } = this.options;
    const backoff = new Backoff();
    const before = this.#status;
    let at = clock.now() + delayMs;
    for (;;) {
      this.#delay.wake();
      await this.#delay.sleep(at);
      if (this.#status !== before || clock.now() < at) return;
      try {
        return await this.#inTurn(() => this.#begin());
      } catch (error) {
        if (isSchedulerError(error, 'ERR_SCHEDULER_SHUT_DOWN')) return;
        if (backoff.failures === 0)
          this.listeners.report('The delayed start failed; trying until it succeeds', error);
        at = clock.now() + backoff.failed();
      }
    }
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    this.#transitions += 1;
    const turn = this.#transition.then(work);
    this.#transition = turn.catch(() => undefined);
    try {
      await turn;
    } finally {
      this.#transitions -= 1;
      this.#idle.check();
    }
  }

  #refuseAfterShutdown(): void {
    if (this.#status === 'shuttingDown' || this.#status === 'shutDown') throw shutDownError();
  }

  /**
   * A run takes a slot until its end is on its way. When ends pile up because the store does not take them, they
   * take slots too, so that their number stays bounded.
   */
  #slotsTaken(): number {
    return this.runner.running + Math.max(0, this.#completions.pending - this.options.concurrency);
  }

  #runsChanged(): void {
    this.#loop.slotFreed();
    this.#idle.check();
    this.#drained.check();
  }

  #tellFinalized(completion: Completion): void {
    if (!this.listeners.watchesScheduler) return;
    const { instruction, trigger } = completion;
    const inError = instruction === 'setTriggerError' || instruction === 'setAllJobTriggersError';
    const ended = instruction === 'setTriggerComplete' || instruction === 'setAllJobTriggersComplete';
    if (ended || (trigger.nextFireAt === null && !inError))
      this.listeners.notify('triggerFinalized', trigger);
  }

  #checkedIn({ fenced, recoveries }: CheckIn): void {
    for (const recovery of recoveries) this.listeners.notify('instanceRecovered', recovery);
    if (fenced) {
      const error = new SchedulerError(
        'ERR_NODE_FENCED',
        'this node was taken for dead and its work given to others; runs that began before this check-in change nothing any more',
      );
      this.listeners.report('This node was fenced', error);
    }
    if (fenced || recoveries.length > 0) this.#loop.schedulingChanged(null);
  }

  #signals(): StoreSignals {
    const { listeners } = this;
    return {
      schedulingChanged: (candidateAt) => this.#loop.schedulingChanged(candidateAt),
      triggerMisfired: (trigger) => {
        void listeners.tellTriggerListeners(trigger.key, (listener) => listener.triggerMisfired?.(trigger));
      },
      triggerFinalized: (trigger) => listeners.notify('triggerFinalized', trigger),
      triggerInError: (trigger, error) => listeners.notify('triggerInError', trigger, error),
      jobDeleted: (jobKey) => listeners.notify('jobDeleted', jobKey),
      storeError: (message, error) => listeners.report(message, error),
    };
  }
}
