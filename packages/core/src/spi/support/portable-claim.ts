/**
 * Acquiring and releasing, over the storage primitives.
 *
 * @module
 */
import type { JobDetail } from '../../job.js';
import { type JobKey, keyText } from '../../key.js';
import { batchEnd, bundleOf, fireDecision } from '../decisions.js';
import type { Effects } from '../effects.js';
import type { ClaimRequest, ClaimResult, UnresolvedBundle } from '../hot-path.js';
import type { ExecutionRecord, TriggerRecord } from '../records.js';
import type { AcquiredTrigger } from '../results.js';
import type { StoreTransaction } from '../store-transaction.js';
import { calendarsOf } from './lookup.js';
import { applyMisfires } from './misfires.js';

interface Candidate {
  readonly record: TriggerRecord;
  readonly job: JobDetail;
}

/** @rule JS-ACQ-01 to JS-ACQ-10 */
export async function claim(
  tx: StoreTransaction,
  effects: Effects,
  request: ClaimRequest,
): Promise<ClaimResult> {
  const busyJobs = await jobsNotToRunTwice(tx);
  const pass = await applyMisfires(tx, effects, {
    now: request.now,
    before: request.misfiredBefore,
    limit: request.maxMisfires,
    selection: { by: 'all' },
    exceptJobs: busyJobs,
  });
  if (pass.hasMore) effects.schedulingChanged(request.now);

  const candidates = await chooseCandidates(tx, request, busyJobs);
  const calendars = await calendarsOf(
    tx,
    candidates.map(({ record }) => record.trigger.calendarName),
  );
  const acquired: AcquiredTrigger[] = [];
  const fired: UnresolvedBundle[] = [];
  const records: TriggerRecord[] = [];
  const executions: ExecutionRecord[] = [];
  for (const { record, job } of candidates) {
    const fireInstanceId = request.newFireInstanceId();
    const before = record.trigger;
    const claimed: TriggerRecord = { trigger: before, state: 'acquired', fireInstanceId };
    const calendar = before.calendarName === null ? null : (calendars.get(before.calendarName) ?? null);
    const dueAt = before.nextFireAt ?? request.now;
    const fireNow = dueAt <= request.now && request.fireableClasses.has(job.jobClass);
    const decision = fireNow
      ? fireDecision({
          record: claimed,
          fireInstanceId,
          job,
          calendar,
          calendarMissing: before.calendarName !== null && calendar === null,
          jobRuns: false,
        })
      : null;
    const fires = decision?.kind === 'fire';
    if (decision?.kind === 'fire') {
      fired.push(bundleOf(fireInstanceId, job, before, decision.after, calendar, request.now));
      records.push({ trigger: decision.after, state: 'waiting', fireInstanceId: null });
    } else {
      acquired.push({ fireInstanceId, trigger: before, jobClass: job.jobClass });
      records.push(claimed);
    }
    executions.push({
      fireInstanceId,
      instanceId: request.instanceId,
      state: fires ? 'executing' : 'acquired',
      triggerKey: before.key,
      jobKey: job.key,
      priority: before.priority,
      nonConcurrent: job.nonConcurrent,
      requestsRecovery: job.requestsRecovery,
      scheduledFireAt: dueAt,
      firedAt: fires ? request.now : null,
    });
  }
  await tx.putTriggers(records);
  await tx.putExecutions(executions);
  return { acquired, fired };
}

/** The jobs whose triggers no claim may take, because a run or a claim of theirs is under way (JS-ACQ-08). */
export async function jobsNotToRunTwice(tx: StoreTransaction): Promise<readonly JobKey[]> {
  const jobs = new Map<string, JobKey>();
  for (const { jobKey } of await tx.selectExecutions({ by: 'nonConcurrent' }))
    jobs.set(keyText(jobKey), jobKey);
  return [...jobs.values()];
}

async function chooseCandidates(
  tx: StoreTransaction,
  request: ClaimRequest,
  exceptJobs: readonly JobKey[],
): Promise<readonly Candidate[]> {
  const chosen: Candidate[] = [];
  const takenJobs = new Set<string>();
  let end = request.noLaterThan;
  let after: TriggerRecord | null = null;
  while (chosen.length < request.maxCount) {
    const limit: number = request.maxCount - chosen.length;
    const bound: number = end;
    const page: readonly TriggerRecord[] = await tx.selectDue({
      noLaterThan: bound,
      misfiredBefore: request.misfiredBefore,
      limit,
      after,
      exceptJobs,
    });
    const jobs = await jobsByKey(tx, page);
    for (const record of page) {
      const { trigger } = record;
      if (trigger.nextFireAt === null || trigger.nextFireAt > end) return chosen;
      const jobId = keyText(trigger.jobKey);
      const job = jobs.get(jobId);
      if (job === undefined || request.excludedClasses.has(job.jobClass)) continue;
      if (job.nonConcurrent) {
        if (takenJobs.has(jobId)) continue;
        takenJobs.add(jobId);
      }
      if (chosen.length === 0) end = batchEnd(trigger.nextFireAt, request.now, request.timeWindowMs);
      chosen.push({ record, job });
    }
    // A short page ends the search, unless the first trigger has since moved the bound under which it was read.
    if (page.length < limit && end <= bound) break;
    after = page.at(-1) ?? after;
  }
  return chosen;
}

async function jobsByKey(
  tx: StoreTransaction,
  records: readonly TriggerRecord[],
): Promise<ReadonlyMap<string, JobDetail>> {
  const keys = new Map<string, JobKey>();
  for (const { trigger } of records) keys.set(keyText(trigger.jobKey), trigger.jobKey);
  const jobs = await tx.getJobs([...keys.values()]);
  return new Map(jobs.map((job) => [keyText(job.key), job]));
}

/** @rule JS-REL-01 to JS-REL-03 */
export async function release(
  tx: StoreTransaction,
  effects: Effects,
  acquired: readonly AcquiredTrigger[],
): Promise<void> {
  const held = (
    await tx.selectExecutions({
      by: 'ids',
      fireInstanceIds: acquired.map((claimed) => claimed.fireInstanceId),
    })
  ).filter((execution) => execution.state === 'acquired');
  await releaseExecutions(tx, effects, held);
}

/** Gives acquired executions back: their triggers wait again where the claim still holds them. */
export async function releaseExecutions(
  tx: StoreTransaction,
  effects: Effects,
  held: readonly ExecutionRecord[],
): Promise<void> {
  const tokens = new Set(held.map((execution) => execution.fireInstanceId));
  const records = await tx.getTriggers(held.map((execution) => execution.triggerKey));
  const freed = records.filter(
    ({ state, fireInstanceId }) =>
      state === 'acquired' && fireInstanceId !== null && tokens.has(fireInstanceId),
  );
  await tx.putTriggers(freed.map(({ trigger }) => ({ trigger, state: 'waiting', fireInstanceId: null })));
  await tx.removeExecutions([...tokens]);
  for (const { trigger } of freed) effects.schedulingChanged(trigger.nextFireAt);
  // Whatever became of the claimed trigger itself, its siblings may be claimed again (JS-SIG-02).
  if (held.some(({ nonConcurrent }) => nonConcurrent)) effects.schedulingChanged(null);
}
