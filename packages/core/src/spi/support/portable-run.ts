/**
 * Firing and completing, over the storage primitives.
 *
 * @module
 */
import type { JobDetail } from '../../job.js';
import { type JobKey, keyText } from '../../key.js';
import { bundleOf, completionDecision, fireDecision } from '../decisions.js';
import type { Effects } from '../effects.js';
import type { FireOutcome } from '../hot-path.js';
import type { ExecutionRecord, TriggerRecord } from '../records.js';
import type { AcquiredTrigger, Completion, CompletionOutcome } from '../results.js';
import type { StoreTransaction } from '../store-transaction.js';
import { calendarsOf, distinctKeys, findJob, findTrigger } from './lookup.js';
import { removeOrphans } from './removing.js';

/** @rule JS-FIR-01 to JS-FIR-08 */
export async function fire(
  tx: StoreTransaction,
  acquired: readonly AcquiredTrigger[],
  now: number,
): Promise<readonly FireOutcome[]> {
  const held = new Map(
    (
      await tx.selectExecutions({
        by: 'ids',
        fireInstanceIds: acquired.map((claimed) => claimed.fireInstanceId),
      })
    ).map((execution) => [execution.fireInstanceId, execution]),
  );
  const triggers = new Map(
    (await tx.getTriggers(distinctKeys(acquired.map(({ trigger }) => trigger.key)))).map((record) => [
      keyText(record.trigger.key),
      record,
    ]),
  );
  const jobKeys = distinctKeys([...triggers.values()].map(({ trigger }) => trigger.jobKey));
  const jobs = new Map((await tx.getJobs(jobKeys)).map((job) => [keyText(job.key), job]));
  const calendars = await calendarsOf(
    tx,
    [...triggers.values()].map(({ trigger }) => trigger.calendarName),
  );
  const running = await runningJobs(
    tx,
    [...jobs.values()].filter((job) => job.nonConcurrent).map((job) => job.key),
  );

  const outcomes: FireOutcome[] = [];
  const records: TriggerRecord[] = [];
  const executions: ExecutionRecord[] = [];
  for (const { fireInstanceId, trigger: claimed } of acquired) {
    const record = triggers.get(keyText(claimed.key)) ?? null;
    const execution = held.get(fireInstanceId);
    const jobId = record === null ? '' : keyText(record.trigger.jobKey);
    const calendarName = record?.trigger.calendarName ?? null;
    const calendar = calendarName === null ? null : (calendars.get(calendarName) ?? null);
    const decision = fireDecision({
      record: execution?.state === 'acquired' ? record : null,
      fireInstanceId,
      job: jobs.get(jobId) ?? null,
      calendar,
      calendarMissing: calendarName !== null && calendar === null,
      jobRuns: running.has(jobId),
    });
    if (decision.kind === 'refuse' || execution === undefined) {
      const reason = decision.kind === 'refuse' ? decision.reason : 'claimLost';
      outcomes.push({ kind: 'notFired', fireInstanceId, reason });
      continue;
    }
    const { job, before, after } = decision;
    held.delete(fireInstanceId);
    if (job.nonConcurrent) running.add(jobId);
    const fired: TriggerRecord = { trigger: after, state: 'waiting', fireInstanceId: null };
    triggers.set(keyText(after.key), fired);
    records.push(fired);
    executions.push({
      ...execution,
      state: 'executing',
      jobKey: job.key,
      nonConcurrent: job.nonConcurrent,
      requestsRecovery: job.requestsRecovery,
      firedAt: now,
    });
    outcomes.push({ kind: 'fired', bundle: bundleOf(fireInstanceId, job, before, after, calendar, now) });
  }
  await tx.putTriggers(records);
  await tx.putExecutions(executions);
  return outcomes;
}

async function runningJobs(tx: StoreTransaction, jobKeys: readonly JobKey[]): Promise<Set<string>> {
  if (jobKeys.length === 0) return new Set();
  const executions = await tx.selectExecutions({ by: 'jobs', jobKeys });
  return new Set(
    executions.filter(({ state }) => state === 'executing').map(({ jobKey }) => keyText(jobKey)),
  );
}

/** @rule JS-CMP-01 to JS-CMP-09 */
export async function complete(
  tx: StoreTransaction,
  effects: Effects,
  completions: readonly Completion[],
): Promise<readonly CompletionOutcome[]> {
  const held = new Map(
    (await tx.selectExecutions({ by: 'ids', fireInstanceIds: completions.map((c) => c.fireInstanceId) })).map(
      (execution) => [execution.fireInstanceId, execution],
    ),
  );
  const outcomes: CompletionOutcome[] = [];
  for (const completion of completions) {
    const execution = held.get(completion.fireInstanceId);
    if (execution === undefined || execution.state !== 'executing') {
      outcomes.push('stale');
      continue;
    }
    held.delete(completion.fireInstanceId);
    outcomes.push('completed');
    await tx.removeExecutions([completion.fireInstanceId]);
    await applyInstruction(tx, effects, completion, execution);
    await persistData(tx, completion);
    if (execution.nonConcurrent) effects.schedulingChanged(null);
  }
  return outcomes;
}

async function applyInstruction(
  tx: StoreTransaction,
  effects: Effects,
  completion: Completion,
  execution: ExecutionRecord,
): Promise<void> {
  const stored = await findTrigger(tx, execution.triggerKey);
  const decision = completionDecision(stored, completion);
  switch (decision.kind) {
    case 'keep':
      return;
    case 'remove':
      await tx.removeTriggers([execution.triggerKey]);
      await removeOrphans(tx, effects, stored === null ? [] : [stored.trigger.jobKey]);
      if (completion.trigger.nextFireAt !== null) effects.schedulingChanged(null);
      return;
    case 'setState':
      if (stored === null) return;
      await tx.putTriggers([{ trigger: stored.trigger, state: decision.state, fireInstanceId: null }]);
      if (decision.state === 'error') effects.inError(stored.trigger, null);
      effects.schedulingChanged(null);
      return;
    case 'setAllStates': {
      const all = await tx.selectTriggers({ by: 'job', jobKey: execution.jobKey });
      await tx.putTriggers(
        all.map(({ trigger }) => ({ trigger, state: decision.state, fireInstanceId: null })),
      );
      if (decision.state === 'error') for (const { trigger } of all) effects.inError(trigger, null);
      effects.schedulingChanged(null);
    }
  }
}

/** Writes what the run left in its data, and nothing else of the job, which may have been replaced meanwhile (JS-CMP-07). */
async function persistData(tx: StoreTransaction, completion: Completion): Promise<void> {
  if (completion.changedData === null) return;
  const job: JobDetail | null = await findJob(tx, completion.jobKey);
  if (job?.persistDataAfterExecution) await tx.putJobs([{ ...job, data: completion.changedData }]);
}
