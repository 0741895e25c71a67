/**
 * Triggers whose job class this process cannot find, over the storage primitives.
 *
 * @module
 */
import type { SchedulerError } from '../../errors.js';
import { sameKey } from '../../key.js';
import type { Trigger } from '../../trigger.js';
import type { Effects } from '../effects.js';
import type { UnresolvedBundle } from '../hot-path.js';
import type { AcquiredTrigger } from '../results.js';
import type { StoreTransaction } from '../store-transaction.js';
import { findTrigger } from './lookup.js';
import { hasLapsed } from './recovering.js';

/** A claim whose class is missing, as it was before any fire. */
export interface SetAside {
  readonly fireInstanceId: string;
  /** The trigger before the fire. */
  readonly trigger: Trigger;
  /** Its next fire time as it is stored now: unfired, or already moved on by the fire. */
  readonly storedNextFireAt: number | null;
  readonly error: SchedulerError;
}

/** A claim that has not fired. */
export function unfired(claimed: AcquiredTrigger, error: SchedulerError): SetAside {
  const { fireInstanceId, trigger } = claimed;
  return { fireInstanceId, trigger, storedNextFireAt: trigger.nextFireAt, error };
}

/** A claim that fired in the same step, taken back to where it was. */
export function firedTooSoon(bundle: UnresolvedBundle, error: SchedulerError): SetAside {
  const { fireInstanceId, trigger, scheduledFireAt, previousFireAt } = bundle;
  const before: Trigger = Object.freeze({
    ...trigger,
    nextFireAt: scheduledFireAt,
    previousFireAt,
    timesTriggered: trigger.timesTriggered - 1,
  });
  return { fireInstanceId, trigger: before, storedNextFireAt: trigger.nextFireAt, error };
}

/**
 * Takes the fires back, and puts the triggers in error, or leaves them waiting for a node that has the class
 * (JS-FIR-07). A trigger that somebody else has changed meanwhile is theirs.
 */
export async function setAside(
  tx: StoreTransaction,
  effects: Effects,
  claims: readonly SetAside[],
  goesToError: (jobClass: string) => boolean,
): Promise<void> {
  const held = new Set(
    (
      await tx.selectExecutions({ by: 'ids', fireInstanceIds: claims.map((claim) => claim.fireInstanceId) })
    ).map((execution) => execution.fireInstanceId),
  );
  await tx.removeExecutions([...held]);
  for (const { fireInstanceId, trigger, storedNextFireAt, error } of claims) {
    if (!held.has(fireInstanceId)) continue;
    const stored = await findTrigger(tx, trigger.key);
    const ours =
      stored !== null &&
      sameKey(stored.trigger.jobKey, trigger.jobKey) &&
      stored.trigger.nextFireAt === storedNextFireAt &&
      (stored.state === 'waiting' || stored.fireInstanceId === fireInstanceId);
    if (!ours) continue;
    const inError = goesToError(jobClassOf(error));
    await tx.putTriggers([{ trigger, state: inError ? 'error' : 'waiting', fireInstanceId: null }]);
    if (inError) effects.inError(trigger, error);
  }
}

/** The class that an `ERR_JOB_CLASS_NOT_FOUND` is about. */
export function jobClassOf(error: SchedulerError): string {
  return String(error.details.jobClass);
}

/** What a node that lacks classes knows. */
export interface Lack {
  readonly instanceId: string;
  readonly now: number;
  readonly graceMs: number;
  /** All the classes that this node lacks, sorted. */
  readonly missingClasses: readonly string[];
}

/**
 * Records which classes this node lacks, and answers which of them nobody else may have: every other living node has
 * said that it lacks them too. A node that was never asked may have them.
 */
export async function lackedByAll(
  tx: StoreTransaction,
  { missingClasses, instanceId, now, graceMs }: Lack,
): Promise<ReadonlySet<string>> {
  const instances = await tx.listInstances();
  const own = instances.find((instance) => instance.instanceId === instanceId) ?? null;
  if (own !== null) await tx.putInstance({ ...own, missingClasses });
  const others = instances.filter(
    (instance) => instance !== own && !hasLapsed(instance, { now, own, graceMs }),
  );
  return new Set(
    missingClasses.filter((name) => others.every((other) => other.missingClasses.includes(name))),
  );
}
