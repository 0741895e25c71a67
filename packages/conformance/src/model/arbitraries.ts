/**
 * Random sequences of commands. There are few keys, so that commands meet.
 *
 * @module
 */
import type { GroupMatcher, Key, MisfireInstruction } from '@ametrine/core';
import type { CompletionInstruction } from '@ametrine/core/spi';
import type * as FastCheck from 'fast-check';
import type { Harness } from '../harness.js';
import { ageable, durable } from '../needs.js';
import type { CalendarKind, Command, JobPlan, Pick, ScheduleKind, TriggerPlan } from './commands.js';

const JOBS: readonly Key[] = [
  { group: 'g', name: 'a' },
  { group: 'g', name: 'b' },
  { group: 'DEFAULT', name: 'a' },
];
const TRIGGERS: readonly Key[] = [
  { group: 'g', name: 't' },
  { group: 'g', name: 'u' },
  { group: 'gh', name: 't' },
  { group: 'DEFAULT', name: 'v' },
];
const MATCHERS: readonly GroupMatcher[] = [
  { equals: 'g' },
  { equals: 'gh' },
  { equals: 'DEFAULT' },
  { startsWith: 'g' },
  { endsWith: 'h' },
  { contains: 'A' },
  { equals: 'nobody' },
  { anything: true },
];
const OF_SIMPLE: readonly MisfireInstruction[] = [
  'smart',
  'ignore',
  'fireNow',
  'nowWithExistingCount',
  'nowWithRemainingCount',
  'nextWithRemainingCount',
  'nextWithExistingCount',
];
const OF_OTHERS: readonly MisfireInstruction[] = ['smart', 'ignore', 'fireOnceNow', 'doNothing'];
const INSTRUCTIONS: readonly CompletionInstruction[] = [
  'none',
  'deleteTrigger',
  'setTriggerComplete',
  'setTriggerError',
  'setAllJobTriggersComplete',
  'setAllJobTriggersError',
];

/** Sequences of up to so many commands that apply to the store. */
export function sequences(
  fc: typeof FastCheck,
  harness: Harness,
  maxCommands: number,
): FastCheck.Arbitrary<readonly Command[]> {
  const command = commands(fc, harness);
  // What needs a job and a trigger is pointless without: most sequences begin with some.
  const beginning = fc
    .tuple(job(fc), fc.array(trigger(fc), { minLength: 1, maxLength: 3 }))
    .map(([first, triggers]): readonly Command[] => [
      { do: 'storeJob', job: { ...first, durable: true } },
      ...triggers.map(
        (plan): Command => ({ do: 'storeTrigger', trigger: { ...plan, job: first.job }, replace: true }),
      ),
    ]);
  return fc
    .tuple(
      fc.option(beginning, { nil: [] }),
      fc.array(
        fc.oneof({ weight: 9, arbitrary: command.map((one) => [one]) }, { weight: 2, arbitrary: rounds(fc) }),
        { minLength: 1, maxLength: maxCommands, size: 'max' },
      ),
    )
    .map(([first, rest]) => [...first, ...rest.flat()]);
}

/** What is due runs, time passes, and the runs end: what a scheduler does all day. */
function rounds(fc: typeof FastCheck): FastCheck.Arbitrary<readonly Command[]> {
  return fc
    .tuple(fc.constantFrom(0, 1, 30), fc.constantFrom(...INSTRUCTIONS), fc.constantFrom<Pick>('all', 'last'))
    .map(([seconds, instruction, runs]) => [
      { do: 'acquire', max: 10, fireDue: true },
      { do: 'advance', seconds },
      { do: 'complete', runs, instruction },
    ]);
}

function commands(fc: typeof FastCheck, harness: Harness): FastCheck.Arbitrary<Command> {
  const several = harness.claim.clustering;
  const node = several ? { node: fc.constantFrom(0, 1) } : {};
  const record = <T extends Command>(
    shape: object,
    weight: number,
  ): FastCheck.WeightedArbitrary<Command> => ({
    weight,
    arbitrary: fc.record(shape) as unknown as FastCheck.Arbitrary<T>,
  });
  const [jobKey, triggerKey, flag] = [fc.constantFrom(...JOBS), fc.constantFrom(...TRIGGERS), fc.boolean()];
  const groups = fc.constantFrom(...MATCHERS);
  const name = fc.constantFrom('c', 'd');
  const pick: FastCheck.Arbitrary<Pick> = fc.constantFrom('all', 'all', 'first', 'last', 'settled');
  const entry = fc.record({ job: job(fc), triggers: fc.array(trigger(fc), { maxLength: 2 }) });
  const is = (word: Command['do']): FastCheck.Arbitrary<string> => fc.constant(word);
  const lives = [record({ do: fc.constantFrom('die', 'restart'), ...node }, 2)];
  const sleeps = [record({ do: is('sleep'), node: fc.constantFrom(0, 1) }, 1)];
  return fc.oneof(
    record({ do: is('storeJob'), job: job(fc), replace: flag }, 3),
    record({ do: is('storeTrigger'), trigger: trigger(fc), replace: flag }, 8),
    record({ do: is('storeBoth'), job: job(fc), trigger: trigger(fc) }, 2),
    record({ do: is('storeMany'), entries: fc.array(entry, { maxLength: 2 }), replace: flag }, 2),
    record({ do: is('replaceTrigger'), key: triggerKey, trigger: trigger(fc) }, 2),
    record({ do: is('removeJobs'), keys: fc.uniqueArray(jobKey, { minLength: 1, maxLength: 2 }) }, 1),
    record({ do: is('removeTriggers'), keys: fc.uniqueArray(triggerKey, { minLength: 1, maxLength: 2 }) }, 2),
    { weight: 1, arbitrary: fc.constant<Command>({ do: 'clear' }) },
    record({ do: is('storeCalendar'), name, calendar: calendarKind(fc), replace: flag, update: flag }, 3),
    record({ do: is('removeCalendar'), name }, 1),
    record({ do: fc.constantFrom('pauseTrigger', 'resumeTrigger', 'reset'), key: triggerKey }, 4),
    record({ do: fc.constantFrom('pauseJob', 'resumeJob'), key: jobKey }, 2),
    record({ do: fc.constantFrom('pauseTriggers', 'resumeTriggers', 'pauseJobs', 'resumeJobs'), groups }, 4),
    record({ do: fc.constantFrom('pauseAll', 'resumeAll', 'resumeAll') }, 2),
    record(
      {
        do: is('acquire'),
        ...node,
        max: fc.constantFrom(1, 2, 10, 10, 0),
        aheadSeconds: fc.constantFrom(0, 0, 30),
        windowSeconds: fc.constantFrom(0, 0, 20),
        fireDue: flag,
      },
      12,
    ),
    record({ do: is('fire'), ...node, claims: pick }, 8),
    record({ do: is('release'), ...node, claims: pick }, 3),
    record(
      { do: is('complete'), ...node, runs: pick, instruction: fc.constantFrom('none', ...INSTRUCTIONS) },
      6,
    ),
    record(
      {
        do: is('complete'),
        ...node,
        runs: pick,
        instruction: is('none' as never),
        version: fc.constantFrom(1, 2),
      },
      2,
    ),
    record({ do: is('misfires'), ...node, limit: fc.constantFrom(1, 2, 10, 0) }, 1),
    record({ do: is('advance'), seconds: fc.constantFrom(1, 10, 30, 60, 61, 90, 3600) }, 6),
    ...(durable(harness) === true ? lives : []),
    ...(ageable(harness) === true ? sleeps : []),
  );
}

function calendarKind(fc: typeof FastCheck): FastCheck.Arbitrary<CalendarKind> {
  return fc.constantFrom('everything', 'notToday', 'oddMinutes', 'nothing');
}

function job(fc: typeof FastCheck): FastCheck.Arbitrary<JobPlan> {
  return fc.record(
    {
      job: fc.constantFrom(...JOBS),
      durable: fc.boolean(),
      nonConcurrent: fc.boolean(),
      persists: fc.boolean(),
      recovers: fc.boolean(),
      version: fc.constantFrom(3, 4),
    },
    { requiredKeys: ['job'] },
  );
}

function trigger(fc: typeof FastCheck): FastCheck.Arbitrary<TriggerPlan> {
  const rest = {
    trigger: fc.constantFrom(...TRIGGERS),
    job: fc.constantFrom(...JOBS),
    inSeconds: fc.constantFrom(0, 0, -10, -61, -60, -120, 1, 20, 60),
    endsAfterSeconds: fc.constantFrom(15, 70),
    priority: fc.constantFrom(1, 9),
    calendar: fc.constantFrom('c', 'd', 'missing'),
  };
  const requiredKeys = ['trigger', 'job', 'inSeconds', 'schedule'] as [
    'trigger',
    'job',
    'inSeconds',
    'schedule',
  ];
  const simple: FastCheck.Arbitrary<ScheduleKind> = fc.constantFrom('once', 'endless', 'twice');
  const other: FastCheck.Arbitrary<ScheduleKind> = fc.constantFrom('cron', 'interval', 'daily');
  return fc.oneof(
    fc.record({ ...rest, schedule: simple, misfire: fc.constantFrom(...OF_SIMPLE) }, { requiredKeys }),
    fc.record({ ...rest, schedule: other, misfire: fc.constantFrom(...OF_OTHERS) }, { requiredKeys }),
  );
}
