import type { JobDetail, MisfireInstruction } from '@ametrine/core';
import type { ClaimRequest, ClaimResult, Completion, UnresolvedBundle } from '@ametrine/core/spi';
import { describe, expect, it } from 'vitest';
import { storeEntries } from '../../src/bulk-storing.js';
import { claim } from '../../src/claiming.js';
import { complete } from '../../src/running.js';
import { Tables } from '../../src/tables.js';
import { aClaim, aJob, aTrigger, noEffects, T0 } from './makers.js';

const MANY = 50_000;

function put(
  tables: Tables,
  job: JobDetail,
  names: readonly string[],
  at: number,
  misfire: MisfireInstruction = 'smart',
): void {
  const triggers = names.map((key) => aTrigger(job, { key, at, misfire }));
  storeEntries(tables, [{ job, triggers }], true, noEffects());
}

function manyNames(prefix: string): readonly string[] {
  return Array.from({ length: MANY }, (_, i) => `${prefix}${String(i).padStart(5, '0')}`);
}

/** Claims, and says how many triggers were looked at for it. */
function counted(tables: Tables, request: ClaimRequest): ClaimResult & { readonly visited: number } {
  const before = tables.waiting.visited;
  const result = claim(tables, request, noEffects());
  return { ...result, visited: tables.waiting.visited - before };
}

function namesOf(bundles: readonly UnresolvedBundle[]): readonly string[] {
  return bundles.map(({ trigger }) => trigger.key.name);
}

function endOf(bundle: UnresolvedBundle | undefined): Completion {
  if (bundle === undefined) throw new Error('nothing fired');
  const { fireInstanceId, trigger, job } = bundle;
  return { fireInstanceId, trigger, jobKey: job.key, instruction: 'deleteTrigger', changedData: null };
}

describe('what a claim looks at', () => {
  it('is not the due triggers of a busy non-concurrent job, once they were met', () => {
    const tables = new Tables();
    put(tables, aJob('busy', { nonConcurrent: true }), manyNames('b'), T0);
    put(tables, aJob('other'), ['z1', 'z2', 'z3', 'z4'], T0 + 1);
    const first = counted(tables, aClaim(T0 + 1, { maxCount: 1 }));
    expect(namesOf(first.fired)).toEqual(['b00000']);

    expect(namesOf(counted(tables, aClaim(T0 + 1, { maxCount: 1 })).fired)).toEqual(['z1']);
    const second = counted(tables, aClaim(T0 + 1, { maxCount: 1 }));
    expect(namesOf(second.fired)).toEqual(['z2']);
    expect(second.visited).toBe(1);

    // The job becomes free: its next trigger comes first again, and only that one came back.
    complete(tables, [endOf(first.fired[0])], noEffects());
    const third = counted(tables, aClaim(T0 + 1, { maxCount: 3 }));
    expect(namesOf(third.fired)).toEqual(['b00001', 'z3', 'z4']);
    expect(third.visited).toBe(3);
  });

  it('follows the runs of a job with a backlog', () => {
    const tables = new Tables();
    put(tables, aJob('busy', { nonConcurrent: true }), manyNames('b').slice(0, 1_000), T0);
    const fired: string[] = [];
    let visited = 0;
    for (let run = 0; run < 1_000; run++) {
      const result = counted(tables, aClaim(T0, { maxCount: 5 }));
      fired.push(...namesOf(result.fired));
      visited += result.visited;
      complete(tables, [endOf(result.fired[0])], noEffects());
    }
    expect(fired).toEqual(manyNames('b').slice(0, 1_000));
    // Each once to be parked, and once to fire.
    expect(visited).toBeLessThanOrEqual(2 * 1_000);
  });

  it('brings the next one forward when the first of a free job is removed', () => {
    const tables = new Tables();
    put(tables, aJob('busy', { nonConcurrent: true }), ['b1', 'b2', 'b3', 'b4'], T0);
    const first = counted(tables, aClaim(T0));
    expect(namesOf(first.fired)).toEqual(['b1']);
    complete(tables, [endOf(first.fired[0])], noEffects());
    const b2 = tables.trigger({ group: 'DEFAULT', name: 'b2' });
    if (b2 !== undefined) tables.removeTrigger(b2);
    expect(namesOf(counted(tables, aClaim(T0)).fired)).toEqual(['b3']);
  });

  it('is every trigger of a job that was stored as concurrent meanwhile', () => {
    const tables = new Tables();
    put(tables, aJob('busy', { nonConcurrent: true }), ['b1', 'b2', 'b3', 'b4'], T0);
    const first = counted(tables, aClaim(T0));
    tables.putJob(aJob('busy'));
    expect(counted(tables, aClaim(T0)).fired).toEqual([]);
    complete(tables, [endOf(first.fired[0])], noEffects());
    expect(namesOf(counted(tables, aClaim(T0)).fired)).toEqual(['b2', 'b3', 'b4']);
  });

  it('is not what is overdue with the instruction ignore, in search of misfires', () => {
    const tables = new Tables();
    put(tables, aJob('ignoring'), manyNames('i'), T0 - 600_000, 'ignore');
    put(tables, aJob('misfired'), ['m'], T0 - 300_000);
    const result = counted(tables, aClaim(T0, { maxCount: 2 }));
    expect(namesOf(result.fired)).toEqual(['i00000', 'i00001']);
    expect(tables.trigger({ group: 'DEFAULT', name: 'm' })?.trigger.nextFireAt).toBe(T0);
    expect(result.visited).toBe(3);
  });

  it('is not the misfired triggers that a pass has left', () => {
    const tables = new Tables();
    put(tables, aJob('late'), manyNames('m'), T0 - 300_000);
    put(tables, aJob('due'), ['d1', 'd2'], T0 - 1);
    const result = counted(tables, aClaim(T0, { maxCount: 3, maxMisfires: 1 }));
    expect(namesOf(result.fired)).toEqual(['d1', 'd2', 'm00000']);
    // Two in search of misfires, three to claim.
    expect(result.visited).toBe(5);
  });

  it('is not a trigger whose last fire is running', () => {
    const tables = new Tables();
    put(tables, aJob('once'), ['t'], T0);
    expect(namesOf(counted(tables, aClaim(T0)).fired)).toEqual(['t']);
    const entry = tables.trigger({ group: 'DEFAULT', name: 't' });
    expect([entry?.state, entry?.place]).toEqual(['waiting', 'none']);
    expect(counted(tables, aClaim(T0 + 1_000_000)).visited).toBe(0);
  });

  it('is what a job has due behind misfired triggers that a pass has left', () => {
    const tables = new Tables();
    const job = aJob('late', { nonConcurrent: true });
    put(tables, job, ['a'], T0 - 100_000, 'ignore');
    put(tables, job, ['m1', 'm2'], T0 - 50_000);
    put(tables, job, ['x'], T0 - 1_000);
    const busy = counted(tables, aClaim(T0, { misfiredBefore: T0 - 60_000 }));
    expect(namesOf(busy.fired)).toEqual(['a']);
    complete(tables, [endOf(busy.fired[0])], noEffects());
    // By now m1 and m2 have misfired. The pass handles m1, which is due now; x has been due for longer.
    const after = counted(tables, aClaim(T0, { misfiredBefore: T0 - 10_000, maxMisfires: 1 }));
    expect(namesOf(after.fired)).toEqual(['x']);
  });
});
