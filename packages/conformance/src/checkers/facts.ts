/**
 * What a history says about claims, runs and their ends: the operations of the SPI taken apart.
 *
 * An operation takes effect at some instant between its call and its answer. Checkers use the safe side of each: a
 * thing is certain after the answer, and may be over from the call on that could end it.
 *
 * @module
 */
import type { JobKey, RecoveredFire, Trigger, TriggerKey } from '@ametrine/core';
import type {
  AcquireRequest,
  AcquireResult,
  CheckIn,
  Completion,
  CompletionOutcome,
  FireResult,
  Recovery,
} from '@ametrine/core/spi';
import { isSchedulerError, keyText } from '@ametrine/core/spi';
import type { Operation } from '../history.js';
import { NodeGone } from '../processes/child-store.js';

/** A claim that a node was given, by an acquisition that was answered. */
export interface Grant {
  readonly token: string;
  readonly trigger: Trigger;
  readonly node: string;
  readonly request: AcquireRequest;
  readonly op: Operation;
}

/** A run that began, by an answer that said so. */
export interface Start {
  readonly token: string;
  readonly jobKey: JobKey;
  /** As it was after the fire. */
  readonly trigger: Trigger;
  readonly nonConcurrent: boolean;
  readonly scheduledFireAt: number;
  readonly firedAt: number;
  readonly recovers: RecoveredFire | null;
  readonly node: string;
  readonly op: Operation;
}

/** A completion that was asked for. */
export interface End {
  readonly token: string;
  readonly node: string;
  /** Null when no answer came, so that the effect is not known. */
  readonly outcome: CompletionOutcome | null;
  readonly op: Operation;
}

/** The recovery of one node. */
export interface RecoveryFact {
  readonly recovery: Recovery;
  readonly op: Operation;
}

/** The same key gives the same text, another key another. */
export function textOf(key: TriggerKey | JobKey): string {
  return keyText(key);
}

/** Whether nobody knows if the operation took effect. */
export function isUncertain({ outcome }: Operation): boolean {
  if (outcome.kind !== 'error') return outcome.kind === 'pending';
  return outcome.error instanceof NodeGone || isSchedulerError(outcome.error, 'ERR_WRITE_FATE_UNKNOWN');
}

/** Whether the operation took effect, or may have. */
export function mayHaveWorked(op: Operation): boolean {
  return op.outcome.kind === 'ok' || isUncertain(op);
}

/** When the operation was answered; never, for one whose answer did not come. */
export function answeredAt({ settled, outcome }: Operation): number {
  return settled !== null && outcome.kind === 'ok' ? settled : Number.POSITIVE_INFINITY;
}

/** The answered operations of that name with their values. */
function answered<T>(
  operations: readonly Operation[],
  ...calls: readonly string[]
): { op: Operation; value: T }[] {
  return operations.flatMap((op) =>
    calls.includes(op.call) && op.outcome.kind === 'ok' ? [{ op, value: op.outcome.value as T }] : [],
  );
}

/** All claims that were only acquired; those fired in the same step are {@link startsOf}. */
export function grantsOf(operations: readonly Operation[]): readonly Grant[] {
  return answered<AcquireResult>(operations, 'acquireNextTriggers').flatMap(({ op, value }) =>
    value.acquired.map(({ fireInstanceId, trigger }) => {
      return { token: fireInstanceId, trigger, node: op.node, request: op.args[0] as AcquireRequest, op };
    }),
  );
}

/** All runs that began. */
export function startsOf(operations: readonly Operation[]): readonly Start[] {
  const fired = [
    ...answered<AcquireResult>(operations, 'acquireNextTriggers').map(({ op, value }) => {
      return { op, results: value.fired };
    }),
    ...answered<readonly FireResult[]>(operations, 'triggersFired').map(({ op, value }) => {
      return { op, results: value };
    }),
  ];
  return fired
    .flatMap(({ op, results }) =>
      results.flatMap((result): Start[] => {
        if (result.kind !== 'fired') return [];
        const { bundle } = result;
        return [
          {
            token: bundle.fireInstanceId,
            jobKey: bundle.job.key,
            trigger: bundle.trigger,
            nonConcurrent: bundle.job.nonConcurrent,
            scheduledFireAt: bundle.scheduledFireAt,
            firedAt: bundle.firedAt,
            recovers: bundle.recovers,
            node: op.node,
            op,
          },
        ];
      }),
    )
    .sort((a, b) => answeredAt(a.op) - answeredAt(b.op));
}

/** All completions that were asked for, whether or not they were answered. */
export function endsOf(operations: readonly Operation[]): readonly End[] {
  return operations.flatMap((op) => {
    if (op.call !== 'triggeredJobsComplete' || !mayHaveWorked(op)) return [];
    const outcomes = op.outcome.kind === 'ok' ? (op.outcome.value as readonly CompletionOutcome[]) : [];
    return (op.args[0] as readonly Completion[]).map(({ fireInstanceId }, n) => {
      return { token: fireInstanceId, node: op.node, outcome: outcomes[n] ?? null, op };
    });
  });
}

/** All recoveries that were told of. */
export function recoveriesOf(operations: readonly Operation[]): readonly RecoveryFact[] {
  return [
    ...answered<CheckIn>(operations, 'checkIn').flatMap(({ op, value }) =>
      value.recoveries.map((recovery) => ({ recovery, op })),
    ),
    ...answered<readonly Recovery[]>(operations, 'schedulerStarted').flatMap(({ op, value }) =>
      value.map((recovery) => ({ recovery, op })),
    ),
  ];
}

/** The first operation after `from` that recovered the node, or may have. */
export function recoveryAfter(
  operations: readonly Operation[],
  node: string,
  from: number,
): Operation | undefined {
  const told = new Set(
    recoveriesOf(operations)
      .filter(({ recovery }) => recovery.instanceId === node)
      .map(({ op }) => op),
  );
  return operations.find(
    (op) =>
      answeredOrNever(op) > from &&
      (told.has(op) || (isUncertain(op) && (op.call === 'checkIn' || op.call === 'schedulerStarted'))),
  );
}

/** The values in groups, each in the order of the values. */
export function groupedBy<T>(
  values: readonly T[],
  groupOf: (value: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(groupOf(value));
    if (group === undefined) groups.set(groupOf(value), [value]);
    else group.push(value);
  }
  return groups;
}

/** When the operation was over, successful or not; never while it is under way. */
function answeredOrNever({ settled }: Operation): number {
  return settled ?? Number.POSITIVE_INFINITY;
}
