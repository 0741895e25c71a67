/**
 * Storing, replacing and removing: one script for a call.
 *
 * @module
 */
import type { JobKey, Trigger, TriggerKey } from '@ametrine/core';
import { type Effects, type JobWithTriggers, keyText, type RemoveOutcome } from '@ametrine/core/spi';
import { idOf, keyOf } from '../ids.js';
import { writeJob } from '../records/job-text.js';
import { writeTrigger } from '../records/trigger-text.js';
import type { Host } from './host.js';

/** What a script did: `refused` when something is in the way, which the portable version finds and explains. */
export type Stored = 'stored' | 'refused';

/**
 * Stores jobs with triggers; either may be left out.
 *
 * @rule JS-STO-03 to JS-STO-07
 */
export async function store(
  host: Host,
  operation: string,
  entries: readonly (JobWithTriggers | { readonly triggers: readonly Trigger[] })[],
  replace: boolean,
  effects: Effects,
): Promise<Stored> {
  const pieces: string[] = [];
  for (const entry of entries) {
    if ('job' in entry) pieces.push('J', idOf(entry.job.key), writeJob(entry.job));
    for (const trigger of entry.triggers) pushTrigger(pieces, trigger);
  }
  const head = [host.session.keys.channel, host.life, replace ? '1' : '0'];
  const reply = await host.session.writePieces('store', operation, head, pieces);
  if (reply[0] === 'exists' || reply[0] === 'nojob') return 'refused';
  const [word, earliest, flagged] = reply as readonly [string, string, number];
  if (word === 'again' || flagged === 1) effects.schedulingChanged(null);
  else if (earliest !== '') effects.schedulingChanged(Number(earliest));
  return 'stored';
}

function pushTrigger(pieces: string[], trigger: Trigger): void {
  const { id, value, large } = newTrigger(trigger);
  pieces.push('T', id, value, large);
}

/** A trigger as it is born unless its group is paused, which the script sees. */
function newTrigger(trigger: Trigger): { id: string; value: string; large: string } {
  const state = trigger.nextFireAt === null ? 'complete' : 'waiting';
  return writeTrigger({ trigger, state, fireInstanceId: null });
}

/** Whether a list names one key twice. */
export function hasDoubles(values: readonly { readonly key: JobKey }[]): boolean {
  return new Set(values.map(({ key }) => keyText(key))).size < values.length;
}

/** @rule JS-STO-08 */
export async function replaceTrigger(
  host: Host,
  key: TriggerKey,
  trigger: Trigger,
  effects: Effects,
): Promise<'replaced' | 'absent' | 'refused'> {
  const { id, value, large } = newTrigger(trigger);
  const head = [host.session.keys.channel, host.life];
  const args = [...head, idOf(key), id, value, large];
  const reply = await host.session.write('replace', 'replaceTrigger', args);
  if (reply[0] === 'absent') return 'absent';
  if (reply[0] === 'mismatch' || reply[0] === 'exists') return 'refused';
  const [word, earliest] = reply as readonly [string, string];
  if (word === 'again') effects.schedulingChanged(null);
  else if (earliest !== '') effects.schedulingChanged(Number(earliest));
  return 'replaced';
}

/** @rule JS-REM-02 to JS-REM-04 */
export async function removeTriggers(
  host: Host,
  keys: readonly TriggerKey[],
  effects: Effects,
): Promise<RemoveOutcome> {
  const ids = [...new Set(keys.map(idOf))];
  const reply = await host.session.write('removeTriggers', 'removeTriggers', ids);
  const [found = '', ...parts] = String(reply[1]).split('\0');
  // An id is two parts itself.
  for (let at = 0; at + 1 < parts.length; at += 2)
    effects.jobDeleted(keyOf(`${parts[at]}\0${parts[at + 1]}`));
  return Number(found) === ids.length ? 'removed' : 'absent';
}

/** @rule JS-REM-01, JS-REM-02 */
export async function removeJobs(host: Host, keys: readonly JobKey[]): Promise<RemoveOutcome> {
  const ids = [...new Set(keys.map(idOf))];
  const [, found] = await host.session.write('removeJobs', 'removeJobs', ids);
  return Number(found) === ids.length ? 'removed' : 'absent';
}
