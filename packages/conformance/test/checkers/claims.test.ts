import { describe, expect, it } from 'vitest';
import { exclusiveRuns } from '../../src/checkers/exclusive-runs.js';
import { fencing } from '../../src/checkers/fencing.js';
import { singleClaim } from '../../src/checkers/single-claim.js';
import { MOST_WITNESSES, violation } from '../../src/checkers/violation.js';
import { claim, Script } from './script.js';

const [one, two] = [claim('1'), claim('2')];

describe('singleClaim', () => {
  it('allows a claim after the one before was given back, fired, recovered or taken away', () => {
    const enders: readonly ((script: Script) => void)[] = [
      (s) => s.release('a', one),
      (s) => s.fire('a', one),
      (s) => s.recover('b', 'a'),
      (s) => s.call('c', 'pauseTrigger', [one.trigger.key]),
      (s) => s.call('c', 'storeTrigger', [one.trigger, { replace: true }]),
      (s) => s.call('a', 'shutdown', []),
    ];
    for (const end of enders) {
      const script = new Script();
      script.acquire('a', one);
      end(script);
      script.acquire('b', two);
      expect(singleClaim(script.operations)).toBeNull();
    }
  });

  it('finds a trigger that two nodes hold', () => {
    const script = new Script();
    const first = script.acquire('a', one);
    script.acquire('c', claim('3', 'other'));
    const second = script.acquire('b', two);
    script.fire('a', one);
    expect(singleClaim(script.operations)).toMatchObject({
      rule: 'JS-ACQ-01',
      what: 'trigger DEFAULT.t was held by a and b at the same time',
      witness: [first, second],
    });
  });

  it('finds two acquisitions that overlap and both get it', () => {
    const script = new Script();
    const [a, b] = [script.beginAcquire('a'), script.beginAcquire('b')];
    script.endAcquire(b, two);
    script.endAcquire(a, one);
    expect(singleClaim(script.operations)?.witness).toEqual([a, b]);
  });

  it('finds one batch that holds a trigger twice', () => {
    const script = new Script();
    script.acquire('a', one, two);
    expect(singleClaim(script.operations)?.rule).toBe('JS-ACQ-01');
  });

  it('does not blame a claim that may have been given back just in time', () => {
    const script = new Script();
    script.acquire('a', one);
    const release = script.begin('a', 'releaseAcquiredTriggers', [[{ fireInstanceId: '1' }]]);
    script.acquire('b', two);
    script.end(release);
    expect(singleClaim(script.operations)).toBeNull();
  });

  it('does not blame a claim that a recovery of unknown fate may have ended', () => {
    const script = new Script();
    script.acquire('a', one);
    script.lose(script.begin('c', 'checkIn', [{ now: script.now }]));
    script.acquire('b', two);
    expect(singleClaim(script.operations)).toBeNull();
  });

  it('is not misled by the recovery of another node', () => {
    const script = new Script();
    script.acquire('a', one);
    script.recover('b', 'c');
    script.acquire('b', two);
    expect(singleClaim(script.operations)).not.toBeNull();
  });

  it('finds a trigger that is fired in one step while another node holds it', () => {
    const script = new Script();
    const held = script.acquire('a', one);
    const taken = script.acquireFired('b', two);
    expect(singleClaim(script.operations)?.witness).toEqual([held, taken]);
    const legal = new Script();
    legal.acquireFired('b', two);
    legal.acquireFired('a', one);
    expect(singleClaim(legal.operations)).toBeNull();
  });
});

describe('fencing', () => {
  it('allows the ordinary course', () => {
    const script = new Script();
    script.acquire('a', one, claim('3', 'u'));
    script.fire('a', one);
    script.release('a', claim('3', 'u'));
    script.complete('a', one);
    script.complete('a', one, 'stale');
    script.acquireFired('b', claim('4', 'u'));
    script.complete('b', claim('4', 'u'));
    expect(fencing(script.operations)).toBeNull();
  });

  it('finds a token that was granted twice, also over a restart', () => {
    const script = new Script();
    const first = script.acquire('a', one);
    script.release('a', one);
    script.recover('a', 'a');
    const again = script.acquire('a', one);
    expect(fencing(script.operations)).toMatchObject({ rule: 'JS-EXE-01', witness: [first, again] });
  });

  it('finds a token that fired twice', () => {
    const script = new Script();
    script.acquire('a', one);
    const ops = [script.fire('a', one), script.fire('a', one)];
    expect(fencing(script.operations)).toMatchObject({ rule: 'JS-FIR-02', witness: ops });
  });

  it('finds a run that was completed twice', () => {
    const script = new Script();
    script.acquireFired('a', one);
    const ops = [script.complete('a', one), script.complete('b', one)];
    expect(fencing(script.operations)).toMatchObject({ rule: 'JS-CMP-02', witness: ops });
  });

  it('finds a fire by a claim that had been given back', () => {
    const script = new Script();
    script.acquire('a', one);
    const ops = [script.release('a', one), script.fire('a', one)];
    expect(fencing(script.operations)).toMatchObject({ rule: 'JS-FIR-02', witness: ops });
  });

  it('finds a fire and a completion after the recovery of their node', () => {
    const fires = new Script();
    const claimed = fires.acquire('a', one);
    const recovered = fires.recover('b', 'a');
    const late = fires.fire('a', one);
    expect(fencing(fires.operations)).toMatchObject({
      rule: 'JS-FIR-02',
      witness: [claimed, recovered, late],
    });

    const ends = new Script();
    const started = ends.acquireFired('a', one);
    const gone = ends.recover('b', 'a');
    const end = ends.complete('a', one);
    expect(fencing(ends.operations)).toMatchObject({ rule: 'JS-CMP-02', witness: [started, gone, end] });
  });

  it('allows a completion that was asked for before the recovery was answered', () => {
    const script = new Script();
    script.acquireFired('a', one);
    const end = script.beginComplete('a', one);
    script.recover('b', 'a');
    script.end(end, ['completed']);
    expect(fencing(script.operations)).toBeNull();
  });

  it('allows what a node does with claims it was given after its recovery', () => {
    const script = new Script();
    script.acquireFired('a', one);
    script.recover('b', 'a');
    script.complete('a', one, 'stale');
    script.acquireFired('a', two);
    script.complete('a', two);
    expect(fencing(script.operations)).toBeNull();
  });

  it('finds a run under way whose end was refused', () => {
    const script = new Script();
    const started = script.acquireFired('a', one);
    script.recover('b', 'c');
    const refused = script.complete('a', one, 'stale');
    expect(fencing(script.operations)).toMatchObject({ rule: 'JS-CMP-01', witness: [started, refused] });
  });

  it('allows a refusal when everything was cleared, or an earlier end may have come through', () => {
    const cleared = new Script();
    cleared.acquireFired('a', one);
    cleared.call('b', 'clearAllSchedulingData', []);
    cleared.complete('a', one, 'stale');
    expect(fencing(cleared.operations)).toBeNull();

    const repeated = new Script();
    repeated.acquireFired('a', one);
    repeated.lose(repeated.beginComplete('a', one));
    repeated.complete('a', one, 'stale');
    expect(fencing(repeated.operations)).toBeNull();
  });
});

describe('exclusiveRuns', () => {
  const script = (): Script => {
    const made = new Script();
    made.nonConcurrent = true;
    return made;
  };

  it('finds two runs of a non-concurrent job at a time', () => {
    const bad = script();
    bad.acquire('a', one);
    bad.acquire('b', claim('2', 'u'));
    const ops = [bad.fire('a', one), bad.fire('b', claim('2', 'u'))];
    bad.complete('a', one);
    expect(exclusiveRuns(bad.operations)).toMatchObject({
      rule: 'JS-FIR-06',
      what: 'the non-concurrent job DEFAULT.j ran on a and b at the same time',
      witness: ops,
    });
  });

  it('allows one after the other, after a recovery, and of other jobs', () => {
    const good = script();
    good.acquireFired('a', one);
    good.complete('a', one);
    good.acquireFired('b', two);
    good.recover('c', 'b');
    good.acquireFired('c', claim('3'));
    expect(exclusiveRuns(good.operations)).toBeNull();

    const plain = new Script();
    plain.acquireFired('a', one);
    plain.acquireFired('b', two);
    expect(exclusiveRuns(plain.operations)).toBeNull();
  });

  it('does not take a refused completion for the end of a run', () => {
    const bad = script();
    bad.acquireFired('a', one);
    bad.complete('a', one, 'stale');
    bad.acquireFired('b', two);
    expect(exclusiveRuns(bad.operations)).not.toBeNull();
  });

  it('does not blame a run that may have ended just in time', () => {
    const good = script();
    good.acquireFired('a', one);
    const end = good.beginComplete('a', one);
    good.acquireFired('b', two);
    good.end(end, ['completed']);
    expect(exclusiveRuns(good.operations)).toBeNull();
  });
});

describe('a violation', () => {
  it('shows few operations, once each, in order', () => {
    const script = new Script();
    const ops = Array.from({ length: 10 }, (_, n) => script.acquire('a', claim(`${n}`, `t${n}`)));
    const { witness } = violation('JS-ACQ-01', 'wrong', ...[...ops].reverse(), ops[9], null, undefined);
    expect(witness).toEqual(ops.slice(-MOST_WITNESSES));
  });
});
