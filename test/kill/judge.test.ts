import { describe, expect, it } from 'vitest';
import { judge } from './judge.js';
import type { LogLine, StartLine } from './kill-log.js';
import { triggers } from './workload.mjs';

const T0 = 1_700_000_000_000;
const healthy = Object.fromEntries(Object.keys(triggers).map((name) => [name, 'normal']));

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

/** Complaints about these lines; their lives end the moment they start, lest every trigger seem silent. */
function complaints(...lines: readonly LogLine[]): string[] {
  return judge(lines, new Map(lines.map(({ life }) => [life, T0])), true);
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
        repeat(2, 'b2', 'b', 'alone'),
        repeat(3, 'b3', 'b', 'alone'),
        end(3, 'b3'),
        completed(3, 'b3'),
        start(3, 'k', 'counter', { count: 0 }),
        end(3, 'k', 1),
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

  it('sees a trigger that is silent over two lives', () => {
    const lines: LogLine[] = [
      { life: 1, at: T0, event: 'started' },
      { life: 2, at: T0 + 60_000, event: 'started' },
    ];
    const ends = (upMs: number): ReadonlyMap<number, number> =>
      new Map([
        [1, T0 + upMs],
        [2, T0 + 60_000 + upMs],
      ]);
    expect(judge(lines, ends(9900), true)).toEqual([]);
    expect(judge(lines, ends(10_300), true).join('\n')).toContain('quick-50 did not fire');
  });
});
