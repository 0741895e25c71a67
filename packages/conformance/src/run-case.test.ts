import { describe, expect, it } from 'vitest';
import { type CaseDefinition, defineCases } from './case.js';
import { defineHarness, type Harness, type Namespace } from './harness.js';
import { type CaseResult, runCase } from './run-case.js';

const empty: Namespace = {
  openNode: () => Promise.reject(new Error('these cases open no node')),
  dispose: () => Promise.resolve(),
};

function harness(namespace: Partial<Namespace> = {}): Harness {
  return defineHarness({
    name: 'no store',
    claim: {
      durability: 'none',
      clustering: false,
      wakeup: 'local',
      transactions: 'own',
      livenessClock: 'caller',
      timestampPrecisionMs: 1,
      maxNameLength: 200,
      maxDataBytes: 1024 * 1024,
      reacquireCostMs: 1,
    },
    openNamespace: () => Promise.resolve({ ...empty, ...namespace }),
  });
}

async function outcomeOf(
  run: CaseDefinition['run'],
  over: Harness = harness(),
  definition: Partial<CaseDefinition> = {},
): Promise<CaseResult> {
  const [kase] = defineCases([{ id: 'JOB-01', title: 'a case', rules: ['JS-GET-05'], run, ...definition }]);
  if (kase === undefined) throw new Error('one definition makes one case');
  return runCase(over, kase, { deadlineMs: 200 });
}

const check: CaseDefinition['run'] = async (ctx) => ctx.same(1, 1, 'one');

describe('runCase', () => {
  it('passes a case that checked something', async () => {
    expect(await outcomeOf(check)).toMatchObject({ outcome: 'pass', checks: 1 });
  });

  it('fails a case that checked nothing', async () => {
    expect((await outcomeOf(async () => {})).outcome).toBe('fail');
  });

  it('fails a case whose check does not hold, and says what was expected and seen', async () => {
    const result = await outcomeOf(async (ctx) => ctx.same(['seen'], ['expected'], 'the list'));
    expect(result.outcome).toBe('fail');
    const message = result.outcome === 'fail' ? result.error.message.toLowerCase() : '';
    for (const part of ['JOB-01', 'no store', 'JS-GET-05', 'the list', "'expected'", "'seen'"]) {
      expect(message).toContain(part.toLowerCase());
    }
  });

  it('fails a case that throws something else', async () => {
    expect((await outcomeOf(() => Promise.reject(new TypeError('broken')))).outcome).toBe('fail');
  });

  it('calls a race that never happened inconclusive', async () => {
    const result = await outcomeOf(async (ctx) => {
      await check(ctx);
      ctx.inconclusive('nothing overlapped');
    });
    expect(result.outcome).toBe('inconclusive');
  });

  it('calls a case that does not end inconclusive', async () => {
    expect((await outcomeOf(() => new Promise(() => {}))).outcome).toBe('inconclusive');
  });

  it('does not run what does not apply', async () => {
    const never: CaseDefinition['run'] = () => Promise.reject(new Error('it ran'));
    const result = await outcomeOf(never, harness(), { needs: () => 'no reason' });
    expect(result).toMatchObject({ outcome: 'notApplicable', reason: 'no reason' });
  });

  it('fails a case that leaves a timer behind', async () => {
    let left: NodeJS.Timeout | undefined;
    const result = await outcomeOf(async (ctx) => {
      await check(ctx);
      left = setTimeout(() => {}, 60_000);
    });
    clearTimeout(left);
    expect(result.outcome).toBe('fail');
  });

  it('fails a case after which the harness sees something open, and disposes of the namespace all the same', async () => {
    let disposed = 0;
    const leaky = harness({
      openResources: () => Promise.resolve(['a file']),
      dispose: async () => {
        disposed += 1;
      },
    });
    expect((await outcomeOf(check, leaky)).outcome).toBe('fail');
    expect(disposed).toBe(1);
  });

  it('fails a case whose namespace cannot be opened', async () => {
    const broken: Harness = { ...harness(), openNamespace: () => Promise.reject(new Error('no backend')) };
    expect((await outcomeOf(check, broken)).outcome).not.toBe('pass');
  });
});
