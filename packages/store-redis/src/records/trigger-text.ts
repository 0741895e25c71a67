/**
 * A trigger as the text that is stored: the head that changes, then what stays, separated by NUL. The scripts read and
 * write the head (commands/includes/head.lua); the rest is for here alone.
 *
 * @module
 */
import type { MisfireInstruction, RecoveredFire, Schedule, Trigger } from '@ametrine/core';
import {
  afterFire,
  decodeData,
  decodeSchedule,
  EMPTY_DATA,
  encodeData,
  encodeSchedule,
  type StoredTriggerState,
  showKey,
  type TriggerRecord,
} from '@ametrine/core/spi';
import { decodeName, encodeName, idOf, keyOf } from '../ids.js';
import { unreadable, wholeIn, wholeOrNullIn } from './damage.js';

/** Encoded data longer than this, in UTF-16 code units, are stored apart, so that a fire does not write them again. */
const LARGE_DATA = 512;
const EMPTY_DATA_TEXT = encodeData(EMPTY_DATA);
const MAX_INT32 = 2_147_483_647;
/** The schedule of a one-shot, which is the most frequent: stored as nothing. */
const ONE_SHOT = encodeSchedule(Object.freeze({ type: 'simple', repeatCount: 0, repeatIntervalMs: 0 }));

const STATE_LETTERS: Readonly<Record<StoredTriggerState, string>> = {
  waiting: 'w',
  acquired: 'a',
  paused: 'p',
  complete: 'c',
  error: 'e',
};
const STATES = new Map(
  Object.entries(STATE_LETTERS).map(([state, letter]) => [letter, state as StoredTriggerState]),
);

const INSTRUCTIONS: readonly MisfireInstruction[] = [
  'smart',
  'ignore',
  'fireOnceNow',
  'doNothing',
  'fireNow',
  'nowWithExistingCount',
  'nowWithRemainingCount',
  'nextWithRemainingCount',
  'nextWithExistingCount',
];

/** A stored trigger: its text, and its data when they are stored apart. */
export interface TriggerText {
  readonly id: string;
  readonly value: string;
  /** `''` unless the data are stored apart. */
  readonly large: string;
}

/** The fire that follows a trigger's next one, as the head has it: `'-'` for none, `''` where only its calendar knows. */
export function followingOf(trigger: Trigger): string {
  if (trigger.nextFireAt === null) return '-';
  if (trigger.calendarName !== null) return '';
  const following = afterFire(trigger, null).nextFireAt;
  return following === null ? '-' : String(following);
}

/** Writes a trigger. */
export function writeTrigger({ trigger, state, fireInstanceId }: TriggerRecord): TriggerText {
  const text = trigger.data === EMPTY_DATA ? EMPTY_DATA_TEXT : encodeData(trigger.data);
  const large = text.length > LARGE_DATA ? text : '';
  const value = [
    headOf(trigger, state, fireInstanceId, large !== ''),
    idOf(trigger.jobKey),
    trigger.calendarName === null ? '' : encodeName(trigger.calendarName),
    scheduleText(trigger.schedule),
    large !== '' || text === EMPTY_DATA_TEXT ? '' : text,
    restOf(trigger),
  ].join('\0');
  return { id: idOf(trigger.key), value, large };
}

function scheduleText(schedule: Schedule): string {
  if (schedule.type === 'simple' && schedule.repeatCount === 0 && schedule.repeatIntervalMs === 0) return '';
  return encodeSchedule(schedule);
}

function headOf(trigger: Trigger, state: StoredTriggerState, token: string | null, isLarge: boolean): string {
  const flags = `${trigger.misfireInstruction === 'ignore' ? 'i' : ''}${trigger.calendarName === null ? '' : 'c'}${isLarge ? 'd' : ''}`;
  return [
    STATE_LETTERS[state] + flags,
    (MAX_INT32 - trigger.priority).toString(16).padStart(8, '0'),
    trigger.nextFireAt ?? '',
    trigger.previousFireAt ?? '',
    trigger.timesTriggered,
    followingOf(trigger),
    token ?? '',
  ].join('|');
}

/** What is left: start, and then only what differs from what is usual, by one letter each. */
function restOf({ startAt, endAt, misfireInstruction, description, recovers }: Trigger): string {
  const parts = [String(startAt)];
  if (endAt !== null) parts.push(`e${endAt}`);
  if (misfireInstruction !== 'smart') parts.push(`m${INSTRUCTIONS.indexOf(misfireInstruction)}`);
  if (description !== null) parts.push(`d${description}`);
  if (recovers !== null) {
    parts.push(`r${recovers.firedAt}|${recovers.scheduledFireAt}`, `k${recovers.triggerKey.group}`);
    parts.push(`n${recovers.triggerKey.name}`);
  }
  return parts.join('\0');
}

/**
 * Reads a trigger.
 *
 * @param large - its data when they are stored apart
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the trigger
 */
export function readTrigger({ id, value, large }: TriggerText): TriggerRecord {
  try {
    return readRecord(id, value, large);
  } catch (error) {
    throw unreadable('trigger', showKey(keyOf(id)), error);
  }
}

function readRecord(id: string, value: string, large: string): TriggerRecord {
  const [head = '', jobGroup, jobName, calendar, schedule, data, startAt, ...rest] = value.split('\0');
  if (data === undefined || startAt === undefined) throw new Error('it is cut off');
  const [stateAndFlags = '', rank = '', nextAt, previousAt, times, , ...token] = head.split('|');
  const state = STATES.get(stateAndFlags.charAt(0));
  if (state === undefined || token.length === 0) throw new Error(`its head is ${JSON.stringify(head)}`);
  const more = new Map(rest.map((part) => [part.charAt(0), part.slice(1)]));
  const fireInstanceId = token.join('|');
  const text = stateAndFlags.includes('d', 1) ? large : data;
  const trigger: Trigger = Object.freeze({
    key: keyOf(id),
    jobKey: keyOf(`${jobGroup}\0${jobName}`),
    description: more.get('d') ?? null,
    calendarName: calendar === '' || calendar === undefined ? null : decodeName(calendar),
    misfireInstruction: instructionIn(more.get('m')),
    priority: MAX_INT32 - Number.parseInt(rank, 16),
    startAt: wholeIn('start', startAt),
    endAt: more.has('e') ? wholeIn('end', more.get('e')) : null,
    data: text === '' ? EMPTY_DATA : decodeData(text),
    schedule: decodeSchedule(schedule === '' || schedule === undefined ? ONE_SHOT : schedule),
    nextFireAt: wholeOrNullIn('next fire', nextAt),
    previousFireAt: wholeOrNullIn('previous fire', previousAt),
    timesTriggered: wholeIn('number of fires', times),
    recovers: more.has('r') ? recoversIn(more) : null,
  });
  return { trigger, state, fireInstanceId: fireInstanceId === '' ? null : fireInstanceId };
}

function instructionIn(text: string | undefined): MisfireInstruction {
  if (text === undefined) return 'smart';
  const instruction = INSTRUCTIONS[Number(text)];
  if (instruction === undefined) throw new Error(`its misfire instruction is ${JSON.stringify(text)}`);
  return instruction;
}

function recoversIn(more: ReadonlyMap<string, string>): RecoveredFire {
  const [firedAt, scheduledFireAt] = (more.get('r') ?? '').split('|');
  const triggerKey = Object.freeze({ group: more.get('k') ?? '', name: more.get('n') ?? '' });
  return Object.freeze({
    triggerKey,
    firedAt: wholeIn('lost fire', firedAt),
    scheduledFireAt: wholeIn('lost fire', scheduledFireAt),
  });
}

/** The id of a trigger's job, which the scripts read too: behind the head. */
export function jobIdIn(value: string): string {
  const from = value.indexOf('\0') + 1;
  return value.slice(from, value.indexOf('\0', value.indexOf('\0', from) + 1));
}

/** Whether its data are stored apart. */
export function hasLargeData(value: string): boolean {
  return value.slice(1, value.indexOf('|')).includes('d');
}

/** The head alone, by which a script knows that nobody has changed it. */
export function headIn(value: string): string {
  return value.slice(0, value.indexOf('\0'));
}

/** The fire after the next as the head has it; null for none. */
export function followingIn(value: string): number | null {
  const [, , , , , following = ''] = headIn(value).split('|');
  return following === '-' || following === '' ? null : wholeIn('following fire', following);
}
