/**
 * One node of a case: its store, what the store said, and the steps of the firing loop as short calls.
 *
 * @module
 */
import type { JobData, JobDetail, Key, Trigger, TriggerKey, TriggerState } from '@ametrine/core';
import type {
  AcquiredTrigger,
  AcquireRequest,
  CheckIn,
  CompletionInstruction,
  CompletionOutcome,
  FiredBundle,
  FireResult,
  JobStore,
  Recovery,
} from '@ametrine/core/spi';
import type { FireRoute } from './case.js';
import type { Checks } from './check.js';
import type { HarnessNode } from './harness.js';
import type { RecordedSignals } from './recorded-signals.js';
import type { SettableResolver } from './settable-resolver.js';

/** The settable time of a case. */
export interface CaseTime {
  /** Epoch ms. */
  now: number;
}

/** What a node is made of. */
export interface NodeParts {
  readonly instanceId: string;
  readonly store: JobStore;
  readonly signals: RecordedSignals;
  readonly resolver: SettableResolver;
  readonly handle: HarnessNode;
  readonly time: CaseTime;
  readonly route: FireRoute;
  readonly checks: Checks;
  readonly recoveries: readonly Recovery[];
}

/** A node in the hands of a case. */
export class CaseNode {
  readonly instanceId: string;
  /** The store; its calls are recorded. */
  readonly store: JobStore;
  /** What the store said to this node's scheduler. */
  readonly signals: RecordedSignals;
  /** The resolver of the node's configuration. */
  readonly resolver: SettableResolver;
  /** What `schedulerStarted` found to recover. */
  readonly recoveries: readonly Recovery[];
  readonly #parts: NodeParts;
  #open = true;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    this.instanceId = parts.instanceId;
    this.store = parts.store;
    this.signals = parts.signals;
    this.resolver = parts.resolver;
    this.recoveries = parts.recoveries;
  }

  /** Stores the job, then its triggers one by one, overwriting neither. */
  async put(job: JobDetail, ...triggers: readonly Trigger[]): Promise<void> {
    await this.store.storeJob(job);
    for (const trigger of triggers) await this.store.storeTrigger(trigger);
  }

  /** Acquires what is due by now, all of it unless `maxCount` says otherwise, without firing. */
  async acquire(request: Partial<AcquireRequest> = {}): Promise<readonly AcquiredTrigger[]> {
    const now = request.now ?? this.#parts.time.now;
    const asked = { now, noLaterThan: now, maxCount: 1000, timeWindowMs: 0, fireDue: false, ...request };
    return (await this.store.acquireNextTriggers(asked)).acquired;
  }

  /** The names of what is acquired, in order. */
  async acquireNames(request: Partial<AcquireRequest> = {}): Promise<readonly string[]> {
    return (await this.acquire(request)).map(({ trigger }) => trigger.key.name);
  }

  /** Acquires one trigger; there must be one. */
  async acquireOne(request: Partial<AcquireRequest> = {}): Promise<AcquiredTrigger> {
    const [acquired] = await this.acquire({ maxCount: 1, ...request });
    return this.#parts.checks.present(acquired, 'a trigger is acquired');
  }

  /** Fires what was acquired. */
  async fire(...acquired: readonly AcquiredTrigger[]): Promise<readonly FireResult[]> {
    return this.store.triggersFired(acquired, { now: this.#parts.time.now });
  }

  /** Fires what was acquired; it must run. */
  async fireOne(acquired: AcquiredTrigger): Promise<FiredBundle> {
    return this.#bundle((await this.fire(acquired))[0]);
  }

  /** Starts everything that is due, by the fire route of the case, up to `maxCount`. */
  async start(request: Partial<AcquireRequest> = {}): Promise<readonly FireResult[]> {
    const now = this.#parts.time.now;
    const fireDue = this.#parts.route === 'oneStep';
    const asked = { now, noLaterThan: now, maxCount: 1000, timeWindowMs: 0, fireDue, ...request };
    const { acquired, fired } = await this.store.acquireNextTriggers(asked);
    // Firing in the same step is allowed, not owed: what was only acquired is fired the ordinary way.
    return [...fired, ...(acquired.length === 0 ? [] : await this.fire(...acquired))];
  }

  /** Starts everything that is due; each must run. */
  async runAll(request: Partial<AcquireRequest> = {}): Promise<readonly FiredBundle[]> {
    return (await this.start(request)).map((result) => this.#bundle(result));
  }

  /** Starts the next due trigger; there must be one, and it must run. */
  async run(request: Partial<AcquireRequest> = {}): Promise<FiredBundle> {
    return this.#bundle((await this.start({ maxCount: 1, ...request }))[0]);
  }

  /** The names of the triggers that start now, in order. */
  async runNames(request: Partial<AcquireRequest> = {}): Promise<readonly string[]> {
    return (await this.runAll(request)).map(({ trigger }) => trigger.key.name);
  }

  /** Gives claims back. */
  async release(...acquired: readonly AcquiredTrigger[]): Promise<void> {
    await this.store.releaseAcquiredTriggers(acquired);
  }

  /** Ends a run. */
  async complete(
    bundle: FiredBundle,
    instruction: CompletionInstruction = 'none',
    changedData: JobData | null = null,
  ): Promise<CompletionOutcome> {
    const completion = {
      fireInstanceId: bundle.fireInstanceId,
      trigger: bundle.trigger,
      jobKey: bundle.job.key,
      instruction,
      changedData,
    };
    const outcomes = await this.store.triggeredJobsComplete([completion], { now: this.#parts.time.now });
    this.#parts.checks.same(outcomes.length, 1, 'one outcome per completion');
    return outcomes[0] as CompletionOutcome;
  }

  /** The state of a trigger, as users see it. */
  async state(of: Trigger | TriggerKey): Promise<TriggerState> {
    return this.store.getTriggerState(keyOf(of));
  }

  /** The stored trigger; it must be there. */
  async stored(of: Trigger | TriggerKey): Promise<Trigger> {
    return this.#parts.checks.present(
      await this.store.getTrigger(keyOf(of)),
      `trigger ${keyOf(of).name} is stored`,
    );
  }

  /** Says that this node lives. */
  async checkIn(): Promise<CheckIn> {
    return this.store.checkIn({ now: this.#parts.time.now });
  }

  /** Shuts the node down in order. */
  async stop(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.store.shutdown();
  }

  /** Ends the node as if its process had died. */
  async abandon(): Promise<void> {
    this.#open = false;
    this.#parts.checks.history.mark(this.instanceId, 'killed');
    await this.#parts.handle.abandon();
  }

  #bundle(result: FireResult | undefined): FiredBundle {
    const { checks } = this.#parts;
    if (result?.kind === 'fired') {
      checks.holds(true, 'it fires');
      return result.bundle;
    }
    return checks.fail(`a trigger fires; seen ${result === undefined ? 'nothing' : showResult(result)}`);
  }
}

function keyOf(of: Trigger | Key): Key {
  return 'key' in of ? of.key : of;
}

function showResult(result: FireResult): string {
  return result.kind === 'notFired' ? `notFired, ${result.reason}` : result.kind;
}
