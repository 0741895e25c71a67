/**
 * Recovery of lost claims and runs, over the storage primitives.
 *
 * @module
 */
import { EMPTY_DATA } from '../../data-map.js';
import { keyText, RECOVERY_GROUP } from '../../key.js';
import type { Trigger } from '../../trigger.js';
import type { Effects } from '../effects.js';
import type { ExecutionRecord, InstanceRecord, TriggerRecord } from '../records.js';
import type { Recovery } from '../results.js';
import type { StoreTransaction } from '../store-transaction.js';
import { distinctKeys } from './lookup.js';
import { releaseExecutions } from './portable-claim.js';
import { removeOrphans } from './removing.js';

/** The executions of `lost` grouped by their node, each recovered; nodes that lost nothing are not in the answer. */
export async function recoverExecutions(
  tx: StoreTransaction,
  effects: Effects,
  lost: readonly ExecutionRecord[],
): Promise<readonly Recovery[]> {
  const byNode = new Map<string, ExecutionRecord[]>();
  for (const execution of lost) {
    const of = byNode.get(execution.instanceId);
    if (of === undefined) byNode.set(execution.instanceId, [execution]);
    else of.push(execution);
  }
  const recoveries: Recovery[] = [];
  for (const [instanceId, executions] of byNode) {
    recoveries.push(await recoverNode(tx, effects, instanceId, executions));
  }
  return recoveries;
}

/**
 * Gives back what one dead node had claimed and makes a recovery trigger for every run that asked for it.
 *
 * @rule JS-REC-02 to JS-REC-06
 */
async function recoverNode(
  tx: StoreTransaction,
  effects: Effects,
  instanceId: string,
  lost: readonly ExecutionRecord[],
): Promise<Recovery> {
  const claims = lost.filter((execution) => execution.state === 'acquired');
  const runs = lost.filter((execution) => execution.state === 'executing');
  await releaseExecutions(tx, effects, claims);

  const jobs = new Set(
    (await tx.getJobs(distinctKeys(runs.map((run) => run.jobKey)))).map((job) => keyText(job.key)),
  );
  const originals = new Map(
    (await tx.getTriggers(distinctKeys(runs.map((run) => run.triggerKey)))).map((record) => [
      keyText(record.trigger.key),
      record,
    ]),
  );
  const { all } = await tx.getPausedGroups();
  const records: TriggerRecord[] = [];
  for (const run of runs) {
    if (!run.requestsRecovery || !jobs.has(keyText(run.jobKey))) continue;
    const trigger = recoveryTrigger(run, originals.get(keyText(run.triggerKey))?.trigger ?? null);
    // Group pauses do not hold recovery back, pause-all does (JS-REC-05).
    records.push({ trigger, state: all ? 'paused' : 'waiting', fireInstanceId: null });
  }
  await tx.putTriggers(records);
  await tx.removeExecutions(runs.map((run) => run.fireInstanceId));
  await removeSpent(tx, effects, [...originals.values()]);
  effects.schedulingChanged(null);
  return {
    instanceId,
    released: claims.length,
    recovering: records.map(({ trigger }) => trigger),
    abandoned: runs.length - records.length,
  };
}

/** The name follows from the lost run, so that a recovery that is itself cut short cannot make a second trigger (REC-13). */
function recoveryTrigger(run: ExecutionRecord, original: Trigger | null): Trigger {
  return Object.freeze<Trigger>({
    key: Object.freeze({ group: RECOVERY_GROUP, name: `recover_${run.fireInstanceId}` }),
    jobKey: run.jobKey,
    description: original?.description ?? null,
    calendarName: null,
    misfireInstruction: 'ignore',
    priority: run.priority,
    startAt: run.scheduledFireAt,
    endAt: null,
    data: original?.data ?? EMPTY_DATA,
    schedule: Object.freeze({ type: 'simple', repeatCount: 0, repeatIntervalMs: 0 }),
    nextFireAt: run.scheduledFireAt,
    previousFireAt: null,
    timesTriggered: 0,
    recovers:
      original?.recovers ??
      Object.freeze({
        triggerKey: run.triggerKey,
        firedAt: run.firedAt ?? run.scheduledFireAt,
        scheduledFireAt: run.scheduledFireAt,
      }),
  });
}

/** Triggers whose last run was lost have nothing left to wait for: they go, as they would have at its end (REC-05). */
async function removeSpent(
  tx: StoreTransaction,
  effects: Effects,
  records: readonly TriggerRecord[],
): Promise<void> {
  const spent = records.filter(({ trigger, state }) => trigger.nextFireAt === null && state !== 'error');
  await removeUnlessRunning(tx, effects, spent);
}

/** Removes triggers that are complete and not running, with jobs they leave behind (JS-REC-07). */
export async function removeCompleted(tx: StoreTransaction, effects: Effects): Promise<void> {
  await removeUnlessRunning(tx, effects, await tx.selectTriggers({ by: 'state', state: 'complete' }));
}

async function removeUnlessRunning(
  tx: StoreTransaction,
  effects: Effects,
  records: readonly TriggerRecord[],
): Promise<void> {
  if (records.length === 0) return;
  const jobKeys = distinctKeys(records.map(({ trigger }) => trigger.jobKey));
  const running = new Set(
    (await tx.selectExecutions({ by: 'jobs', jobKeys })).map((execution) => keyText(execution.triggerKey)),
  );
  const gone = records.map(({ trigger }) => trigger).filter(({ key }) => !running.has(keyText(key)));
  await tx.removeTriggers(gone.map(({ key }) => key));
  await removeOrphans(
    tx,
    effects,
    gone.map(({ jobKey }) => jobKey),
  );
}

/** What decides whether a node is dead. */
export interface LivenessFacts {
  readonly now: number;
  /** This node's own record before this check-in; null at the first. */
  readonly own: InstanceRecord | null;
  readonly graceMs: number;
}

/**
 * Whether a node's check-ins have lapsed (JS-CLU-03). A node that was itself asleep allows others as long as it slept,
 * lest it declare everybody dead on waking (CLU-09).
 */
export function hasLapsed(other: InstanceRecord, { now, own, graceMs }: LivenessFacts): boolean {
  const ownSilence = own === null ? 0 : now - own.checkedInAt;
  return other.checkedInAt + Math.max(other.checkInIntervalMs, ownSilence) + graceMs < now;
}
