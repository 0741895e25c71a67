/**
 * A node's place in the cluster: starting, checking in, leaving; over the storage primitives.
 *
 * @module
 */
import type { Effects } from '../effects.js';
import type { ExecutionRecord, InstanceRecord } from '../records.js';
import type { CheckIn, Recovery } from '../results.js';
import type { StoreTransaction } from '../store-transaction.js';
import { releaseExecutions } from './portable-claim.js';
import { hasLapsed, recoverExecutions, removeCompleted } from './recovering.js';

/** What a check-in needs to know. */
export interface CheckInRequest {
  readonly now: number;
  readonly instanceId: string;
  readonly checkInIntervalMs: number;
  readonly graceMs: number;
  /** Job classes that this node lacks. */
  readonly missingClasses: readonly string[];
  /** The first check-in of this life: claims of earlier lives, and of nodes without a record, are recovered too. */
  readonly first: boolean;
  /** Nodes whose process is known to be gone, by the check-in that was looked at. */
  readonly gone: readonly InstanceRecord[];
}

/** @rule JS-CLU-01 to JS-CLU-06 */
export async function checkIn(
  tx: StoreTransaction,
  effects: Effects,
  request: CheckInRequest,
): Promise<CheckIn> {
  const { now, instanceId, checkInIntervalMs, missingClasses, graceMs, first } = request;
  const instances = await tx.listInstances();
  const own = instances.find((instance) => instance.instanceId === instanceId) ?? null;
  await tx.putInstance({ instanceId, checkedInAt: now, checkInIntervalMs, missingClasses });

  const facts = { now, own: first ? null : own, graceMs };
  const dead = instances.filter(
    (instance) =>
      instance.instanceId !== instanceId && (isGone(instance, request.gone) || hasLapsed(instance, facts)),
  );
  const lost: ExecutionRecord[] = [];
  if (first) {
    const living = new Set(instances.map((instance) => instance.instanceId));
    living.delete(instanceId);
    for (const { instanceId: id } of dead) living.delete(id);
    const all = await tx.selectExecutions({ by: 'all' });
    lost.push(...all.filter((execution) => !living.has(execution.instanceId)));
  } else {
    for (const node of dead)
      lost.push(...(await tx.selectExecutions({ by: 'instance', instanceId: node.instanceId })));
  }
  const recoveries = await recoverExecutions(tx, effects, lost);
  for (const node of dead) await tx.removeInstance(node.instanceId);
  if (first) await removeCompleted(tx, effects);
  return { fenced: !first && own === null, recoveries };
}

/** A record that changed since its process was found gone belongs to a new life of that node. */
function isGone(instance: InstanceRecord, gone: readonly InstanceRecord[]): boolean {
  return gone.some(
    (node) => node.instanceId === instance.instanceId && node.checkedInAt === instance.checkedInAt,
  );
}

/** The start of a store without a cluster: whatever is claimed was claimed by a life that is over. @rule JS-REC-01 */
export async function recoverAlone(tx: StoreTransaction, effects: Effects): Promise<readonly Recovery[]> {
  const recoveries = await recoverExecutions(tx, effects, await tx.selectExecutions({ by: 'all' }));
  await removeCompleted(tx, effects);
  return recoveries;
}

/**
 * Gives back what this node holds unfired. It stays a member while runs of its own are unfinished, so that its record
 * lapses and another node recovers them (CLU-17).
 */
export async function leave(tx: StoreTransaction, effects: Effects, instanceId: string): Promise<void> {
  const own = await tx.selectExecutions({ by: 'instance', instanceId });
  const claims = own.filter((execution) => execution.state === 'acquired');
  await releaseExecutions(tx, effects, claims);
  if (claims.length === own.length) await tx.removeInstance(instanceId);
}
