/**
 * Runs jobs: one call of {@link JobRunner.start} for each fire, one completion for each call.
 *
 * @module
 */
import type { Clock } from '../clock.js';
import type { JobData } from '../data.js';
import { checkData, sameData } from '../data-map.js';
import { type JobKey, sameKey, showKey } from '../key.js';
import type { Completion, CompletionInstruction, FiredBundle } from '../spi/results.js';
import type { Trigger } from '../trigger.js';
import { checkRunnable, execute, instantiate, type Runnable } from './instantiate.js';
import { isJobExecutionError, type JobExecutionError } from './job-execution-error.js';
import { JobInterruption } from './job-interruption.js';
import type { ListenerRegistry } from './listener-registry.js';
import { nextTurn } from './pause.js';
import type { Retrying } from './retrying.js';
import { RunContext } from './run-context.js';
import type { Scheduler } from './scheduler.js';
import type { JobFactory } from './scheduler-options.js';
import { isThenable } from './thenable.js';
import { toError } from './thrown.js';

/** What a {@link JobRunner} works with. */
export interface JobRunnerParts {
  /** Whom the runs see as theirs. */
  scheduler(): Scheduler;
  readonly clock: Clock;
  readonly listeners: ListenerRegistry;
  readonly jobFactory: JobFactory | null;
  /** The most encoded data that the store keeps for a job, in bytes. */
  readonly maxDataBytes: number;
  readonly retrying: Retrying;
  /** The run is over: its slot is free, and the store is to be told; first, if there is one, of the next attempt. */
  ended(completion: Completion, retry: Trigger | null): void;
}

/** The runs of one scheduler. A run always ends in a completion, whatever job and listeners do (COM-20). */
export class JobRunner {
  readonly #parts: JobRunnerParts;
  readonly #running = new Map<string, RunContext>();
  #interruption: JobInterruption | null = null;
  #begun = 0;
  #failed = 0;

  constructor(parts: JobRunnerParts) {
    this.#parts = parts;
  }

  /** How many run now. */
  get running(): number {
    return this.#running.size;
  }

  /** How many have begun so far. */
  get begun(): number {
    return this.#begun;
  }

  /** How many have ended with an error so far. */
  get failed(): number {
    return this.#failed;
  }

  contexts(): RunContext[] {
    return [...this.#running.values()];
  }

  /** Never throws, and waits for nothing. */
  start(bundle: FiredBundle): void {
    const { scheduler, jobFactory, listeners } = this.#parts;
    const context = new RunContext(scheduler(), bundle);
    if (this.#interruption !== null) context.interrupt(this.#interruption);
    this.#running.set(bundle.fireInstanceId, context);
    this.#begun += 1;
    if (jobFactory === null && !listeners.watchesRuns) this.#runAlone(context);
    else void this.#runWatched(context);
  }

  /** Interrupts the runs of a job; answers how many there were. */
  interruptJob(jobKey: JobKey): number {
    const contexts = this.contexts().filter((context) => sameKey(context.job.key, jobKey));
    for (const context of contexts) this.#interrupt(context, new JobInterruption('interrupt'));
    return contexts.length;
  }

  interruptRun(fireInstanceId: string): boolean {
    const context = this.#running.get(fireInstanceId);
    if (context === undefined) return false;
    this.#interrupt(context, new JobInterruption('interrupt'));
    return true;
  }

  /** Interrupts every run, also those that begin later. */
  interruptForShutdown(): void {
    this.#interruption ??= new JobInterruption('shutdown');
    for (const context of this.contexts()) this.#interrupt(context, this.#interruption);
  }

  #interrupt(context: RunContext, interruption: JobInterruption): void {
    context.interrupt(interruption);
    this.#parts.listeners.notify('jobInterrupted', context);
  }

  /** Nobody is to be told and nobody asked: nothing is awaited unless the job itself is async. */
  #runAlone(context: RunContext): void {
    let runnable: Runnable;
    const startedAt = this.#parts.clock.now();
    try {
      runnable = instantiate(context.bundle.jobClass);
    } catch (error) {
      this.#complete(context, this.#cannotRun(context, error));
      return;
    }
    let late: Promise<unknown> | null = null;
    let failure: Error | null = null;
    try {
      const answer = execute(runnable, context);
      if (isThenable(answer)) late = Promise.resolve(answer);
      else context.result = answer;
    } catch (error) {
      failure = toError(error);
    }
    if (late === null) {
      this.#endAlone(context, runnable, startedAt, failure);
      return;
    }
    late.then(
      (result) => {
        context.result = result;
        this.#endAlone(context, runnable, startedAt, null);
      },
      (error) => this.#endAlone(context, runnable, startedAt, toError(error)),
    );
  }

  #endAlone(context: RunContext, runnable: Runnable, startedAt: number, error: Error | null): void {
    context.runTimeMs = this.#parts.clock.now() - startedAt;
    if (error !== null && runsAgain(error, context)) void this.#runWatched(context, runnable);
    else this.#complete(context, this.#instructionAfter(error, context), this.#retryAfter(error, context));
  }

  /** @param again - what ran before, when this run is started again in place */
  async #runWatched(context: RunContext, again?: Runnable): Promise<void> {
    const { listeners } = this.#parts;
    const { job, trigger } = context;
    let instruction = usualInstruction(trigger);
    let retry: Trigger | null = null;
    try {
      let runnable = again;
      if (runnable === undefined) {
        await listeners.tellTriggerListeners(trigger.key, (listener) =>
          listener.triggerFired?.(trigger, context),
        );
        if (
          await listeners.vetoes(trigger.key, (listener) => listener.vetoJobExecution?.(trigger, context))
        ) {
          await listeners.tellJobListeners(job.key, (listener) => listener.jobExecutionVetoed?.(context));
          return;
        }
        try {
          runnable = await this.#make(context.bundle);
        } catch (error) {
          instruction = this.#cannotRun(context, error);
          return;
        }
      } else {
        context.refireCount += 1;
        await nextTurn();
      }
      const error = await this.#executeToTheEnd(context, runnable);
      instruction = this.#instructionAfter(error, context);
      retry = this.#retryAfter(error, context);
      const said = instruction;
      await listeners.tellTriggerListeners(trigger.key, (listener) =>
        listener.triggerComplete?.(trigger, context, said),
      );
    } finally {
      this.#complete(context, instruction, retry);
    }
  }

  async #make(bundle: FiredBundle): Promise<Runnable> {
    const { jobFactory } = this.#parts;
    return jobFactory === null
      ? instantiate(bundle.jobClass)
      : checkRunnable(await jobFactory(bundle.jobClass, bundle));
  }

  async #executeToTheEnd(context: RunContext, runnable: Runnable): Promise<Error | null> {
    const { listeners } = this.#parts;
    const { job } = context;
    for (;;) {
      await listeners.tellJobListeners(job.key, (listener) => listener.jobToBeExecuted?.(context));
      const error = await this.#executeOnce(context, runnable);
      await listeners.tellJobListeners(job.key, (listener) => listener.jobWasExecuted?.(context, error));
      if (error === null || !runsAgain(error, context)) return error;
      context.refireCount += 1;
      // A job that fails at once, for ever, must not keep everything else from running.
      await nextTurn();
    }
  }

  async #executeOnce(context: RunContext, runnable: Runnable): Promise<Error | null> {
    const { clock } = this.#parts;
    context.result = undefined;
    context.runTimeMs = null;
    const startedAt = clock.now();
    try {
      context.result = await execute(runnable, context);
      return null;
    } catch (error) {
      return toError(error);
    } finally {
      context.runTimeMs = clock.now() - startedAt;
    }
  }

  /** @rule contract §1.6 */
  #cannotRun(context: RunContext, error: unknown): CompletionInstruction {
    this.#failed += 1;
    const { key, jobClass } = context.job;
    this.#parts.listeners.report(
      `Job ${showKey(key)} could not be made from its class ${jobClass}; its triggers are in error`,
      error,
    );
    return 'setAllJobTriggersError';
  }

  #instructionAfter(error: Error | null, context: RunContext): CompletionInstruction {
    if (error === null) return usualInstruction(context.trigger);
    this.#failed += 1;
    this.#parts.listeners.report(`Job ${showKey(context.job.key)} failed`, error);
    const asked = isJobExecutionError(error) ? instructionFor(error) : null;
    return asked ?? usualInstruction(context.trigger);
  }

  #retryAfter(error: Error | null, context: RunContext): Trigger | null {
    if (error === null) return null;
    const { retrying, clock, listeners } = this.#parts;
    const retry = retrying.next(error, context, clock.now());
    if (retry !== null) listeners.notify('jobToBeRetried', context, error, retry);
    return retry;
  }

  #complete(context: RunContext, instruction: CompletionInstruction, retry: Trigger | null = null): void {
    const { bundle } = context;
    const changedData = this.#changedData(context);
    this.#running.delete(bundle.fireInstanceId);
    this.#parts.ended(
      {
        fireInstanceId: bundle.fireInstanceId,
        trigger: bundle.trigger,
        jobKey: bundle.job.key,
        instruction,
        changedData,
      },
      retry,
    );
  }

  /** What the run left in its data, when that is to be stored and differs (contract §9.19, COM-17, COM-18). */
  #changedData(context: RunContext): JobData | null {
    const { job, touchedJobData } = context;
    if (touchedJobData === null || !job.persistDataAfterExecution) return null;
    const { listeners, maxDataBytes } = this.#parts;
    try {
      const data = checkData('job.data', touchedJobData, { maxDataBytes });
      return sameData(data, job.data) ? null : data;
    } catch (error) {
      listeners.report(`The data that job ${showKey(job.key)} left cannot be stored and is dropped`, error);
      return null;
    }
  }
}

/** Whether the job asked to run again in place; an interrupted run may not. */
function runsAgain(error: Error, context: RunContext): boolean {
  return isJobExecutionError(error) && error.action === 'refireImmediately' && !context.interrupted;
}

function usualInstruction(trigger: Trigger): CompletionInstruction {
  return trigger.nextFireAt === null ? 'deleteTrigger' : 'none';
}

/** What the store is told; null when the schedule just goes on. */
function instructionFor(error: JobExecutionError): CompletionInstruction | null {
  switch (error.action) {
    case 'unscheduleTrigger':
      return 'setTriggerComplete';
    case 'unscheduleAllTriggers':
      return 'setAllJobTriggersComplete';
    case 'setTriggerError':
      return 'setTriggerError';
    case 'setAllTriggersError':
      return 'setAllJobTriggersError';
    case 'refireImmediately':
    case 'none':
      return null;
  }
}
