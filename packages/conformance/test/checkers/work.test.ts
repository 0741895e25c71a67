import { describe, expect, it } from 'vitest';
import { misfirePolicy } from '../../src/checkers/misfire-policy.js';
import { pauseAtomicity } from '../../src/checkers/pause-atomicity.js';
import { matchSchedule, scheduleKept } from '../../src/checkers/schedule.js';
import { tallyFirings, totalFirings } from '../../src/checkers/total-firings.js';
import { HOUR, key, MINUTE, T0 } from '../../src/factories.js';
import { type Claim, claim, Script } from './script.js';

const one = claim('1');
const due = [{ key: key('t'), at: T0 }];

/** The claim that repeats the run of `t`. */
function repeat(token: string): Claim {
  const recovers = { triggerKey: key('t'), firedAt: T0, scheduledFireAt: T0 };
  return claim(token, `recover-${token}`, { key: key(`recover-${token}`, 'RECOVERING_JOBS'), recovers });
}

describe('totalFirings', () => {
  it('is content when every fire ran once', () => {
    const script = new Script();
    script.acquire('a', one);
    script.fire('a', one);
    script.complete('a', one);
    expect(totalFirings(script.operations, { occurrences: due, recovered: true })).toBeNull();
    expect(tallyFirings(script.operations, { occurrences: due, recovered: true })).toEqual({
      runs: 1,
      recovered: 0,
      lost: [],
      doubled: [],
      unexpected: [],
    });
  });

  it('finds a fire that never ran', () => {
    const script = new Script();
    script.acquire('a', one);
    const found = totalFirings(script.operations, { occurrences: due, recovered: false });
    expect(found).toMatchObject({ rule: 'JS-REC-02' });
    expect(found?.what).toMatch(/^1 of 1 fires were lost, such as DEFAULT\.t at 2026-03-02T10:00:00/);
  });

  it('counts a fire that may have happened unseen only where runs are not repeated', () => {
    const script = new Script();
    script.acquire('a', one);
    script.lose(script.begin('a', 'triggersFired', [[], { now: T0 }]));
    expect(totalFirings(script.operations, { occurrences: due, recovered: false })).toBeNull();
    expect(totalFirings(script.operations, { occurrences: due, recovered: true })?.rule).toBe('JS-REC-02');
  });

  it('finds a run that was cut and not repeated though its job asked for it', () => {
    const script = new Script();
    const run = script.acquireFired('a', one);
    const recovery = script.recover('b', 'a');
    expect(totalFirings(script.operations, { occurrences: due, recovered: true })).toMatchObject({
      rule: 'JS-REC-03',
      witness: [run, recovery],
    });
    expect(totalFirings(script.operations, { occurrences: due, recovered: false })).toBeNull();
  });

  it('allows a run that was cut and repeated, and counts it', () => {
    const script = new Script();
    script.acquireFired('a', one);
    script.recover('b', 'a');
    script.acquireFired('b', repeat('2'));
    script.complete('b', repeat('2'));
    expect(totalFirings(script.operations, { occurrences: due, recovered: true })).toBeNull();
    expect(tallyFirings(script.operations, { occurrences: due, recovered: true }).recovered).toBe(1);
  });

  it('allows a repeated run that is cut and repeated again', () => {
    const script = new Script();
    script.acquireFired('a', one);
    script.recover('b', 'a');
    script.acquireFired('b', repeat('2'));
    script.recover('c', 'b');
    script.acquireFired('c', repeat('3'));
    script.complete('c', repeat('3'));
    expect(totalFirings(script.operations, { occurrences: due, recovered: true })).toBeNull();
  });

  it('finds a fire that ran twice', () => {
    const script = new Script();
    const ops = [script.acquireFired('a', one), script.acquireFired('b', claim('2'))];
    expect(totalFirings(script.operations, { occurrences: due, recovered: false })).toMatchObject({
      rule: 'JS-FIR-02',
      witness: ops,
    });
  });

  it('finds a run that was repeated though it had ended', () => {
    const script = new Script();
    const run = script.acquireFired('a', one);
    const end = script.complete('a', one);
    script.recover('b', 'a');
    const again = script.acquireFired('b', repeat('2'));
    script.complete('b', repeat('2'));
    expect(totalFirings(script.operations, { occurrences: due, recovered: true })).toMatchObject({
      rule: 'JS-REC-04',
      witness: [run, end, again],
    });
  });

  it('finds two repetitions of one lost run', () => {
    const script = new Script();
    script.acquireFired('a', one);
    script.recover('b', 'a');
    const ops = [script.acquireFired('b', repeat('2')), script.acquireFired('c', repeat('3'))];
    script.complete('b', repeat('2'));
    script.complete('c', repeat('3'));
    expect(totalFirings(script.operations, { occurrences: due, recovered: true })?.witness).toEqual(ops);
  });

  it('finds a repetition of a run whose node was never recovered', () => {
    const script = new Script();
    script.acquireFired('a', one);
    script.acquireFired('b', repeat('2'));
    script.complete('b', repeat('2'));
    expect(totalFirings(script.operations, { occurrences: due, recovered: true })?.rule).toBe('JS-FIR-02');
  });

  it('finds a run that nobody had asked for', () => {
    const script = new Script();
    script.acquireFired('a', one);
    const stray = script.acquireFired('a', claim('2', 'stray'));
    expect(totalFirings(script.operations, { occurrences: due, recovered: false })?.witness).toEqual([stray]);
  });
});

describe('matchSchedule', () => {
  it('matches runs within their targets’ tolerance', () => {
    const targets = [
      { at: 0, until: 10 },
      { at: 100, until: 110 },
    ];
    expect(matchSchedule(targets, [105, 3])).toEqual({ matched: 2, missed: [], extra: [] });
  });

  it('tells missed targets and extra runs', () => {
    const targets = [
      { at: 0, until: 10 },
      { at: 100, until: 110 },
    ];
    expect(matchSchedule(targets, [5, 6, 111])).toEqual({
      matched: 1,
      missed: [{ at: 100, until: 110 }],
      extra: [6, 111],
    });
  });

  it('finds the matching that first come, first served would miss', () => {
    // The run at 5 fits both; only when it serves the one that ends first has the run at 50 a target.
    const targets = [
      { at: 0, until: 100 },
      { at: 4, until: 8 },
    ];
    expect(matchSchedule(targets, [5, 50])).toMatchObject({ matched: 2, missed: [], extra: [] });
  });

  it('matches as many as an exhaustive search does', () => {
    const best = (targets: readonly { at: number; until: number }[], runs: readonly number[]): number => {
      const [run, ...rest] = runs;
      if (run === undefined) return 0;
      const skipped = best(targets, rest);
      const taken = targets.map((target) =>
        target.at <= run && run <= target.until
          ? 1 +
            best(
              targets.filter((other) => other !== target),
              rest,
            )
          : 0,
      );
      return Math.max(skipped, ...taken);
    };
    let state = 7;
    const next = (most: number): number => {
      state = (state * 48271) % 2147483647;
      return state % most;
    };
    for (let round = 0; round < 300; round += 1) {
      const targets = Array.from({ length: 1 + next(4) }, () => {
        const at = next(12);
        return { at, until: at + next(8) };
      });
      const runs = Array.from({ length: next(6) }, () => next(20));
      expect(matchSchedule(targets, runs).matched).toBe(best(targets, runs));
    }
  });
});

describe('scheduleKept', () => {
  const targets = [
    { at: T0, until: T0 },
    { at: T0 + HOUR, until: T0 + HOUR },
  ];
  const at = (token: string, time: number): Claim => claim(token, 't', { nextFireAt: time });

  it('is content with each time once, in order', () => {
    const script = new Script();
    script.acquireFired('a', at('1', T0));
    script.now = T0 + HOUR;
    script.acquireFired('b', at('2', T0 + HOUR));
    expect(scheduleKept(script.operations, key('t'), targets)).toBeNull();
  });

  it('finds a time without a run, and a run without a time', () => {
    const script = new Script();
    const run = script.acquireFired('a', at('1', T0));
    expect(scheduleKept(script.operations, key('t'), targets)).toMatchObject({
      rule: 'JS-FIR-05',
      witness: [run],
    });
    script.now = T0 + HOUR;
    script.acquireFired('a', at('2', T0 + HOUR));
    script.acquireFired('a', at('3', T0 + HOUR));
    expect(scheduleKept(script.operations, key('t'), targets)?.what).toMatch(
      /^1 runs of DEFAULT\.t fit no fire/,
    );
  });

  it('finds a run that was told a time of its own', () => {
    const script = new Script();
    script.acquireFired('a', at('1', T0 - 1));
    script.now = T0 + HOUR;
    script.acquireFired('a', at('2', T0 + HOUR));
    expect(scheduleKept(script.operations, key('t'), targets)?.rule).toBe('JS-FIR-03');
  });

  it('finds a schedule that went backwards', () => {
    const script = new Script();
    script.acquireFired('a', at('1', T0 + HOUR));
    script.now = T0 + HOUR;
    script.acquireFired('a', at('2', T0));
    expect(scheduleKept(script.operations, key('t'), targets)?.what).toBe(
      'the schedule of DEFAULT.t went backwards',
    );
  });

  it('leaves repetitions of lost runs out', () => {
    const script = new Script();
    script.acquireFired('a', at('1', T0));
    script.recover('b', 'a');
    script.acquireFired('b', repeat('2'));
    expect(scheduleKept(script.operations, key('t'), targets.slice(0, 1))).toBeNull();
  });
});

describe('misfirePolicy', () => {
  const missed = [{ key: key('t'), at: T0 }];
  const expected = (...nodes: readonly string[]): Parameters<typeof misfirePolicy>[1] => ({
    thresholdMs: MINUTE,
    missed,
    notices: nodes.map((node) => ({ node, trigger: one.trigger })),
  });

  it('is content when each misfire was noticed once', () => {
    const script = new Script();
    script.now = T0 + HOUR;
    script.acquire('a', claim('1', 't', { nextFireAt: T0 + HOUR }));
    expect(misfirePolicy(script.operations, expected('a'))).toBeNull();
  });

  it('finds a misfire that was noticed twice, never, or was none', () => {
    const script = new Script();
    const passes = [script.acquire('a'), script.call('b', 'recoverMisfires', [{ now: T0, limit: 1 }])];
    expect(misfirePolicy(script.operations, expected('a', 'b'))).toMatchObject({
      rule: 'JS-MIS-03',
      what: 'the misfire of DEFAULT.t was noticed twice, by a and b',
      witness: passes,
    });
    expect(misfirePolicy(script.operations, expected())?.what).toMatch(
      /never noticed, such as that of DEFAULT\.t/,
    );
    expect(misfirePolicy(script.operations, { ...expected('a'), missed: [] })?.what).toMatch(
      /that was none$/,
    );
  });

  it('finds a late trigger that was claimed as if it were on time, exactly beyond the threshold', () => {
    for (const [late, rule] of [
      [MINUTE, undefined],
      [MINUTE + 1, 'JS-ACQ-06'],
    ] as const) {
      for (const how of ['acquire', 'acquireFired'] as const) {
        const script = new Script();
        script.now = T0 + late;
        script[how]('a', one);
        expect(misfirePolicy(script.operations, { ...expected('a') })?.rule).toBe(rule);
      }
    }
  });

  it('lets triggers that ignore misfires be as late as they are', () => {
    const script = new Script();
    script.now = T0 + HOUR;
    script.acquire('a', claim('1', 't', { misfireInstruction: 'ignore' }));
    expect(misfirePolicy(script.operations, { thresholdMs: MINUTE, missed: [], notices: [] })).toBeNull();
  });
});

describe('pauseAtomicity', () => {
  const grouped = claim('1', 't', { key: key('t', 'g') });

  it('finds a claim and a fire after the answer to the pause', () => {
    for (const pause of [
      (s: Script) => s.call('a', 'pauseTriggers', [{ equals: 'g' }], ['g']),
      (s: Script) => s.call('a', 'pauseTrigger', [grouped.trigger.key]),
      (s: Script) => s.call('a', 'pauseJob', [grouped.trigger.jobKey]),
      (s: Script) => s.call('a', 'pauseJobs', [{ equals: 'DEFAULT' }], ['DEFAULT']),
      (s: Script) => s.call('a', 'pauseAll', []),
    ]) {
      const claims = new Script();
      const paused = pause(claims);
      const claimed = claims.acquire('b', grouped);
      expect(pauseAtomicity(claims.operations)?.witness).toEqual([paused, claimed]);

      const fires = new Script();
      fires.acquire('b', grouped);
      const first = pause(fires);
      const fired = fires.fire('b', grouped);
      expect(pauseAtomicity(fires.operations)?.witness).toEqual([first, fired]);
    }
  });

  it('names the rule of the pause', () => {
    const script = new Script();
    script.call('a', 'pauseAll', []);
    script.acquire('b', grouped);
    expect(pauseAtomicity(script.operations)).toMatchObject({
      rule: 'JS-PAU-08',
      what: 'g.t was claimed on b after pauseAll was answered on a',
    });
  });

  it('allows what was before the answer, after a resume, or refused', () => {
    const before = new Script();
    const pause = before.begin('a', 'pauseTriggers', [{ equals: 'g' }]);
    before.acquire('b', grouped);
    before.end(pause, ['g']);
    before.refuse('b', grouped);
    before.call('a', 'resumeTriggers', [{ equals: 'g' }]);
    before.acquire('b', claim('2', 't', { key: key('t', 'g') }));
    expect(pauseAtomicity(before.operations)).toBeNull();
  });

  it('allows other groups, groups that were not answered, and recoveries', () => {
    const script = new Script();
    script.call('a', 'pauseTriggers', [{ startsWith: 'g' }], ['g']);
    script.acquire('b', one, claim('3', 'u', { key: key('u', 'g2') }), repeat('2'));
    expect(pauseAtomicity(script.operations)).toBeNull();
  });

  it('allows another trigger that was stored in the place of a paused one, but not in a paused group', () => {
    const single = new Script();
    single.call('a', 'pauseTrigger', [grouped.trigger.key]);
    single.call('a', 'replaceTrigger', [grouped.trigger.key, grouped.trigger], 'replaced');
    single.acquire('b', grouped);
    expect(pauseAtomicity(single.operations)).toBeNull();

    const group = new Script();
    group.call('a', 'pauseTriggers', [{ equals: 'g' }], ['g']);
    group.call('a', 'replaceTrigger', [grouped.trigger.key, grouped.trigger], 'replaced');
    group.acquire('b', grouped);
    expect(pauseAtomicity(group.operations)).not.toBeNull();
  });
});
