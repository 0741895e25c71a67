/**
 * Claiming, and firing in the same step: one script, and two more when something has misfired.
 *
 * @module
 */
import type { Calendar, JobDetail, Trigger } from '@ametrine/core';
import {
  type AcquiredTrigger,
  bundleOf,
  type ClaimRequest,
  type ClaimResult,
  type Effects,
  isSchedulerError,
  SchedulerError,
  showKey,
  type UnresolvedBundle,
} from '@ametrine/core/spi';
import { keyOf } from '../ids.js';
import { unreadable } from '../records/damage.js';
import { previousFireIn, readExecution } from '../records/execution-text.js';
import { readJob } from '../records/job-text.js';
import { followingIn, readTrigger } from '../records/trigger-text.js';
import { calendarsOf } from './calendars.js';
import { type Damaged, type Host, remembering, setAside } from './host.js';
import { applyMisfires } from './misfires.js';

/** One claim takes no more at a time, whatever is asked for: the server serves nobody else meanwhile. */
const MOST_CLAIMS = 2000;
/** What one claim is in the reply. */
const STRIDE = 6;

/** What the script answers, see commands/claim-10.lua. */
type ClaimReply = readonly [
  word: string,
  jobs: string[],
  claims: string[],
  damagedIds: string[],
  gaveUp: number,
  leftAt: string,
];

/** What one reply holds, read. */
interface Reading {
  readonly acquired: AcquiredTrigger[];
  readonly fired: UnresolvedBundle[];
  readonly damaged: Damaged[];
}

/** @rule JS-ACQ-01 to JS-ACQ-10 */
export async function claim(host: Host, request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
  let { maxMisfires } = request;
  let moreMisfired = false;
  const maxCount = Math.min(request.maxCount, MOST_CLAIMS);
  for (;;) {
    const earlier = [...host.doubtful].slice(0, maxCount);
    // One name for all: as many tokens as a claim may take would be most of the request.
    const name = request.newFireInstanceId();
    const tokens = (): string[] => Array.from({ length: maxCount }, (_, index) => `${name}.${index + 1}`);
    const reply = await remembering(host, tokens, () =>
      host.session.write('claim', 'acquireNextTriggers', [
        request.now,
        request.noLaterThan,
        request.timeWindowMs,
        request.misfiredBefore,
        maxMisfires,
        maxCount,
        request.instanceId,
        earlier.join('\0'),
        name,
        listed(request.fireableClasses),
        listed(request.excludedClasses),
        request.mayLeave ? '1' : '0',
      ]),
    );
    if (reply[0] === 'misfired') {
      const [, more, handed] = reply as readonly [string, number, readonly string[]];
      const { handled, othersCame } = await applyMisfires(host, effects, request.now, handed);
      // What is damaged among them is out of the way now: the others are to be handled before anything is claimed.
      const goesOn = handled === 0 || (othersCame && handled < maxMisfires);
      moreMisfired = more === 1 || (othersCame && !goesOn);
      if (moreMisfired) effects.schedulingChanged(request.now);
      maxMisfires = goesOn ? maxMisfires - handled : 0;
      continue;
    }
    for (const token of earlier) host.doubtful.delete(token);
    const [, jobs, claims, damagedIds, gaveUp, leftAt] = reply as ClaimReply;
    const reading = await read(host, jobs, claims, request.now);
    for (const id of damagedIds) reading.damaged.push(damagedHead(id));
    await setAside(host, effects, reading.damaged);
    const isEmpty = reading.acquired.length === 0 && reading.fired.length === 0;
    if (!isEmpty && gaveUp === 1) effects.schedulingChanged(request.now);
    if (isEmpty && (reading.damaged.length > 0 || gaveUp === 1)) continue;
    const { acquired, fired } = reading;
    if (!request.mayLeave || leftAt === '-' || moreMisfired) return { acquired, fired };
    return { acquired, fired, nextDueAt: leftAt === '' ? null : Number(leftAt) };
  }
}

/** Names as the script looks for them: each between two NULs, which no name holds. */
function listed(names: ReadonlySet<string>): string {
  return names.size === 0 ? '' : `\0${[...names].join('\0')}\0`;
}

function damagedHead(id: string): Damaged {
  const name = showKey(keyOf(id));
  const error = unreadable('trigger', name, 'its head is damaged');
  return { id, token: null, message: `Trigger ${name} is put in error: it cannot be read`, error };
}

async function read(
  host: Host,
  jobTexts: readonly string[],
  claims: readonly string[],
  now: number,
): Promise<Reading> {
  const jobs = readJobs(jobTexts);
  const reading: Reading = { acquired: [], fired: [], damaged: [] };
  let calendars: ReadonlyMap<string, Calendar> | null = null;
  for (let at = 0; at < claims.length; at += STRIDE) {
    const [kind, token, id, value, large, run] = claims.slice(at, at + STRIDE) as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    try {
      const { trigger } = readTrigger({ id, value, large });
      const job = jobFor(jobs, trigger);
      if (kind === 'a') {
        reading.acquired.push({ fireInstanceId: token, trigger, jobClass: job.jobClass });
      } else if (kind === 'f') {
        const after = afterFire(trigger, followingIn(value));
        reading.fired.push(bundleOf(token, job, trigger, after, null, now));
      } else {
        calendars ??= await calendarsOf(host, [trigger.calendarName]);
        const before = beforeFire(trigger, run, token);
        const calendar = trigger.calendarName === null ? null : (calendars.get(trigger.calendarName) ?? null);
        const firedAt = readExecution(token, run).firedAt ?? now;
        reading.fired.push(bundleOf(token, job, before, trigger, calendar, firedAt));
      }
    } catch (error) {
      if (!isSchedulerError(error)) throw error;
      const message = `Trigger ${showKey(keyOf(id))} is put in error: it or its job cannot be read`;
      reading.damaged.push({ id, token, message, error });
    }
  }
  return reading;
}

/** Jobs by id; the fault of one that cannot be read stands in its place. */
export function readJobs(texts: readonly string[]): ReadonlyMap<string, JobDetail | SchedulerError> {
  const jobs = new Map<string, JobDetail | SchedulerError>();
  for (let at = 0; at < texts.length; at += 2) {
    const [id, value] = [texts[at] as string, texts[at + 1] as string];
    try {
      const job = readJob(id, value);
      jobs.set(`${job.key.group}\0${job.key.name}`, job);
    } catch (error) {
      if (!isSchedulerError(error)) throw error;
      const key = keyOf(id);
      jobs.set(`${key.group}\0${key.name}`, error);
    }
  }
  return jobs;
}

/** @throws SchedulerError when the job cannot be read */
export function jobFor(
  jobs: ReadonlyMap<string, JobDetail | SchedulerError>,
  { jobKey }: Trigger,
): JobDetail {
  const job = jobs.get(`${jobKey.group}\0${jobKey.name}`);
  if (job === undefined)
    throw new SchedulerError('ERR_STORE_FAILED', `The job ${showKey(jobKey)} is not in the reply`);
  if (isSchedulerError(job)) throw job;
  return job;
}

/** The trigger after a fire that the script made: its following time is the one the model had told it. */
function afterFire(before: Trigger, following: number | null): Trigger {
  return Object.freeze({
    ...before,
    nextFireAt: following,
    previousFireAt: before.nextFireAt,
    timesTriggered: before.timesTriggered + 1,
  });
}

/** The trigger before a fire whose answer was lost. */
function beforeFire(after: Trigger, run: string, token: string): Trigger {
  const previous = previousFireIn(run);
  return Object.freeze({
    ...after,
    nextFireAt: readExecution(token, run).scheduledFireAt,
    previousFireAt: previous === '' ? null : Number(previous),
    timesTriggered: after.timesTriggered - 1,
  });
}
