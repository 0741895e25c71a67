/**
 * Acquiring and releasing, natively.
 *
 * @module
 */
import type { JobDetail, Trigger } from '@ametrine/core';
import {
  type AcquiredTrigger,
  afterMisfire,
  batchEnd,
  bundleOf,
  type ClaimRequest,
  type ClaimResult,
  type Effects,
  type ExecutionRecord,
  fireDecision,
  type UnresolvedBundle,
} from '@ametrine/core/spi';
import type { Tables } from './tables.js';
import type { ChosenTrigger } from './waiting-triggers.js';

/** Claims triggers, and fires those that are due. @rule JS-ACQ-01 to JS-ACQ-10 */
export function claim(tables: Tables, request: ClaimRequest, effects: Effects): ClaimResult {
  const { waiting } = tables;
  const leftMisfired = applyMisfires(tables, request, effects);
  if (leftMisfired) waiting.lookPastMisfired(request.misfiredBefore);

  const { chosen, blocked } = waiting.candidates(request, (firstFireAt) =>
    batchEnd(firstFireAt, request.now, request.timeWindowMs),
  );
  for (const entry of blocked) waiting.park(entry);
  const acquired: AcquiredTrigger[] = [];
  const fired: UnresolvedBundle[] = [];
  for (const one of chosen) {
    const bundle = claimOne(tables, one, request, acquired);
    if (bundle !== null) fired.push(bundle);
  }
  return { acquired, fired };
}

/** Claims a trigger: gives its bundle when it fires in the same step, else adds it to `acquired`. */
function claimOne(
  tables: Tables,
  { entry, job }: ChosenTrigger,
  request: ClaimRequest,
  acquired: AcquiredTrigger[],
): UnresolvedBundle | null {
  const { now } = request;
  const before = entry.trigger;
  const fireInstanceId = request.newFireInstanceId();
  if (scheduledTime(before, now) <= now && request.fireableClasses.has(job.jobClass)) {
    const calendar = calendarOf(tables, before);
    const decision = fireDecision({
      record: { trigger: before, state: 'acquired', fireInstanceId },
      fireInstanceId,
      job,
      calendar,
      calendarMissing: before.calendarName !== null && calendar === null,
      jobRuns: false,
    });
    if (decision.kind === 'fire') {
      // The execution comes first: while the job is busy, none of its parked triggers follows the one that leaves.
      tables.putExecution(executionOf(fireInstanceId, request, before, job, now));
      tables.changeTrigger(entry, decision.after, 'waiting', null);
      return bundleOf(fireInstanceId, job, before, decision.after, calendar, now);
    }
  }
  tables.putExecution(executionOf(fireInstanceId, request, before, job, null));
  tables.changeTrigger(entry, before, 'acquired', fireInstanceId);
  acquired.push({ fireInstanceId, trigger: before, jobClass: job.jobClass });
  return null;
}

/** The record of a new claim; `firedAt` is null when it has not fired. */
function executionOf(
  fireInstanceId: string,
  request: ClaimRequest,
  trigger: Trigger,
  job: JobDetail,
  firedAt: number | null,
): ExecutionRecord {
  return {
    fireInstanceId,
    instanceId: request.instanceId,
    state: firedAt === null ? 'acquired' : 'executing',
    triggerKey: trigger.key,
    jobKey: job.key,
    priority: trigger.priority,
    nonConcurrent: job.nonConcurrent,
    requestsRecovery: job.requestsRecovery,
    scheduledFireAt: scheduledTime(trigger, request.now),
    firedAt,
  };
}

function scheduledTime(trigger: Trigger, now: number): number {
  return trigger.nextFireAt ?? now;
}

/** Applies misfire instructions, and says whether it left some for the next pass. @rule JS-MIS-01 to JS-MIS-05 */
function applyMisfires(tables: Tables, request: ClaimRequest, effects: Effects): boolean {
  const { now, misfiredBefore, maxMisfires } = request;
  for (let handled = 0; ; handled++) {
    const entry = tables.waiting.firstMisfired(misfiredBefore);
    if (entry === null) return false;
    if (handled === maxMisfires) {
      effects.schedulingChanged(now);
      return true;
    }
    effects.misfired(entry.trigger);
    const after = afterMisfire(entry.trigger, calendarOf(tables, entry.trigger), now);
    if (after.nextFireAt === null) effects.finalized(after);
    else effects.schedulingChanged(after.nextFireAt);
    tables.changeTrigger(entry, after, after.nextFireAt === null ? 'complete' : 'waiting', null);
  }
}

/** Gives claims back that have not fired. @rule JS-REL-01, JS-REL-02 */
export function release(tables: Tables, acquired: readonly AcquiredTrigger[], effects: Effects): void {
  for (const { fireInstanceId } of acquired) {
    const execution: ExecutionRecord | undefined = tables.execution(fireInstanceId);
    if (execution?.state !== 'acquired') continue;
    const entry = tables.trigger(execution.triggerKey);
    if (entry?.state === 'acquired' && entry.fireInstanceId === fireInstanceId) {
      tables.changeTrigger(entry, entry.trigger, 'waiting', null);
      effects.schedulingChanged(entry.trigger.nextFireAt);
    }
    // Whatever became of the claimed trigger itself, its siblings may be claimed again (JS-SIG-02).
    if (execution.nonConcurrent) effects.schedulingChanged(null);
    tables.removeExecution(fireInstanceId);
  }
}

/** The calendar that a trigger names; null when it names none, or one that is not there. */
export function calendarOf(tables: Tables, trigger: Trigger): ReturnType<Tables['calendar']> {
  return trigger.calendarName === null ? null : tables.calendar(trigger.calendarName);
}
