/**
 * Misfires, before a claim.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import { afterMisfire, type Effects, isSchedulerError, showKey } from '@ametrine/core/spi';
import { keyOf } from '../ids.js';
import { headIn, readTrigger, writeTrigger } from '../records/trigger-text.js';
import { calendarsOf } from './calendars.js';
import { type Damaged, type Host, setAside } from './host.js';

interface Misfired {
  readonly id: string;
  readonly head: string;
  readonly trigger: Trigger;
}

/** What came of misfired triggers. */
export interface Applied {
  /** How many of them could be read. */
  readonly handled: number;
  /** Whether triggers that were parked took the places of some: they may have misfired too. */
  readonly othersCame: boolean;
}

/**
 * Applies the misfire instructions of triggers that a claim handed out. One that somebody else has changed meanwhile is
 * theirs.
 *
 * @param handed - id, value and large data of each
 * @returns what came of them
 * @rule JS-MIS-01 to JS-MIS-06
 */
export async function applyMisfires(
  host: Host,
  effects: Effects,
  now: number,
  handed: readonly string[],
): Promise<Applied> {
  const misfired: Misfired[] = [];
  const damaged: Damaged[] = [];
  for (let at = 0; at < handed.length; at += 3) {
    const [id, value, large] = [handed[at] ?? '', handed[at + 1] ?? '', handed[at + 2] ?? ''];
    try {
      misfired.push({ id, head: headIn(value), trigger: readTrigger({ id, value, large }).trigger });
    } catch (error) {
      if (!isSchedulerError(error)) throw error;
      const message = `Trigger ${showKey(keyOf(id))} is put in error: it cannot be read`;
      damaged.push({ id, token: null, message, error });
    }
  }
  await setAside(host, effects, damaged);
  if (misfired.length === 0) return { handled: 0, othersCame: false };
  const calendars = await calendarsOf(
    host,
    misfired.map(({ trigger }) => trigger.calendarName),
  );
  const rescheduled = misfired.map(({ trigger }) => {
    // A calendar that is missing or damaged counts as none here: firing will say what is missing.
    const calendar = trigger.calendarName === null ? null : (calendars.get(trigger.calendarName) ?? null);
    return afterMisfire(trigger, calendar, now);
  });
  const pieces = misfired.flatMap(({ id, head }, index) => {
    const trigger = rescheduled[index] as Trigger;
    const state = trigger.nextFireAt === null ? 'complete' : 'waiting';
    return [id, head, writeTrigger({ trigger, state, fireInstanceId: null }).value];
  });
  const reply = await host.session.write('reschedule', 'acquireNextTriggers', pieces);
  const [word, outcomes, more] = reply as readonly [string, string, number];
  for (const [index, { trigger }] of misfired.entries()) {
    if (String(outcomes)[index] !== 'y') continue;
    const after = rescheduled[index] as Trigger;
    effects.misfired(trigger);
    if (after.nextFireAt === null) effects.finalized(after);
    else effects.schedulingChanged(after.nextFireAt);
  }
  return { handled: misfired.length, othersCame: word === 'again' || more === 1 };
}
