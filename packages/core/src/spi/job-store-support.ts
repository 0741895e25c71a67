/**
 * The whole JobStore contract, once, over some twenty storage primitives.
 *
 * @module
 */

import { invalidArgument, isSchedulerError, SchedulerError } from '../errors.js';
import { checkInstant } from '../instant.js';
import type { Effects } from './effects.js';
import type { ClaimRequest, ClaimResult, FireOutcome, SteadyCheckIn, UnresolvedBundle } from './hot-path.js';
import type { JobClass, JobClassResolver } from './job-class.js';
import type { AtTime, JobStore, JoinedStore } from './job-store.js';
import type { InstanceRecord } from './records.js';
import type {
  AcquiredTrigger,
  AcquireRequest,
  AcquireResult,
  CheckIn,
  Completion,
  CompletionOutcome,
  FireResult,
  MisfirePass,
  Recovery,
} from './results.js';
import type { StoreOptions } from './store-options.js';
import type { StoreTransaction } from './store-transaction.js';
import { ClassKnowledge } from './support/class-knowledge.js';
import { JoinedStoring } from './support/joined-storing.js';
import * as membership from './support/membership.js';
import { applyMisfires } from './support/misfires.js';
import { ownBundle, ownTrigger } from './support/own-copies.js';
import * as claims from './support/portable-claim.js';
import * as runs from './support/portable-run.js';
import { checkCount } from './support/reading-store.js';
import { StoringStore } from './support/storing-store.js';
import {
  firedTooSoon,
  jobClassOf,
  lackedByAll,
  type SetAside,
  setAside,
  unfired,
} from './support/unresolved.js';

const NO_CLASSES: ReadonlySet<string> = new Set();

/**
 * A JobStore over storage primitives. A subclass implements {@link open}, {@link close} and {@link transact}; it may
 * override the hot path ({@link claim}, {@link fire}, {@link complete}, {@link release}, {@link storeEntries}) to do
 * each in one round trip, and {@link getJobClassResolver} to see classes that nobody else knows.
 */
export abstract class JobStoreSupport extends StoringStore implements JobStore {
  readonly #classes: ClassKnowledge;
  #checkInIntervalMs = 0;
  #claimCounter = 0;
  #claimPrefix = '';

  constructor(options: StoreOptions = {}) {
    super(options);
    this.#classes = new ClassKnowledge(this.settings.unresolvableRetryMs);
  }

  // Hooks

  /**
   * The resolver that finds job classes; asked at every fire with the stored name. Override it to see classes of your
   * own. Unless overridden it is the store's option, else the scheduler's.
   */
  protected getJobClassResolver(): JobClassResolver {
    return this.settings.jobClassResolver ?? this.context.jobClassResolver;
  }

  /** Whether the store knows, sooner than by the lapse of its check-ins, that a node's process is gone. */
  protected isInstanceGone(_record: InstanceRecord): Promise<boolean> {
    return Promise.resolve(false);
  }

  /**
   * The time by which check-ins are recorded and judged (epoch ms), asked at every check-in. Override it in a store
   * whose `livenessClock` is `'server'`: ask the server, so that clocks of hosts that differ kill nobody.
   *
   * @param now - the time of the call
   * @defaultValue the time of the call
   */
  protected livenessNow(now: number): Promise<number> {
    return Promise.resolve(now);
  }

  /**
   * Checks in when that is all there is to it: this node's record is there, and no other node's check-ins may have
   * lapsed. Answers false, having changed nothing, when there may be more to do: then the records are judged one by one.
   * Override it in a store behind a network, which can do that in one round trip, by the clock of its `livenessClock`.
   *
   * @defaultValue there may be more to do
   */
  protected checkInSteadily(_request: SteadyCheckIn): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** Claims triggers; the portable version works over {@link transact}. */
  protected claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    return this.transact(effects, (tx) => claims.claim(tx, effects, request));
  }

  /** Fires claims; the portable version works over {@link transact}. */
  protected fire(
    acquired: readonly AcquiredTrigger[],
    now: number,
    effects: Effects,
  ): Promise<readonly FireOutcome[]> {
    return this.transact(effects, (tx) => runs.fire(tx, acquired, now));
  }

  /** Ends runs; the portable version works over {@link transact}. */
  protected complete(
    completions: readonly Completion[],
    _now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]> {
    return this.transact(effects, (tx) => runs.complete(tx, effects, completions));
  }

  /** Gives claims back; the portable version works over {@link transact}. */
  protected release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void> {
    return this.transact(effects, (tx) => claims.release(tx, effects, acquired));
  }

  protected override leaving(effects: Effects): Promise<void> {
    return this.transact(effects, (tx) => membership.leave(tx, effects, this.instanceId));
  }

  /**
   * Runs `work` as part of a transaction that the application began and will end, for stores whose capability
   * `transactions` is `'join'`. The work happens whole or not at all where the database can take back a part of a
   * transaction. What other nodes are to hear leaves with the application's commit (JS-TXN-02).
   *
   * @throws SchedulerError `ERR_INVALID_ARGUMENT` when it is no open transaction of the store's driver
   */
  protected transactIn<T>(
    _transaction: unknown,
    _effects: Effects,
    _work: (tx: StoreTransaction) => Promise<T>,
  ): Promise<T> {
    throw cannotJoin();
  }

  async join(transaction: unknown): Promise<JoinedStore> {
    if (this.capabilities.transactions !== 'join') throw cannotJoin();
    const { context } = this;
    const joined = new JoinedStoring({
      capabilities: this.capabilities,
      options: this.settings,
      // The store's own lifecycle guards the calls of its part.
      transact: (effects, work) => this.step('join', async () => this.transactIn(transaction, effects, work)),
      signals: context.signals,
    });
    await joined.initialize(context);
    return joined;
  }

  // Lifecycle

  async schedulerStarted(
    options: AtTime & { readonly checkInIntervalMs: number },
  ): Promise<readonly Recovery[]> {
    checkInstant('now', options.now);
    checkCount('checkInIntervalMs', options.checkInIntervalMs);
    this.#checkInIntervalMs = options.checkInIntervalMs;
    this.#classes.expect(this.getJobClassResolver().names?.() ?? []);
    if (this.capabilities.clustering) return (await this.#checkIn(options.now, true)).recoveries;
    return this.change('schedulerStarted', membership.recoverAlone);
  }

  async checkIn({ now }: AtTime): Promise<CheckIn> {
    checkInstant('now', now);
    if (!this.capabilities.clustering) {
      return this.step('checkIn', () => Promise.resolve({ fenced: false, recoveries: [] }));
    }
    return this.#checkIn(now, false);
  }

  async #checkIn(calledAt: number, first: boolean): Promise<CheckIn> {
    return this.step('checkIn', async (effects) => {
      const graceMs = this.settings.deadNodeGraceMs;
      const missingClasses = this.#classes.lacked;
      const steady = { now: calledAt, checkInIntervalMs: this.#checkInIntervalMs, graceMs, missingClasses };
      if (!first && (await this.checkInSteadily(steady))) return { fenced: false, recoveries: [] };
      // Before the records are read: none can be younger than it by more than the call takes.
      const now = await this.livenessNow(calledAt);
      const gone: InstanceRecord[] = [];
      for (const node of await this.read((tx) => tx.listInstances())) {
        if (node.instanceId !== this.instanceId && (await this.isInstanceGone(node))) gone.push(node);
      }
      const request = {
        now,
        instanceId: this.instanceId,
        checkInIntervalMs: this.#checkInIntervalMs,
        graceMs,
        missingClasses,
        first,
        gone,
      };
      return this.transact(effects, (tx) => membership.checkIn(tx, effects, request));
    });
  }

  // Firing

  async acquireNextTriggers(request: AcquireRequest): Promise<AcquireResult> {
    const { now, noLaterThan, maxCount, timeWindowMs, fireDue, mayLeave = false } = request;
    checkInstant('now', now);
    if (!Number.isSafeInteger(noLaterThan))
      throw invalidArgument('noLaterThan', noLaterThan, 'an instant in epoch ms');
    checkCount('maxCount', maxCount);
    checkCount('timeWindowMs', timeWindowMs);
    const result = await this.step<ClaimResult>('acquireNextTriggers', async (effects) =>
      maxCount === 0
        ? { acquired: [], fired: [] }
        : this.claim(
            {
              now,
              noLaterThan,
              maxCount,
              timeWindowMs,
              misfiredBefore: this.at(now).misfiredBefore,
              maxMisfires: this.settings.maxMisfiresPerPass,
              fireableClasses: fireDue ? this.#classes.found : NO_CLASSES,
              mayLeave,
              excludedClasses: this.#classes.missingAt(now),
              instanceId: this.instanceId,
              newFireInstanceId: this.#newFireInstanceId,
            },
            effects,
          ),
    );
    return {
      ...result,
      acquired: result.acquired.map((claimed) => ({ ...claimed, trigger: ownTrigger(claimed.trigger) })),
      fired: result.fired.length === 0 ? [] : await this.#withClasses(result.fired, now),
    };
  }

  async releaseAcquiredTriggers(acquired: readonly AcquiredTrigger[]): Promise<void> {
    await this.step('releaseAcquiredTriggers', async (effects) => {
      if (acquired.length > 0) await this.release(acquired, effects);
    });
  }

  async triggersFired(acquired: readonly AcquiredTrigger[], { now }: AtTime): Promise<readonly FireResult[]> {
    checkInstant('now', now);
    if (acquired.length === 0) return this.step('triggersFired', async () => []);
    const classes = await this.#resolve(acquired.map((claimed) => claimed.jobClass));
    const results = new Map<string, FireResult>();
    const missing: SetAside[] = [];
    const fireable = acquired.filter((claimed) => {
      const found = classes.get(claimed.jobClass);
      if (!isSchedulerError(found)) return true;
      missing.push(unfired(claimed, found));
      return false;
    });
    for (const result of await this.#setAside(missing, now)) results.set(result.fireInstanceId, result);
    if (fireable.length > 0) {
      const outcomes = await this.step('triggersFired', (effects) => this.fire(fireable, now, effects));
      const fired: UnresolvedBundle[] = [];
      for (const outcome of outcomes) {
        if (outcome.kind === 'fired') fired.push(outcome.bundle);
        else results.set(outcome.fireInstanceId, outcome);
      }
      for (const result of await this.#withClasses(fired, now)) results.set(tokenOf(result), result);
    }
    return acquired.map(({ fireInstanceId }): FireResult => {
      const result = results.get(fireInstanceId);
      // A claim that was handed in twice fires once.
      results.delete(fireInstanceId);
      return result ?? { kind: 'notFired', fireInstanceId, reason: 'claimLost' };
    });
  }

  async triggeredJobsComplete(
    completions: readonly Completion[],
    { now }: AtTime,
  ): Promise<readonly CompletionOutcome[]> {
    checkInstant('now', now);
    return this.step('triggeredJobsComplete', async (effects) =>
      completions.length === 0 ? [] : this.complete(completions, now, effects),
    );
  }

  async recoverMisfires({ now, limit }: AtTime & { readonly limit: number }): Promise<MisfirePass> {
    checkCount('limit', limit);
    return this.change('recoverMisfires', async (tx, effects) =>
      applyMisfires(tx, effects, {
        now,
        before: this.at(now).misfiredBefore,
        limit,
        selection: { by: 'all' },
        exceptJobs: await claims.jobsNotToRunTwice(tx),
      }),
    );
  }

  // Job classes

  /** Adds the classes to fired bundles; what has none is taken back. Answers in the order of the bundles. */
  async #withClasses(bundles: readonly UnresolvedBundle[], now: number): Promise<readonly FireResult[]> {
    if (bundles.length === 0) return [];
    const classes = await this.#resolve(bundles.map(({ job }) => job.jobClass));
    const missing: SetAside[] = [];
    const results: FireResult[] = [];
    for (const bundle of bundles) {
      const found = classes.get(bundle.job.jobClass);
      if (found === undefined || isSchedulerError(found)) {
        if (found !== undefined) missing.push(firedTooSoon(bundle, found));
      } else {
        results.push({ kind: 'fired', bundle: { ...ownBundle(bundle), jobClass: found } });
      }
    }
    return missing.length === 0 ? results : [...results, ...(await this.#setAside(missing, now))];
  }

  #resolve(names: readonly string[]): Promise<ReadonlyMap<string, JobClass | SchedulerError>> {
    return this.#classes.resolve(new Set(names), this.getJobClassResolver());
  }

  async #setAside(
    missing: readonly SetAside[],
    now: number,
  ): Promise<readonly Extract<FireResult, { kind: 'jobClassNotFound' }>[]> {
    if (missing.length === 0) return [];
    const policy = this.settings.onUnresolvableJobClass;
    const lack = {
      instanceId: this.instanceId,
      missingClasses: this.#classes.lacked,
      graceMs: this.settings.deadNodeGraceMs,
    };
    const hopeless = await this.step('triggersFired', async (effects) => {
      const livenessNow = await this.livenessNow(now);
      return this.transact(effects, async (tx) => {
        const lacked = policy === 'auto' ? await lackedByAll(tx, { ...lack, now: livenessNow }) : NO_CLASSES;
        const goesToError = (name: string): boolean => policy === 'error' || lacked.has(name);
        await setAside(tx, effects, missing, goesToError);
        return goesToError;
      });
    });
    for (const name of missing.map(({ error }) => jobClassOf(error))) {
      if (!hopeless(name)) this.#classes.leaveToOthers(name, now);
    }
    return missing.map(({ fireInstanceId, error }) => ({ kind: 'jobClassNotFound', fireInstanceId, error }));
  }

  // Small facts

  /** Unique for ever: the node's name, the moment of its first claim in this life with some chance, and a counter. */
  readonly #newFireInstanceId = (): string => {
    if (this.#claimPrefix === '')
      this.#claimPrefix = `${this.instanceId}:${crypto.randomUUID().slice(0, 8)}:`;
    this.#claimCounter += 1;
    return this.#claimPrefix + this.#claimCounter.toString(36);
  };
}

function cannotJoin(): SchedulerError {
  return new SchedulerError(
    'ERR_UNSUPPORTED',
    "This store cannot take part in the application's transactions; see capabilities.transactions",
  );
}

function tokenOf(result: FireResult): string {
  return result.kind === 'fired' ? result.bundle.fireInstanceId : result.fireInstanceId;
}
