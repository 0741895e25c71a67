/**
 * The only place that decides when: claims triggers ahead of their time, sleeps until they are due, fires them.
 *
 * @module
 */
import type { Clock } from '../clock.js';
import type { JobStore } from '../spi/job-store.js';
import type { AcquiredTrigger, AcquireResult, FiredBundle, FireResult } from '../spi/results.js';
import { Backoff } from './backoff.js';
import { nextTurn, Pause } from './pause.js';

/** What a {@link FiringLoop} works with. */
export interface FiringLoopParts {
  readonly store: JobStore;
  readonly clock: Clock;
  readonly concurrency: number;
  readonly maxBatchSize: number;
  readonly batchTimeWindowMs: number;
  readonly idleWaitMs: number;
  /** How many of the slots are taken by runs, or by runs whose end the store has not taken yet. */
  slotsTaken(): number;
  /** Runs it; never throws and never waits. */
  run(bundle: FiredBundle): void;
  report(message: string, error: unknown): void;
  /** All goes well again after so many failures in a row. */
  resumed(failures: number): void;
  /** The loop sleeps, or has ended. */
  rested(): void;
}

/** What the loop waits for, and which news is worth an earlier look at the store. */
interface Watch {
  /** Epoch ms. */
  readonly until: number;
  /** News of a fire before this instant (epoch ms) is worth it. */
  readonly newsBefore: number;
}

/** A question of the store that is under way. */
interface Asked {
  /** At most so many. */
  readonly count: number;
  /** Epoch ms. */
  readonly noLaterThan: number;
  readonly answer: Promise<AcquireResult>;
}

/** No news is a fire that never comes; news of an unknown time may be one that is long due. */
const NO_NEWS = Number.POSITIVE_INFINITY;
const UNKNOWN_NEWS = Number.NEGATIVE_INFINITY;
const LOOK_NOW = Number.NEGATIVE_INFINITY;
const NEVER = Number.POSITIVE_INFINITY;
/** When nothing that was claimed could run, the store is not asked again at once: it would give the same. */
const LONGEST_FRUITLESS_WAIT_MS = 1000;

/**
 * Contract §1, with these refinements: triggers due at once come back fired from the claim itself; each trigger of a
 * batch fires at its own time and never before; what a halted loop holds is given back (contract §9.30).
 */
export class FiringLoop {
  readonly #parts: FiringLoopParts;
  readonly #pause: Pause;
  readonly #trouble = new Backoff();
  readonly #fruitless = new Backoff(20, LONGEST_FRUITLESS_WAIT_MS);
  /** Claimed and not due yet, in fire order. */
  #held: readonly AcquiredTrigger[] = [];
  /** The earliest fire that was announced since the last claim. */
  #news = NO_NEWS;
  /** By the store's word nothing has to be claimed before this instant (epoch ms), but for news. */
  #lookAt = LOOK_NOW;
  /** The next claim, made while what the last one fired begins. */
  #ahead: Asked | null = null;
  #watch: Watch | null = null;
  #wantsSlot = false;
  #halting = false;
  #final = false;
  #running: Promise<void> | null = null;

  constructor(parts: FiringLoopParts) {
    this.#parts = parts;
    this.#pause = new Pause(parts.clock, () => parts.rested());
  }

  /** The loop waits for time or news, or does not run. */
  get resting(): boolean {
    return this.#running === null || this.#pause.sleeping;
  }

  /** Starts the loop. Not to be called before a {@link FiringLoop.halt} has resolved. */
  start(): void {
    this.#halting = false;
    this.#running ??= this.#loop();
  }

  /**
   * Ends the loop and gives back what it holds unfired; resolves when that is done. Fires that the store made
   * meanwhile still run.
   *
   * @param final - give back once and leave the rest to the store's shutdown, instead of trying until it succeeds
   */
  async halt(final: boolean): Promise<void> {
    this.#halting = true;
    this.#final ||= final;
    this.#pause.wake();
    await this.#running;
  }

  /** The schedule changed; `candidateAt` (epoch ms) is the earliest new fire, null when that is not known. */
  schedulingChanged(candidateAt: number | null): void {
    this.#news = Math.min(this.#news, candidateAt ?? UNKNOWN_NEWS);
    if (this.#watch !== null && this.#hasNews(this.#watch)) this.#pause.wake();
  }

  /** A slot became free. */
  slotFreed(): void {
    if (this.#wantsSlot) this.#pause.wake();
  }

  async #loop(): Promise<void> {
    const { clock, report, resumed, rested } = this.#parts;
    while (!this.#halting || this.#ahead !== null) {
      try {
        await this.#step();
        if (this.#trouble.failures > 0) resumed(this.#trouble.failures);
        this.#trouble.succeeded();
      } catch (error) {
        if (this.#trouble.failures === 0)
          report('Triggers could not be claimed or fired; trying until it succeeds', error);
        const until = clock.now() + this.#trouble.failed();
        await this.#waitFor({ until, newsBefore: UNKNOWN_NEWS });
      }
    }
    await this.#release(this.#held);
    this.#held = [];
    this.#running = null;
    rested();
  }

  async #step(): Promise<void> {
    const { clock, concurrency, idleWaitMs, store } = this.#parts;
    const free = concurrency - this.#parts.slotsTaken() - this.#held.length;
    if ((this.#ahead !== null || (free > 0 && this.#mayFind())) && (await this.#claim(free))) return;
    const first = this.#held[0];
    if (first !== undefined) {
      const dueAt = dueTime(first);
      // What was left unclaimed may be due before.
      const until = free > 0 && this.#lookAt !== LOOK_NOW ? Math.min(dueAt, this.#lookAt) : dueAt;
      // Giving back and claiming again must gain more than it takes (contract §1.4).
      const newsBefore = dueAt - store.capabilities.reacquireCostMs;
      await this.#waitFor({ until, newsBefore });
      if (this.#halting) return;
      const now = clock.now();
      if (now >= dueAt) await this.#fireDue();
      else if (now < until) await this.#giveBack();
    } else if (free > 0) {
      const idleUntil = clock.now() + idleWaitMs;
      const until = this.#lookAt === LOOK_NOW ? idleUntil : Math.min(idleUntil, this.#lookAt);
      await this.#waitFor({ until, newsBefore: until + 1 });
      this.#lookAt = LOOK_NOW;
    } else {
      await this.#waitForSlot();
    }
  }

  /** Whether there may be something to claim. */
  #mayFind(): boolean {
    return this.#news < this.#lookAt || this.#parts.clock.now() >= this.#lookAt;
  }

  /** Claims as many as there are free slots; answers whether anything fired, so that there may be more. */
  async #claim(free: number): Promise<boolean> {
    const asked = this.#ahead ?? this.#ask(free);
    this.#ahead = null;
    const { acquired, fired, nextDueAt } = await asked.answer;
    const all = acquired.length + fired.length < asked.count;
    this.#lookAt = all && nextDueAt !== undefined ? (nextDueAt ?? asked.noLaterThan) : LOOK_NOW;
    if (acquired.length > 0)
      this.#held = [...this.#held, ...acquired].sort((a, b) => dueTime(a) - dueTime(b));
    if (fired.length > 0) {
      const left = free - asked.count;
      // There is more, most likely. It is claimed while these begin.
      if (fired.length === asked.count && left > 0 && !this.#halting) this.#ahead = this.#ask(left);
      await this.#dispatch(fired, null);
      return true;
    }
    if (acquired.length > 0) return false;
    const { clock } = this.#parts;
    // Others are about to claim what is due: unless they fail in that, it is theirs.
    const taken = this.#lookAt !== LOOK_NOW && this.#lookAt <= clock.now();
    if (taken) this.#lookAt = clock.now() + this.#fruitless.failed();
    else this.#fruitless.succeeded();
    return false;
  }

  #ask(free: number): Asked {
    const { store, clock, idleWaitMs, maxBatchSize, batchTimeWindowMs } = this.#parts;
    // Before the claim: what changes from here on may be unseen by it.
    this.#news = NO_NEWS;
    const now = clock.now();
    const first = this.#held[0];
    const count = Math.min(free, maxBatchSize);
    const noLaterThan = first === undefined ? now + idleWaitMs : dueTime(first);
    const answer = store.acquireNextTriggers({
      now,
      noLaterThan,
      maxCount: count,
      timeWindowMs: batchTimeWindowMs,
      fireDue: true,
      mayLeave: true,
    });
    // A failure is met by whoever waits for the answer, which may be later.
    answer.catch(() => undefined);
    return { count, noLaterThan, answer };
  }

  async #fireDue(): Promise<void> {
    const { store, clock } = this.#parts;
    const now = clock.now();
    const due = this.#held.filter((claim) => dueTime(claim) <= now);
    this.#held = this.#held.slice(due.length);
    let results: readonly FireResult[];
    try {
      results = await store.triggersFired(due, { now });
    } catch (error) {
      await this.#release(due);
      throw error;
    }
    await this.#dispatch(results, due);
  }

  /** @param claims - what the results are of, by position; null when the store fired as it claimed, and keeps no claim that did not fire */
  async #dispatch(results: readonly FireResult[], claims: readonly AcquiredTrigger[] | null): Promise<void> {
    const notFired: AcquiredTrigger[] = [];
    let ran = false;
    for (const [index, result] of results.entries()) {
      this.#lookAt = Math.min(this.#lookAt, comesAgainAt(result));
      if (result.kind === 'fired') {
        this.#parts.run(result.bundle);
        ran = true;
        continue;
      }
      if (result.kind === 'jobClassNotFound')
        this.#parts.report('A job cannot run on this node', result.error);
      const claim = claims?.[index];
      if (claim !== undefined) notFired.push(claim);
    }
    await this.#release(notFired);
    if (ran) {
      this.#fruitless.succeeded();
      await nextTurn();
    } else {
      const until = this.#parts.clock.now() + this.#fruitless.failed();
      await this.#waitFor({ until, newsBefore: UNKNOWN_NEWS });
    }
  }

  async #giveBack(): Promise<void> {
    await this.#release(this.#held);
    this.#held = [];
    this.#lookAt = LOOK_NOW;
  }

  /** Tries until the store takes it; after a final halt once (contract §4.2). */
  async #release(claims: readonly AcquiredTrigger[]): Promise<void> {
    if (claims.length === 0) return;
    const { store, clock, report } = this.#parts;
    const backoff = new Backoff();
    for (;;) {
      try {
        await store.releaseAcquiredTriggers(claims);
        return;
      } catch (error) {
        if (backoff.failures === 0) report('Claimed triggers could not be given back', error);
        const delay = backoff.failed();
        if (this.#final) return;
        await this.#pause.sleep(clock.now() + delay);
      }
    }
  }

  async #waitFor(watch: Watch): Promise<void> {
    const { clock } = this.#parts;
    const since = clock.now();
    this.#watch = watch;
    while (!this.#halting && !this.#hasNews(watch)) {
      const now = clock.now();
      // A clock that was set back makes the wait too long by as much: everything is looked at anew (MIS-22).
      if (now >= watch.until || now < since) break;
      await this.#pause.sleep(watch.until);
    }
    this.#watch = null;
  }

  #hasNews(watch: Watch): boolean {
    return Math.max(this.#news, this.#parts.clock.now()) < watch.newsBefore;
  }

  async #waitForSlot(): Promise<void> {
    const { concurrency, slotsTaken } = this.#parts;
    this.#wantsSlot = true;
    while (!this.#halting && slotsTaken() >= concurrency) await this.#pause.sleep(null);
    this.#wantsSlot = false;
    // Other runs that end in this turn free their slots too: claim for all of them at once.
    await nextTurn();
  }
}

/** When a trigger may be claimed again (epoch ms): the store told only of what it left. */
function comesAgainAt(result: FireResult): number {
  if (result.kind !== 'fired') return LOOK_NOW;
  return result.bundle.trigger.nextFireAt ?? NEVER;
}

function dueTime(claim: AcquiredTrigger): number {
  return claim.trigger.nextFireAt ?? 0;
}
