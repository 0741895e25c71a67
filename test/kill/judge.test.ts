import { describe, expect, it } from 'vitest';
import { judge } from './judge.js';
import type { LogLine, StartLine } from './kill-log.js';
import { type Workload, workloadOf } from './workloads.mjs';

const T0 = 1_700_000_000_000;
const mixed = workloadOf({ name: 'mixed' });
const healthy = Object.fromEntries(Object.keys(mixed.triggers).map((name) => [name, 'normal']));

function start(life: number, fireInstanceId: string, job: string, more: Partial<StartLine> = {}): LogLine {
  const trigger = { group: 'DEFAULT', name: `${fireInstanceId}-trigger` };
  const times = { firedAt: T0, scheduledFireAt: T0 };
  return {
    life,
    at: T0,
    event: 'start',
    fireInstanceId,
    job,
    trigger,
    ...times,
    recovering: false,
    recovers: null,
    ...more,
  };
}

function end(life: number, fireInstanceId: string, count?: number): LogLine {
  return { life, at: T0, event: 'end', fireInstanceId, ...(count === undefined ? {} : { count }) };
}

function completed(life: number, fireInstanceId: string): LogLine {
  return { life, at: T0, event: 'completed', fireInstanceId };
}

/** The run that repeats the run `of`. */
function repeat(life: number, fireInstanceId: string, of: string, job: string): LogLine {
  const triggerKey = { group: 'DEFAULT', name: `${of}-trigger` };
  const recovers = { triggerKey, firedAt: T0, scheduledFireAt: T0 };
  return start(life, fireInstanceId, job, { recovering: true, recovers });
}

function killed(life: number, at: number = T0): LogLine {
  return { life, at, event: 'killed' };
}

function complaints(...lines: readonly LogLine[]): string[] {
  return judge(lines, { workload: mixed, final: true });
}

describe('the judge of the kill test', () => {
  it('is content with a log in which all is well', () => {
    expect(
      complaints(
        { life: 1, at: T0, event: 'opened', states: { ...healthy, 'alone-250': 'blocked' } },
        start(1, 'a', 'quick'),
        end(1, 'a'),
        completed(1, 'a'),
        start(1, 'b', 'alone'),
        start(1, 'c', 'quick'),
        start(1, 'd', 'overlapping'),
        end(1, 'd'),
        killed(1),
        repeat(2, 'b2', 'b', 'alone'),
        killed(2),
        repeat(3, 'b3', 'b', 'alone'),
        end(3, 'b3'),
        completed(3, 'b3'),
        start(3, 'k', 'counter', { count: 0 }),
        end(3, 'k', 1),
        killed(3),
        start(4, 'k2', 'counter', { count: 1 }),
        end(4, 'k2', 2),
      ),
    ).toEqual([]);
  });

  const { 'quick-50': _, ...lacking } = healthy;
  it.each<[string, string, readonly LogLine[]]>([
    ['a lost trigger', 'quick-50 is in state none', [{ life: 2, at: T0, event: 'opened', states: lacking }]],
    [
      'a trigger in error',
      'is in state error',
      [{ life: 2, at: T0, event: 'opened', states: { ...healthy, 'alone-250': 'error' } }],
    ],
    ['a failure', 'disk on fire', [{ life: 1, at: T0, event: 'problem', message: 'disk on fire' }]],
    ['a stale completion', 'stale', [{ life: 1, at: T0, event: 'stale', fireInstanceId: 'a' }]],
    ['a run that begins twice', 'a second start', [start(1, 'a', 'quick'), start(2, 'a', 'quick')]],
    ['a run that ends twice', 'a second end', [start(1, 'a', 'quick'), end(1, 'a'), end(1, 'a')]],
    [
      'a second completion',
      'a second completed',
      [start(1, 'a', 'quick'), completed(1, 'a'), completed(2, 'a')],
    ],
    [
      'an overlap',
      'while a was running',
      [start(1, 'a', 'alone'), start(1, 'b', 'alone'), end(1, 'a'), end(1, 'b')],
    ],
    [
      'an overlap of two processes',
      'while a was running in life 1',
      [start(1, 'a', 'alone'), start(2, 'b', 'alone'), end(1, 'a'), end(2, 'b')],
    ],
    [
      'an overlap of a run with the repetition of one that was never cut',
      'though the first had not been killed',
      [start(1, 'a', 'overlapping'), repeat(2, 'b', 'a', 'overlapping'), end(1, 'a'), end(2, 'b'), killed(1)],
    ],
    [
      'a trigger that is stuck at the end',
      'at the end trigger alone-250 is in state blocked',
      [{ life: 9, at: T0, event: 'inspected', states: { ...healthy, 'alone-250': 'blocked' } }],
    ],
    [
      'a trigger that is left at the end',
      'at the end trigger RECOVERING.x is left in state normal',
      [{ life: 9, at: T0, event: 'inspected', states: { ...healthy, 'RECOVERING.x': 'normal' } }],
    ],
    [
      'a counter that forgot an acknowledged run',
      'read the count 0',
      [
        start(1, 'a', 'counter', { count: 0 }),
        end(1, 'a', 1),
        completed(1, 'a'),
        start(2, 'b', 'counter', { count: 0 }),
        end(2, 'b', 1),
      ],
    ],
    ['a counter from nowhere', 'read the count 5', [start(1, 'a', 'counter', { count: 5 }), end(1, 'a', 6)]],
    ['a cut run that is forgotten', 'not run again', [start(1, 'a', 'alone')]],
    [
      'a completed run that is repeated',
      'completed in life 1 and run again',
      [start(1, 'a', 'alone'), end(1, 'a'), completed(1, 'a'), repeat(2, 'b', 'a', 'alone'), end(2, 'b')],
    ],
    [
      'an unasked repetition',
      'never asked',
      [start(1, 'a', 'quick'), repeat(2, 'b', 'a', 'quick'), end(2, 'b')],
    ],
    [
      'a run that is repeated twice in one life',
      'within life 2',
      [
        start(1, 'a', 'overlapping'),
        repeat(2, 'b', 'a', 'overlapping'),
        end(2, 'b'),
        repeat(2, 'c', 'a', 'overlapping'),
        end(2, 'c'),
      ],
    ],
    [
      'the same fire made twice',
      'run twice',
      [
        start(1, 'a', 'alone'),
        start(2, 'b', 'alone', { trigger: { group: 'DEFAULT', name: 'a-trigger' } }),
        end(2, 'b'),
      ],
    ],
  ])('sees %s', (_, complaint, lines) => {
    expect(complaints(...lines).join('\n')).toContain(complaint);
  });

  it('tolerates what it is told to, and nothing else', () => {
    const lines: LogLine[] = [
      { life: 1, at: T0, event: 'problem', message: 'the store is away', code: 'ERR_STORE_UNAVAILABLE' },
      { life: 1, at: T0, event: 'stale', fireInstanceId: 'a' },
    ];
    const all = ['ERR_STORE_UNAVAILABLE', 'stale'];
    expect(judge(lines, { workload: mixed, final: true, tolerates: all })).toEqual([]);
    expect(judge(lines, { workload: mixed, final: true, tolerates: ['stale'] })).toHaveLength(1);
    expect(complaints(...lines)).toHaveLength(2);
  });

  it('sees a trigger that is silent over two lives', () => {
    const lines = (upMs: number): LogLine[] => [
      { life: 1, at: T0, event: 'started' },
      killed(1, T0 + upMs),
      { life: 2, at: T0 + 60_000, event: 'started' },
      killed(2, T0 + 60_000 + upMs),
    ];
    expect(complaints(...lines(9900))).toEqual([]);
    expect(complaints(...lines(10_300)).join('\n')).toContain('quick-50 did not fire');
  });

  it('sees a trigger that is silent while one life of several is up', () => {
    const lives: LogLine[] = [
      { life: 1, at: T0, event: 'started' },
      { life: 2, at: T0 + 5000, event: 'started' },
      killed(1, T0 + 15_000),
    ];
    expect(complaints(...lives, killed(2, T0 + 19_000))).toEqual([]);
    expect(complaints(...lives, killed(2, T0 + 21_000)).join('\n')).toContain('quick-50 did not fire');
  });
});

describe('the judge of one-shots', () => {
  const workload: Workload = {
    ...mixed,
    triggers: {},
    oneShots: { first: { job: 'overlapping', afterMs: 0 }, second: { job: 'overlapping', afterMs: 0 } },
  };
  const fire = (life: number, fireInstanceId: string, name: string, more: Partial<StartLine> = {}): LogLine =>
    start(life, fireInstanceId, 'overlapping', { trigger: { group: 'DEFAULT', name }, ...more });
  const again = (life: number, fireInstanceId: string, name: string): LogLine => {
    const triggerKey = { group: 'DEFAULT', name };
    const recovers = { triggerKey, firedAt: T0, scheduledFireAt: T0 };
    const trigger = { group: 'RECOVERING', name: fireInstanceId };
    return fire(life, fireInstanceId, name, { trigger, recovering: true, recovers });
  };
  const other = [fire(1, 'z', 'second'), end(1, 'z'), completed(1, 'z')];
  const verdict = (...lines: readonly LogLine[]): string =>
    judge([...other, ...lines], { workload, final: true }).join('\n');

  it('is content when each ran, and when one was cut and ran again', () => {
    expect(verdict(fire(1, 'a', 'first'), end(1, 'a'), completed(1, 'a'))).toBe('');
    expect(verdict(fire(1, 'a', 'first'), killed(1), again(2, 'b', 'first'), end(2, 'b'))).toBe('');
  });

  it.each<[string, string, readonly LogLine[]]>([
    ['one that never ran', 'the one-shot first never ran', []],
    ['one that was cut and forgotten', 'never ran to its end', [fire(1, 'a', 'first'), killed(1)]],
    [
      'one that two processes ran',
      'run twice, in lives 1 and 2',
      [fire(1, 'a', 'first'), fire(2, 'b', 'first', { firedAt: T0 + 7 }), end(1, 'a'), end(2, 'b')],
    ],
    [
      'one that ran again although its run was complete',
      'completed in life 1 and run again in life 2',
      [fire(1, 'a', 'first'), end(1, 'a'), completed(1, 'a'), killed(1), again(2, 'b', 'first'), end(2, 'b')],
    ],
    [
      'one that was taken from a life that went on',
      'though the first had not been killed',
      [fire(1, 'a', 'first'), again(2, 'b', 'first'), end(1, 'a'), end(2, 'b')],
    ],
  ])('sees %s', (_, complaint, lines) => {
    expect(verdict(...lines)).toContain(complaint);
  });
});
