/**
 * Brings a store up to what a configuration file says, and leaves alone what the file did not change: a trigger
 * keeps its place in its schedule from one start to the next.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import { configError } from '@ametrine/config';
import {
  isSchedulerError,
  type JobDetail,
  type JobSpec,
  nextFireTimes,
  type Scheduler,
  type Trigger,
  type TriggerSpec,
} from '@ametrine/core';
import type { CheckedConfig, ConfiguredJob, ConfiguredTrigger } from './config.js';

/** What only the store can tell to be wrong with a file. */
const FAULTS_OF_FILE = ['ERR_CALENDAR_NOT_FOUND', 'ERR_TRIGGER_NEVER_FIRES', 'ERR_JOB_MISMATCH'] as const;

/** What was done to the store. */
export interface SyncOutcome {
  /** New or changed, and stored. */
  readonly stored: number;
  /** As the file has it already. */
  readonly kept: number;
  /** Whose last fire time had passed before this start. */
  readonly over: number;
}

/**
 * Stores the calendars, jobs and triggers of a configuration.
 *
 * @param now - epoch ms
 * @throws SchedulerError `ERR_INVALID_CONFIG` where the store has a say: a calendar that does not exist
 */
export async function syncSchedule(
  scheduler: Scheduler,
  config: CheckedConfig,
  file: string,
  now: number,
): Promise<SyncOutcome> {
  for (const [name, { calendar, spec }] of config.calendars) {
    if (isDeepStrictEqual(await scheduler.getCalendar(name), calendar)) continue;
    await scheduler.addCalendar(name, spec, { replace: true, updateTriggers: true });
  }
  const outcome = { stored: 0, kept: 0, over: 0 };
  for (const entry of config.schedule) {
    try {
      await syncJob(scheduler, entry, now, outcome);
    } catch (error) {
      if (!FAULTS_OF_FILE.some((code) => isSchedulerError(error, code))) throw error;
      throw configError(file, entry.path, (error as Error).message, error);
    }
  }
  return outcome;
}

async function syncJob(
  scheduler: Scheduler,
  { job, triggers }: ConfiguredJob,
  now: number,
  outcome: { stored: number; kept: number; over: number },
): Promise<void> {
  const storedJob = await scheduler.getJob(job.key);
  const wanted = storedJob !== null && job.persistDataAfterExecution ? { ...job, data: storedJob.data } : job;
  const changed: TriggerSpec[] = [];
  for (const configured of triggers) {
    const stored = await scheduler.getTrigger(configured.trigger.key);
    if (stored !== null && sameTrigger(stored, configured)) outcome.kept++;
    else if (isOver(configured, now)) outcome.over++;
    else changed.push(configured.spec);
  }
  if (changed.length > 0) {
    await scheduler.schedule(specOf(wanted), changed, { replace: true });
    outcome.stored += changed.length;
  } else if (!isDeepStrictEqual(storedJob, wanted) && (storedJob !== null || wanted.durable)) {
    await scheduler.addJob(specOf(wanted), {
      replace: true,
      storeNonDurableWhileAwaitingScheduling: true,
    });
  }
}

/** Whether the last fire time has passed: a one-shot must not run again at every start. */
function isOver({ trigger }: ConfiguredTrigger, now: number): boolean {
  return nextFireTimes(trigger, { count: 1, from: new Date(now) }).length === 0;
}

/** A built job as a spec, its class by name. */
function specOf({ jobClass, description, ...facts }: JobDetail): JobSpec {
  return { job: jobClass, ...facts, ...(description === null ? {} : { description }) };
}

/** Whether the file says what is stored: all but the trigger's place in its schedule, and a start left open. */
function sameTrigger(stored: Trigger, { trigger, spec }: ConfiguredTrigger): boolean {
  const startIsOpen = spec.startAt === undefined && !('at' in spec);
  return isDeepStrictEqual(declared(stored, startIsOpen), declared(trigger, startIsOpen));
}

function declared(trigger: Trigger, startIsOpen: boolean): unknown {
  const { nextFireAt: _n, previousFireAt: _p, timesTriggered: _t, recovers: _r, startAt, ...rest } = trigger;
  return startIsOpen ? rest : { ...rest, startAt };
}
