/**
 * Firing and completing, natively.
 *
 * @module
 */
import {
  type AcquiredTrigger,
  bundleOf,
  type Completion,
  type CompletionOutcome,
  completionDecision,
  type Effects,
  type ExecutionRecord,
  type FireOutcome,
  fireDecision,
} from '@ametrine/core/spi';
import { calendarOf } from './claiming.js';
import type { JobEntry, TriggerEntry } from './entries.js';
import type { Tables } from './tables.js';

/** Fires claims. @rule JS-FIR-01 to JS-FIR-06 */
export function fire(
  tables: Tables,
  acquired: readonly AcquiredTrigger[],
  now: number,
): readonly FireOutcome[] {
  return acquired.map((claimed) => fireOne(tables, claimed, now));
}

function fireOne(
  tables: Tables,
  { fireInstanceId, trigger: claimed }: AcquiredTrigger,
  now: number,
): FireOutcome {
  const entry = tables.trigger(claimed.key);
  const execution = tables.execution(fireInstanceId);
  if (entry === undefined || execution?.state !== 'acquired') {
    return { kind: 'notFired', fireInstanceId, reason: 'claimLost' };
  }
  const calendar = calendarOf(tables, entry.trigger);
  const decision = fireDecision({
    record: entry,
    fireInstanceId,
    job: entry.job.detail,
    calendar,
    calendarMissing: entry.trigger.calendarName !== null && calendar === null,
    jobRuns: entry.job.running > 0,
  });
  if (decision.kind === 'refuse') return { kind: 'notFired', fireInstanceId, reason: decision.reason };
  const { job, before, after } = decision;
  tables.putExecution({
    ...execution,
    state: 'executing',
    jobKey: job.key,
    nonConcurrent: job.nonConcurrent,
    requestsRecovery: job.requestsRecovery,
    firedAt: now,
  });
  tables.changeTrigger(entry, after, 'waiting', null);
  return { kind: 'fired', bundle: bundleOf(fireInstanceId, job, before, after, calendar, now) };
}

/** Ends runs. @rule JS-CMP-01 to JS-CMP-09 */
export function complete(
  tables: Tables,
  completions: readonly Completion[],
  effects: Effects,
): readonly CompletionOutcome[] {
  return completions.map((completion) => {
    const execution = tables.execution(completion.fireInstanceId);
    if (execution?.state !== 'executing') return 'stale';
    applyInstruction(tables, completion, execution, effects);
    persistData(tables, completion);
    tables.removeExecution(completion.fireInstanceId);
    if (execution.nonConcurrent) effects.schedulingChanged(null);
    return 'completed';
  });
}

function applyInstruction(
  tables: Tables,
  completion: Completion,
  execution: ExecutionRecord,
  effects: Effects,
): void {
  const entry = tables.trigger(execution.triggerKey);
  const decision = completionDecision(entry ?? null, completion);
  switch (decision.kind) {
    case 'keep':
      return;
    case 'remove':
      if (entry !== undefined) removeWithOrphan(tables, entry, effects);
      if (completion.trigger.nextFireAt !== null) effects.schedulingChanged(null);
      return;
    case 'setState':
      if (entry !== undefined) setState(tables, entry, decision.state, effects);
      effects.schedulingChanged(null);
      return;
    case 'setAllStates':
      for (const one of tables.job(execution.jobKey)?.triggers() ?? [])
        setState(tables, one, decision.state, effects);
      effects.schedulingChanged(null);
  }
}

function setState(tables: Tables, entry: TriggerEntry, state: 'complete' | 'error', effects: Effects): void {
  tables.changeTrigger(entry, entry.trigger, state, null);
  if (state === 'error') effects.inError(entry.trigger, null);
}

/** Removes a trigger, and its job when that is not durable and has no other (JS-REM-03, JS-REM-04). */
function removeWithOrphan(tables: Tables, entry: TriggerEntry, effects: Effects): void {
  const job: JobEntry = entry.job;
  tables.removeTrigger(entry);
  if (job.detail === null || job.detail.durable || job.firstTrigger !== null) return;
  const { key } = job.detail;
  tables.removeJob(key);
  effects.jobDeleted(key);
}

/** Writes what the run left in its data, and nothing else of the job (JS-CMP-07). */
function persistData(tables: Tables, { jobKey, changedData }: Completion): void {
  if (changedData === null) return;
  const detail = tables.job(jobKey)?.detail;
  if (detail?.persistDataAfterExecution) tables.putJob(Object.freeze({ ...detail, data: changedData }));
}
