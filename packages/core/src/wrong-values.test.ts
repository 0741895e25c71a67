/**
 * What users and callers of the SPI get wrong in all but triggers: every mistake has its code, and names the field as it was
 * written.
 */
import { describe, expect, it } from 'vitest';
import { defineCalendar } from './calendars/calendar-spec.js';
import { nextFireTimes } from './describe.js';
import { type ErrorCode, isSchedulerError } from './errors.js';
import { checkJob, defineJob } from './job-spec.js';
import { checkKey, checkMatcher, defineKey } from './key-input.js';
import { DEFAULT_LIMITS } from './limits.js';

/** Wrong input has any shape. */
type Wrong = never;
const job = (spec: unknown) => () => defineJob(spec as Wrong);
const withDefaults = (jobDefaults: object): object => Object.assign(function Sweep() {}, { jobDefaults });
const builtJob = defineJob({ job: 'Mail' });
const storedJob = (change: object) => () => checkJob({ ...builtJob, ...change }, DEFAULT_LIMITS);
const calendar = (spec: unknown) => () => defineCalendar(spec as Wrong);
class Money {}

const ARGUMENT: ErrorCode = 'ERR_INVALID_ARGUMENT';
const CRON: ErrorCode = 'ERR_INVALID_CRON';
const DATA: ErrorCode = 'ERR_INVALID_DATA';

const cases: [what: string, work: () => unknown, code: ErrorCode, field: string, wording?: string][] = [
  ['no job', job(null), ARGUMENT, 'job'],
  ['no class', job({ key: 'a' }), ARGUMENT, 'job.job'],
  ['a class without name', job({ job: [() => 1][0] }), ARGUMENT, 'job.job', 'name'],
  ['an instance for a class', job({ job: new Money() }), ARGUMENT, 'job.job'],
  ['a flag as text', job({ job: 'Mail', durable: 'yes' }), ARGUMENT, 'job.durable', 'true or false'],
  [
    'a misspelt flag',
    job({ job: 'Mail', nonconcurrent: true }),
    ARGUMENT,
    'job.nonconcurrent',
    "'nonConcurrent'",
  ],
  [
    'job data with a function',
    job({ job: 'Mail', data: { customer: { tags: [1, 2, () => 3] } } }),
    DATA,
    'job.data.customer.tags[2]',
    'a function',
  ],
  [
    'wrong defaults',
    job({
      job: withDefaults({ durable: 1 }),
    }),
    ARGUMENT,
    'Sweep.jobDefaults.durable',
  ],
  [
    'misspelt defaults',
    job({
      job: withDefaults({ durabel: true }),
    }),
    ARGUMENT,
    'Sweep.jobDefaults.durabel',
    "'durable'",
  ],
  ['a zero character in a name', job({ job: 'Mail', key: 'a\0' }), ARGUMENT, 'job.key', 'U+0000'],
  [
    'half a surrogate pair in a group',
    job({ job: 'Mail', key: { name: 'a', group: '\ud800' } }),
    ARGUMENT,
    'job.key.group',
    'surrogate',
  ],
  ['a stored job without class', storedJob({ jobClass: '' }), ARGUMENT, 'job.jobClass'],
  [
    'a stored job with a long class',
    storedJob({ jobClass: 'x'.repeat(501) }),
    ARGUMENT,
    'job.jobClass',
    'at most 500',
  ],
  [
    'a stored job with a long description',
    storedJob({ description: 'x'.repeat(4001) }),
    ARGUMENT,
    'job.description',
    'at most 4000',
  ],
  [
    'a stored job with a flag missing',
    storedJob({ requestsRecovery: undefined }),
    ARGUMENT,
    'job.requestsRecovery',
  ],

  ['no calendar', calendar(null), ARGUMENT, 'calendar'],
  [
    'a calendar of nothing',
    calendar({ timeZone: 'UTC' }),
    ARGUMENT,
    'calendar',
    'exactly one of the keys annual',
  ],
  ['a calendar of two kinds', calendar({ weekly: [], monthly: [] }), ARGUMENT, 'calendar', 'exactly one'],
  ['a misspelt kind', calendar({ holyday: ['2026-12-25'] }), ARGUMENT, 'calendar.holyday', "'holidays'"],
  ['a day that no year has', calendar({ annual: ['12-25', '02-30'] }), ARGUMENT, 'calendar.annual[1].day'],
  ['a day without month', calendar({ annual: ['25'] }), ARGUMENT, 'calendar.annual[0]', '12-25'],
  ['a holiday that does not exist', calendar({ holidays: ['2026-02-29'] }), ARGUMENT, 'calendar.holidays[0]'],
  [
    'a holiday as a date',
    calendar({ holidays: [new Date(0)] }),
    ARGUMENT,
    'calendar.holidays[0]',
    '2026-12-25',
  ],
  ['holidays as a text', calendar({ holidays: '2026-12-25' }), ARGUMENT, 'calendar.holidays', 'array'],
  ['the 32nd', calendar({ monthly: [1, 32] }), ARGUMENT, 'calendar.monthly[1]', 'from 1 to 31'],
  ['an unknown week day', calendar({ weekly: ['SAT', 'Sunday'] }), ARGUMENT, 'calendar.weekly[1]', "'SUN'"],
  ['a calendar’s expression of nonsense', calendar({ cron: '* * *' }), CRON, 'calendar.cron'],
  [
    'a span that ends too soon',
    calendar({ daily: { from: '08:00', to: '07:00' } }),
    ARGUMENT,
    'calendar.daily.to',
  ],
  ['a span with a wrong time', calendar({ daily: { from: '8' } }), ARGUMENT, 'calendar.daily.from'],
  [
    'a span that is inverted by a word',
    calendar({ daily: { inverted: 'yes' } }),
    ARGUMENT,
    'calendar.daily.inverted',
  ],
  ['a calendar in no zone', calendar({ weekly: [], timeZone: 'Mars' }), ARGUMENT, 'calendar.timeZone'],
  ['a wrong base', calendar({ weekly: [], base: { monthly: [0] } }), ARGUMENT, 'calendar.base.monthly[0]'],
  ['a built calendar of no kind', calendar({ type: 'lunar' }), ARGUMENT, 'calendar.type', "'annual'"],
  [
    'a built calendar with more',
    calendar({ type: 'weekly', excludedDays: [], timeZone: 'UTC', description: null, base: null, x: 1 }),
    ARGUMENT,
    'calendar.x',
  ],

  ['a key that is a number', () => defineKey('key', 5 as Wrong), ARGUMENT, 'key'],
  ['a key that is null', () => checkKey('key', null as Wrong), ARGUMENT, 'key'],
  ['a matcher of nothing', () => checkMatcher('matcher', {} as Wrong), ARGUMENT, 'matcher', 'exactly one'],
  [
    'a matcher of two',
    () => checkMatcher('matcher', { equals: 'a', contains: 'b' } as Wrong),
    ARGUMENT,
    'matcher',
  ],
  [
    'a misspelt matcher',
    () => checkMatcher('matcher', { startWith: 'a' } as Wrong),
    ARGUMENT,
    'matcher.startWith',
    "'startsWith'",
  ],
  ['a matcher of an empty group', () => checkMatcher('matcher', { equals: '' }), ARGUMENT, 'matcher.equals'],
  [
    'a matcher of nothing at all',
    () => checkMatcher('matcher', { anything: false } as Wrong),
    ARGUMENT,
    'matcher.anything',
  ],
  [
    'a matcher of a number',
    () => checkMatcher('matcher', { contains: 5 } as Wrong),
    ARGUMENT,
    'matcher.contains',
  ],
  ['no fire times', () => nextFireTimes({ every: 1 }, { count: 0 }), ARGUMENT, 'options.count'],
  [
    'fire times of a wrong spec',
    () => nextFireTimes({ every: 'x' }, { count: 1 }),
    ARGUMENT,
    'trigger.every',
  ],
  [
    'fire times from no time',
    () => nextFireTimes({ every: 1 }, { count: 1, from: 'x' }),
    ARGUMENT,
    'options.from',
  ],
  [
    'fire times with a wrong calendar',
    () => nextFireTimes({ every: 1 }, { count: 1, calendar: { monthly: [0] } }),
    ARGUMENT,
    'options.calendar.monthly[0]',
  ],
];

describe('wrong input', () => {
  it.each(cases)('%s', (_, work, code, field, wording) => {
    let thrown: unknown;
    try {
      work();
    } catch (error) {
      thrown = error;
    }
    if (!isSchedulerError(thrown)) throw new Error(`a SchedulerError was to be thrown, not ${thrown}`);
    expect([thrown.code, thrown.details['field']]).toEqual([code, field]);
    expect(thrown.message).toContain(field);
    if (wording !== undefined) expect(thrown.message).toContain(wording);
  });
});
