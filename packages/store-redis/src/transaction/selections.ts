/**
 * What a selection chooses: among what is stored by the index that suits it, and among what a transaction changed.
 *
 * @module
 */
import {
  type ExecutionRecord,
  type ExecutionSelection,
  keyText,
  sameKey,
  type TriggerRecord,
  type TriggerSelection,
} from '@ametrine/core/spi';
import { encodeGroup, encodeName, idOf } from '../ids.js';
import type { Base } from './base.js';

/** Selections but those of keys, which need no look at the record. */
export type Criterion = Exclude<TriggerSelection, { readonly by: 'keys' }>;

/** Ids that a selection chooses among what is stored. Whether one is still among them its record says. */
export async function storedIds(base: Base, selection: Criterion, limit: number): Promise<readonly string[]> {
  const behind = (count: number) => (member: string) => member.split('\0').slice(count).join('\0');
  switch (selection.by) {
    case 'all':
      return base.startingWith('ids', '', limit);
    case 'job': {
      const prefix = `${idOf(selection.jobKey)}\0`;
      return (await base.startingWith('by_job', prefix, limit)).map(behind(2));
    }
    case 'triggerGroup':
      return base.startingWith('ids', `${encodeGroup(selection.group)}\0`, limit);
    case 'jobGroup': {
      const prefix = `${encodeGroup(selection.group)}\0`;
      return (await base.startingWith('by_job', prefix, limit)).map(behind(2));
    }
    case 'calendar': {
      const prefix = `${encodeName(selection.calendarName)}\0`;
      return (await base.startingWith('by_calendar', prefix, limit)).map(behind(1));
    }
    case 'state':
      return selection.state === 'complete' ? base.complete() : base.startingWith('ids', '');
  }
}

/** Names as they are after changes: without those removed, and with new ones that are wanted. */
export function overlaid<T>(
  stored: readonly string[],
  changes: ReadonlyMap<string, T | null>,
  isWanted: (value: T) => boolean,
): readonly string[] {
  if (changes.size === 0) return stored;
  const names = new Set(stored);
  for (const [name, value] of changes) {
    if (value !== null && isWanted(value)) names.add(name);
    else names.delete(name);
  }
  return [...names];
}

/** Whether a selection chooses a record. */
export function isSelected(selection: Criterion, { trigger, state }: TriggerRecord): boolean {
  switch (selection.by) {
    case 'all':
      return true;
    case 'job':
      return sameKey(trigger.jobKey, selection.jobKey);
    case 'triggerGroup':
      return trigger.key.group === selection.group;
    case 'jobGroup':
      return trigger.jobKey.group === selection.group;
    case 'calendar':
      return trigger.calendarName === selection.calendarName;
    case 'state':
      return state === selection.state;
  }
}

/** Whether a selection chooses an execution. */
export function executionFilter(selection: ExecutionSelection): (execution: ExecutionRecord) => boolean {
  switch (selection.by) {
    case 'ids': {
      const tokens = new Set(selection.fireInstanceIds);
      return ({ fireInstanceId }) => tokens.has(fireInstanceId);
    }
    case 'jobs': {
      const jobs = new Set(selection.jobKeys.map(keyText));
      return ({ jobKey }) => jobs.has(keyText(jobKey));
    }
    case 'instance':
      return ({ instanceId }) => instanceId === selection.instanceId;
    case 'nonConcurrent':
      return ({ nonConcurrent }) => nonConcurrent;
    case 'all':
      return () => true;
  }
}
