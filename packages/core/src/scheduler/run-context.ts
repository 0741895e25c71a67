/**
 * One run, as its job and its listeners see it.
 *
 * @module
 */
import type { Calendar } from '../calendars/calendar.js';
import type { JobData } from '../data.js';
import { draftOf } from '../data-map.js';
import type { JobDetail } from '../job.js';
import type { FiredBundle } from '../spi/results.js';
import type { RecoveredFire, Trigger } from '../trigger.js';
import type { DraftData, JobExecutionContext } from './execution-context.js';
import type { JobInterruption } from './job-interruption.js';
import { type RetriedFire, retriedFireOf, withoutRetryFacts } from './retry-trigger.js';
import type { Scheduler } from './scheduler.js';

/**
 * The context of one run. What costs something is made when it is first asked for: most jobs look at little of it,
 * and there may be hundreds of thousands of runs a second.
 */
export class RunContext implements JobExecutionContext {
  readonly scheduler: Scheduler;
  readonly bundle: FiredBundle;
  refireCount = 0;
  result: unknown = undefined;
  runTimeMs: number | null = null;
  #data: JobData | null = null;
  #draft: DraftData | null = null;
  #controller: AbortController | null = null;
  #interruption: JobInterruption | null = null;
  #values: Map<unknown, unknown> | null = null;

  constructor(scheduler: Scheduler, bundle: FiredBundle) {
    this.scheduler = scheduler;
    this.bundle = bundle;
  }

  get job(): JobDetail {
    return this.bundle.job;
  }

  get trigger(): Trigger {
    return this.bundle.trigger;
  }

  get calendar(): Calendar | null {
    return this.bundle.calendar;
  }

  get fireInstanceId(): string {
    return this.bundle.fireInstanceId;
  }

  get data(): JobData {
    const { job, trigger } = this.bundle;
    this.#data ??= Object.freeze({ ...job.data, ...withoutRetryFacts(trigger.data) });
    return this.#data;
  }

  get jobData(): DraftData {
    this.#draft ??= draftOf(this.bundle.job.data);
    return this.#draft;
  }

  /** The draft, if anybody has looked at it: null means that nothing can have changed. */
  get touchedJobData(): DraftData | null {
    return this.#draft;
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#interruption !== null) this.#controller.abort(this.#interruption);
    }
    return this.#controller.signal;
  }

  /** Whether the run was told to stop. */
  get interrupted(): boolean {
    return this.#interruption !== null;
  }

  get firedAt(): Date {
    return new Date(this.bundle.firedAt);
  }

  get scheduledFireAt(): Date {
    return new Date(this.bundle.scheduledFireAt);
  }

  get previousFireAt(): Date | null {
    return dateOrNull(this.bundle.previousFireAt);
  }

  get nextFireAt(): Date | null {
    return dateOrNull(this.bundle.trigger.nextFireAt);
  }

  get attempt(): number {
    return this.retries?.attempt ?? 1;
  }

  get retries(): RetriedFire | null {
    return retriedFireOf(this.bundle.trigger);
  }

  get recovering(): boolean {
    return this.bundle.recovers !== null;
  }

  get recovers(): RecoveredFire | null {
    return this.bundle.recovers;
  }

  get values(): Map<unknown, unknown> {
    this.#values ??= new Map();
    return this.#values;
  }

  /** Aborts {@link RunContext.signal}; only the first interruption counts. */
  interrupt(interruption: JobInterruption): void {
    if (this.#interruption !== null) return;
    this.#interruption = interruption;
    this.#controller?.abort(interruption);
  }
}

function dateOrNull(at: number | null): Date | null {
  return at === null ? null : new Date(at);
}
