/**
 * Storing jobs and triggers, over the storage primitives.
 *
 * @module
 */
import { SchedulerError } from '../../errors.js';
import type { JobDetail } from '../../job.js';
import { type JobKey, keyText, sameKey, showKey, type TriggerKey } from '../../key.js';
import type { Trigger } from '../../trigger.js';
import { bornState } from '../decisions.js';
import type { Effects } from '../effects.js';
import type { JobWithTriggers } from '../job-store.js';
import type { PausedGroups, TriggerRecord } from '../records.js';
import type { ReplaceOutcome } from '../results.js';
import type { StoreTransaction } from '../store-transaction.js';
import { findJob, findTrigger } from './lookup.js';

/** The error for a key that exists already. */
export function alreadyExists(kind: 'job' | 'trigger' | 'calendar', name: string): SchedulerError {
  return new SchedulerError(
    'ERR_ALREADY_EXISTS',
    `The ${kind} ${name} exists already; pass replace: true to overwrite it`,
    {
      details: { kind, key: name },
    },
  );
}

/** The error for a job that is not there. */
export function jobNotFound(key: JobKey): SchedulerError {
  return new SchedulerError(
    'ERR_JOB_NOT_FOUND',
    `There is no job ${showKey(key)}; store the job before its triggers`,
    {
      details: { job: showKey(key) },
    },
  );
}

/** @rule JS-STO-01, JS-STO-02 */
export async function storeJob(
  tx: StoreTransaction,
  effects: Effects,
  job: JobDetail,
  replace: boolean,
): Promise<void> {
  if (!replace && (await findJob(tx, job.key)) !== null) throw alreadyExists('job', showKey(job.key));
  await tx.putJobs([job]);
  await flagExecutions(tx, effects, [job]);
}

/**
 * Whether a job may run twice is a matter of the job as it is stored now, also for claims and runs that were there
 * before (JS-ACQ-08, JS-FIR-06): their executions take over its flag.
 */
async function flagExecutions(
  tx: StoreTransaction,
  effects: Effects,
  jobs: readonly JobDetail[],
): Promise<void> {
  const flags = new Map(jobs.map((job) => [keyText(job.key), job.nonConcurrent]));
  const executions = await tx.selectExecutions({ by: 'jobs', jobKeys: jobs.map(({ key }) => key) });
  const outdated = executions.filter((e) => e.nonConcurrent !== flags.get(keyText(e.jobKey)));
  if (outdated.length === 0) return;
  await tx.putExecutions(outdated.map((e) => ({ ...e, nonConcurrent: !e.nonConcurrent })));
  effects.schedulingChanged(null);
}

/** @rule JS-STO-03 to JS-STO-05 */
export async function storeTrigger(
  tx: StoreTransaction,
  effects: Effects,
  trigger: Trigger,
  replace: boolean,
): Promise<void> {
  const existing = await findTrigger(tx, trigger.key);
  if (existing !== null && !replace) throw alreadyExists('trigger', showKey(trigger.key));
  if ((await findJob(tx, trigger.jobKey)) === null) throw jobNotFound(trigger.jobKey);
  await putNewTriggers(tx, effects, [inheritingPast(trigger, existing)]);
}

/** @rule JS-STO-06, JS-STO-07 */
export async function storeEntries(
  tx: StoreTransaction,
  effects: Effects,
  entries: readonly JobWithTriggers[],
  replace: boolean,
): Promise<void> {
  const jobs = entries.map((entry) => entry.job);
  const triggers = entries.flatMap((entry) => entry.triggers);
  refuseDoubles('job', jobs);
  refuseDoubles('trigger', triggers);
  const existing = await tx.getTriggers(triggers.map((trigger) => trigger.key));
  if (!replace) {
    const [job] = await tx.getJobs(jobs.map(({ key }) => key));
    if (job !== undefined) throw alreadyExists('job', showKey(job.key));
    const [record] = existing;
    if (record !== undefined) throw alreadyExists('trigger', showKey(record.trigger.key));
  }
  const past = new Map(existing.map((record) => [keyText(record.trigger.key), record]));
  await tx.putJobs(jobs);
  await flagExecutions(tx, effects, jobs);
  await putNewTriggers(
    tx,
    effects,
    triggers.map((trigger) => inheritingPast(trigger, past.get(keyText(trigger.key)) ?? null)),
  );
}

/** @rule JS-STO-08 */
export async function replaceTrigger(
  tx: StoreTransaction,
  effects: Effects,
  key: TriggerKey,
  trigger: Trigger,
): Promise<ReplaceOutcome> {
  const existing = await findTrigger(tx, key);
  if (existing === null) return 'absent';
  if (!sameKey(existing.trigger.jobKey, trigger.jobKey)) {
    throw new SchedulerError(
      'ERR_JOB_MISMATCH',
      `Trigger ${showKey(key)} belongs to job ${showKey(existing.trigger.jobKey)}; its replacement names ${showKey(trigger.jobKey)}`,
      {
        details: {
          trigger: showKey(key),
          job: showKey(existing.trigger.jobKey),
          replacement: showKey(trigger.jobKey),
        },
      },
    );
  }
  if (!sameKey(key, trigger.key)) {
    if ((await findTrigger(tx, trigger.key)) !== null) throw alreadyExists('trigger', showKey(trigger.key));
    await tx.removeTriggers([key]);
  }
  await putNewTriggers(tx, effects, [inheritingPast(trigger, existing)]);
  return 'replaced';
}

/** Refuses a list that names one key twice: which of the two would win is nobody's intention. */
export function refuseDoubles(kind: 'job' | 'trigger', values: readonly { readonly key: JobKey }[]): void {
  const seen = new Set<string>();
  for (const { key } of values) {
    if (seen.has(keyText(key))) throw alreadyExists(kind, showKey(key));
    seen.add(keyText(key));
  }
}

/** A replacement that never fired goes on from the last fire of what it replaces (JS-STO-05). */
export function inheritingPast(trigger: Trigger, existing: TriggerRecord | null): Trigger {
  const previousFireAt = existing?.trigger.previousFireAt ?? null;
  if (trigger.previousFireAt !== null || previousFireAt === null) return trigger;
  return Object.freeze({ ...trigger, previousFireAt });
}

/** Puts triggers in the state in which they are born, and remembers groups that are born paused (JS-PAU-08). */
async function putNewTriggers(
  tx: StoreTransaction,
  effects: Effects,
  triggers: readonly Trigger[],
): Promise<void> {
  const paused = await tx.getPausedGroups();
  const records = triggers.map((trigger): TriggerRecord => {
    const state = bornState(trigger, paused);
    if (state === 'waiting') effects.schedulingChanged(trigger.nextFireAt);
    return { trigger, state, fireInstanceId: null };
  });
  const grown = withGroupsBornPaused(paused, triggers);
  if (grown !== null) await tx.putPausedGroups(grown);
  await tx.putTriggers(records);
}

/** The paused groups with those that new triggers open while everything is paused; null when nothing changes. */
export function withGroupsBornPaused(
  paused: PausedGroups,
  triggers: readonly Trigger[],
): PausedGroups | null {
  if (!paused.all) return null;
  const groups = new Set(paused.triggerGroups);
  for (const { key } of triggers) groups.add(key.group);
  return groups.size === paused.triggerGroups.length ? null : { ...paused, triggerGroups: [...groups] };
}
