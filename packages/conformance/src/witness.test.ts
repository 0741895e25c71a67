import { describe, expect, it } from 'vitest';
import { every, job, key, MINUTE, once, SECOND, T0 } from './factories.js';
import type { Operation } from './history.js';
import { witnessOf } from './witness.js';

let step = 0;
function operation(call: string, args: readonly unknown[], value?: unknown): Operation {
  step += 2;
  return { node: 'n1', call, args, invoked: step, settled: step + 1, outcome: { kind: 'ok', value } };
}

const of = job('j', { nonConcurrent: true });

describe('witnessOf', () => {
  it('leaves out reads that went well, except the last', () => {
    const operations = [
      operation('storeJob', [of]),
      operation('getJob', [of.key], of),
      operation('getTriggerState', [key('t')], 'normal'),
    ];
    expect(witnessOf(operations, '')).toEqual([
      '           n1 storeJob(job j nonConcurrent) → ok',
      "           n1 getTriggerState(t) → 'normal'",
    ]);
  });

  it('shows instants as offsets, and claims by the end of their token', () => {
    const trigger = every('t', of, MINUTE, { at: T0 + 90 * SECOND, group: 'g' });
    const claim = { trigger, fireInstanceId: 'a-very-long-token' };
    const asked = { now: T0 + MINUTE, noLaterThan: T0 + 1500, maxCount: 1 };
    expect(
      witnessOf([operation('acquireNextTriggers', [asked], { acquired: [claim], fired: [] })], ''),
    ).toEqual([
      't=+1 min   n1 acquireNextTriggers({ noLaterThan +1.5 s, maxCount 1 }) → { acquired [trigger g.t next +90 s #-token], fired [] }',
    ]);
  });

  it('tells errors by code, and calls that never ended', () => {
    const failed = Object.assign(new Error('no such job\nand more'), { code: 'ERR_JOB_NOT_FOUND' });
    const operations: Operation[] = [
      { ...operation('storeTrigger', [once('t', of)]), outcome: { kind: 'error', error: failed } },
      { ...operation('removeJob', [of.key]), settled: null, outcome: { kind: 'pending' } },
    ];
    const [first, second] = witnessOf(operations, '');
    expect(first).toMatch(/→ ! ERR_JOB_NOT_FOUND: no such job$/);
    expect(second).toMatch(/→ still under way$/);
  });

  it('holds six at most: steps rather than setting up, and what the failure speaks of rather than the rest', () => {
    const mine = operation('storeJob', [job('mine')]);
    const setUp = Array.from({ length: 20 }, (_, n) => operation('storeJob', [job(`other${n}`)]));
    const paused = operation('pauseJob', [key('mine')]);
    const witness = witnessOf(
      [mine, ...setUp, paused, operation('getJob', [key('mine')], null)],
      'job mine is there',
    );
    expect(witness).toHaveLength(6);
    expect(witness[0]).toContain('storeJob(job mine)');
    expect(witness.slice(-2).join()).toMatch(/pauseJob\(mine\).*getJob\(mine\) → null/);
  });
});
