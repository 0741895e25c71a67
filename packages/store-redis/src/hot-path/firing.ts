/**
 * Firing what was claimed ahead of its time: one script for a batch, after one read when a trigger has a calendar.
 *
 * @module
 */
import type { Calendar, Trigger } from '@ametrine/core';
import {
  type AcquiredTrigger,
  afterFire,
  bundleOf,
  type Effects,
  type FireOutcome,
  isSchedulerError,
  type NotFiredReason,
  showKey,
} from '@ametrine/core/spi';
import { idOf } from '../ids.js';
import { readCalendar } from '../records/calendar-text.js';
import { followingOf } from '../records/trigger-text.js';
import { calendarTextsOf } from './calendars.js';
import { jobFor, readJobs } from './claiming.js';
import { type Damaged, type Host, remembering, setAside } from './host.js';

const REASONS: Readonly<Record<string, NotFiredReason>> = {
  l: 'claimLost',
  g: 'jobGone',
  m: 'calendarMissing',
  x: 'jobExecuting',
};

/** A claim with the times after its fire. */
interface Planned {
  readonly claimed: AcquiredTrigger;
  readonly after: Trigger;
  readonly calendar: Calendar | null;
  /** The calendar as the times were computed with it, see commands/fire-8.lua. */
  readonly calendarText: string;
}

/** @rule JS-FIR-01 to JS-FIR-08 */
export async function fire(
  host: Host,
  acquired: readonly AcquiredTrigger[],
  now: number,
  effects: Effects,
): Promise<readonly FireOutcome[]> {
  const outcomes = new Array<FireOutcome | undefined>(acquired.length).fill(undefined);
  let open = acquired.map((claimed, position) => ({ claimed, position }));
  while (open.length > 0) {
    const planned = await plan(
      host,
      open.map(({ claimed }) => claimed),
    );
    const letters = await fireAsPlanned(host, planned, now, effects);
    const undecided: typeof open = [];
    for (const [index, entry] of open.entries()) {
      const outcome = letters[index];
      if (outcome === undefined) undecided.push(entry);
      else outcomes[entry.position] = outcome;
    }
    // What is undecided has a calendar that was changed between the read and the script.
    open = undecided;
  }
  return outcomes as readonly FireOutcome[];
}

async function plan(host: Host, acquired: readonly AcquiredTrigger[]): Promise<readonly Planned[]> {
  const texts = await calendarTextsOf(
    host,
    acquired.map(({ trigger }) => trigger.calendarName),
  );
  return acquired.map((claimed): Planned => {
    const { trigger } = claimed;
    const name = trigger.calendarName;
    const calendarText = name === null ? '' : (texts.get(name) ?? '?');
    const calendar = name === null || calendarText === '?' ? null : readCalendar(name, calendarText, true);
    return { claimed, after: afterFire(trigger, calendar), calendar, calendarText };
  });
}

/** The outcome of each; undefined for one whose calendar has changed. */
async function fireAsPlanned(
  host: Host,
  planned: readonly Planned[],
  now: number,
  effects: Effects,
): Promise<readonly (FireOutcome | undefined)[]> {
  const tokens = planned.map(({ claimed }) => claimed.fireInstanceId);
  const reply = await remembering(
    host,
    () => tokens,
    () =>
      host.session.write('fire', 'triggersFired', [
        now,
        ...planned.flatMap(({ claimed, after, calendarText }) => [
          claimed.fireInstanceId,
          idOf(claimed.trigger.key),
          after.nextFireAt ?? '',
          followingOf(after),
          calendarText,
        ]),
      ]),
  );
  const [, letters, jobTexts] = reply as readonly [string, string, readonly string[]];
  for (const token of tokens) host.doubtful.delete(token);
  const jobs = readJobs(jobTexts);
  const damaged: Damaged[] = [];
  const outcomes = planned.map(({ claimed, after, calendar }, index): FireOutcome | undefined => {
    const { fireInstanceId, trigger } = claimed;
    const letter = letters[index] ?? 'l';
    if (letter === 'k') return undefined;
    if (letter !== 'f') return { kind: 'notFired', fireInstanceId, reason: REASONS[letter] ?? 'claimLost' };
    try {
      const job = jobFor(jobs, trigger);
      return { kind: 'fired', bundle: bundleOf(fireInstanceId, job, trigger, after, calendar, now) };
    } catch (error) {
      if (!isSchedulerError(error)) throw error;
      const message = `Trigger ${showKey(trigger.key)} is put in error: its job cannot be read`;
      damaged.push({ id: idOf(trigger.key), token: fireInstanceId, message, error });
      return { kind: 'notFired', fireInstanceId, reason: 'jobGone' };
    }
  });
  await setAside(host, effects, damaged);
  return outcomes;
}
