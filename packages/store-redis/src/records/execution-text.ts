/**
 * Executions and instances as the texts that are stored; commands/includes/runs.lua describes the former.
 *
 * @module
 */
import type { ExecutionRecord, InstanceRecord } from '@ametrine/core/spi';
import { idOf, keyOf } from '../ids.js';
import { unreadable, wholeIn, wholeOrNullIn } from './damage.js';

/** Writes an execution. */
export function writeExecution(run: ExecutionRecord, previousFireAt: string): string {
  const head = [
    run.state === 'executing' ? 'x' : 'a',
    `${run.nonConcurrent ? 'n' : ''}${run.requestsRecovery ? 'r' : ''}`,
    run.priority,
    run.scheduledFireAt,
    run.firedAt ?? '',
    previousFireAt,
  ].join('|');
  return [head, run.instanceId, idOf(run.jobKey), idOf(run.triggerKey)].join('\0');
}

/**
 * Reads an execution.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the execution
 */
export function readExecution(fireInstanceId: string, value: string): ExecutionRecord {
  try {
    const [head = '', instanceId = '', ...keys] = value.split('\0');
    const [state, flags = '', priority, scheduledAt, firedAt] = head.split('|');
    if ((state !== 'a' && state !== 'x') || keys.length !== 4) throw new Error('it is cut off');
    return {
      fireInstanceId,
      instanceId,
      state: state === 'x' ? 'executing' : 'acquired',
      jobKey: keyOf(`${keys[0]}\0${keys[1]}`),
      triggerKey: keyOf(`${keys[2]}\0${keys[3]}`),
      priority: wholeIn('priority', priority),
      nonConcurrent: flags.includes('n'),
      requestsRecovery: flags.includes('r'),
      scheduledFireAt: wholeIn('scheduled fire', scheduledAt),
      firedAt: wholeOrNullIn('fire', firedAt),
    };
  } catch (error) {
    throw unreadable('execution', fireInstanceId, error);
  }
}

/** The fire before the one that is executed, which only a repeated answer needs; `''` when there was none. */
export function previousFireIn(value: string): string {
  return value.slice(0, value.indexOf('\0')).split('|')[5] ?? '';
}

/** Writes an instance. @param life - tells the lives of one node apart */
export function writeInstance(instance: InstanceRecord, life: string): string {
  const { checkedInAt, checkInIntervalMs, missingClasses } = instance;
  return [`${checkedInAt}|${checkInIntervalMs}|${life}`, ...missingClasses].join('\0');
}

/**
 * Reads an instance.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the instance
 */
export function readInstance(instanceId: string, value: string): InstanceRecord {
  try {
    const [head = '', ...missingClasses] = value.split('\0');
    const [checkedInAt, checkInIntervalMs] = head.split('|');
    return {
      missingClasses,
      instanceId,
      checkedInAt: wholeIn('check-in', checkedInAt),
      checkInIntervalMs: wholeIn('interval', checkInIntervalMs),
    };
  } catch (error) {
    throw unreadable('instance', instanceId, error);
  }
}

/** What tells this life of an instance from others of its name. */
export function lifeIn(value: string): string {
  return value.split('\0')[0]?.split('|')[2] ?? '';
}
