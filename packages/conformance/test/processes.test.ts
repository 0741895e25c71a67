import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSchedulerError } from '@ametrine/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import sqlite from '../harnesses/sqlite.mjs';
import { allCases } from '../src/catalogue/all-cases.js';
import { CaseContext } from '../src/context.js';
import { dataOfEveryKind, job, key, once, T0 } from '../src/factories.js';
import type { Harness, Namespace } from '../src/harness.js';
import { NodeGone } from '../src/processes/child-store.js';
import { startNodeProcess } from '../src/processes/start-node-process.js';
import { type CaseResult, runCase } from '../src/run-case.js';

const nodeModule = new URL('./fixtures/broken-node.mjs', import.meta.url);

/** The SQLite harness, whose processes have a fault. */
function faulty(fault: string): Harness {
  const openNamespace = async (): Promise<Namespace> => {
    const folder = await mkdtemp(join(tmpdir(), 'ametrine-broken-'));
    const path = join(folder, 'schedules.db');
    const { SqliteJobStore } = await import('@ametrine/store-jdbc/sqlite');
    return {
      async openNode({ instanceId: _, resolverHook: __, endpoint: ___, ...options }) {
        const store = new SqliteJobStore({ path, ...options });
        return { store, abandon: () => store.shutdown() };
      },
      openProcessNode: (options) => startNodeProcess({ nodeModule, options: { path, fault, ...options } }),
      dispose: () => rm(folder, { recursive: true, force: true }),
    };
  };
  return { ...(sqlite as Harness), name: fault, openNamespace };
}

async function contextOf(fault = 'none'): Promise<CaseContext> {
  const harness = faulty(fault);
  const namespace = await harness.openNamespace();
  const ctx = new CaseContext(namespace, harness.claim, 'twoSteps');
  onTestFinished(async () => {
    await ctx.close();
    await namespace.dispose();
  });
  return ctx;
}

describe('a node in a process of its own', () => {
  it('does in its process what the store is asked, and gives the answers back as they were', async () => {
    const ctx = await contextOf();
    const node = await ctx.openProcess();
    expect(node.process.pid).not.toBe(process.pid);
    const of = job('j', { data: dataOfEveryKind() });
    await node.put(of, once('t', of, { data: dataOfEveryKind() }));
    ctx.same(await node.store.getJob(of.key), of, 'the job');
    const run = await node.run();
    ctx.same(run.job, of, 'the job of the run');
    expect(run.jobClass).toBe(node.resolver.classes.get('Work'));
    expect(await node.complete(run, 'deleteTrigger')).toBe('completed');
  });

  it('gives errors their code, their details and the place where they were thrown', async () => {
    const ctx = await contextOf();
    const node = await ctx.openProcess();
    const of = job('j');
    await node.put(of);
    const error: unknown = await node.store.storeJob(of).catch((thrown: unknown) => thrown);
    expect(isSchedulerError(error, 'ERR_ALREADY_EXISTS')).toBe(true);
    expect((error as Error).stack).toMatch(/packages\/core\/dist/);
    await expect(node.store.storeJob({ ...of, jobClass: '' })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      details: { field: 'job.jobClass' },
    });
  });

  it('tells errors within results and signals', async () => {
    const ctx = await contextOf();
    const node = await ctx.openProcess();
    const of = job('j', { jobClass: 'Unknown' });
    await node.put(of, once('t', of));
    const [result] = await node.start();
    expect(
      result?.kind === 'jobClassNotFound' && isSchedulerError(result.error, 'ERR_JOB_CLASS_NOT_FOUND'),
    ).toBe(true);
    expect(node.signals.inError.map(({ trigger, error }) => [trigger.key, error?.code])).toEqual([
      [key('t'), 'ERR_JOB_CLASS_NOT_FOUND'],
    ]);
  });

  it('has passed on the signals of a call before its answer', async () => {
    const ctx = await contextOf();
    const node = await ctx.openProcess();
    const of = job('j');
    await node.put(of);
    for (let n = 0; n < 20; n += 1) {
      node.signals.clear();
      await node.store.storeTrigger(once(`t${n}`, of, { at: T0 + n }));
      expect(node.signals.changes).toEqual([T0 + n]);
    }
  });

  it('rejects what is under way when it is killed, and whatever is asked later', async () => {
    const ctx = await contextOf();
    const node = await ctx.openProcess();
    node.suspend();
    const asked = node.store.getCounts();
    const [outcome] = await Promise.allSettled([asked, node.kill()]);
    expect(outcome.status === 'rejected' && outcome.reason).toBeInstanceOf(NodeGone);
    await expect(node.store.getCounts()).rejects.toThrow(
      /the process of the node ended \(SIGKILL\): getCounts/,
    );
    expect(await node.process.ended).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('answers what it was asked while it was stopped when it goes on', async () => {
    const ctx = await contextOf();
    const node = await ctx.openProcess();
    node.suspend();
    const asked = node.store.getCounts();
    node.resume();
    expect(await asked).toEqual({ jobs: 0, triggers: 0, calendars: 0 });
    expect(ctx.history.operations.map(({ call }) => call).slice(-3)).toEqual([
      'suspended',
      'getCounts',
      'resumed',
    ]);
  });

  it('says why it could not open', async () => {
    await expect((await contextOf('failsToOpen')).openProcess()).rejects.toThrow('this store never opens');
    await expect((await contextOf('dies')).openProcess()).rejects.toThrow(/ended \(3\): it was started/);
    const missing = startNodeProcess({
      nodeModule: new URL('./fixtures/no-such.mjs', import.meta.url),
      options: {},
    });
    await expect(missing).rejects.toThrow(/no-such\.mjs/);
  });
});

/** Runs a case against processes with a fault. */
async function judge(fault: string, id: string, seed = 1): Promise<CaseResult> {
  const kase = allCases.find((one) => one.id === id);
  if (kase === undefined) throw new Error(`there is no case ${id}`);
  return runCase(faulty(fault), kase, { seed });
}

/** Which case catches which fault, and by which rule. */
const caught = [
  ['acknowledgesEarly', 'TRG-23/killed', 'JS-STO-07', /batch \d+, which was acknowledged/],
  ['storesPiecemeal', 'TRG-23/killed', 'JS-STO-07', /batch \d+, which was under way/],
  [
    'replacesInTwoSteps',
    'TRG-08/killed',
    'JS-STO-08',
    /trigger t is stored|or one that was under way|which is not durable/,
  ],
  ['endsEarly', 'COM-11/killed', 'JS-CMP-01', /runs again though its end was acknowledged/],
  ['sharesClaims', 'CON-03/race-processes', 'JS-ACQ-01', /was held by n\d and n\d at the same time/],
  ['takesStaleEnds', 'CLU-10/suspended', 'JS-CMP-02', /the late completion/],
  ['pausesLater', 'CLU-21/race-processes', 'JS-CLU-05', /acquires|after pauseTriggers was answered/],
  ['noticesTwice', 'MIS-18/race-processes', 'JS-MIS-03', /was noticed twice/],
  ['sharesNames', 'CLU-16', 'JS-CLU-06', /the second is refused/],
  ['leavesSilently', 'CLU-17/race-processes', 'JS-LIF-04', /fires were lost/],
] as const;

describe('the cases with processes', () => {
  it.each(caught)('catch a store that %s by %s', async (fault, id, rule, what) => {
    // Where the moment of a kill decides, one seed may miss it.
    let result = await judge(fault, id);
    for (let seed = 2; result.outcome === 'pass' && seed <= 6; seed += 1)
      result = await judge(fault, id, seed);
    expect(result.outcome).toBe('fail');
    if (result.outcome !== 'fail') return;
    expect(result.failure.what).toMatch(what);
    expect(result.error.message).toContain(rule);
    expect(result.failure.witness.length).toBeLessThanOrEqual(6);
  });

  it('are inconclusive when an event never comes', async () => {
    const results = await Promise.all([
      judge('neverWakes', 'CLU-22/race-processes'),
      judge('holdsProcess', 'LIF-07/process'),
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['inconclusive', 'inconclusive']);
  });

  it('pass with a sound store, in the same harness', async () => {
    for (const id of new Set(caught.map(([, id]) => id)))
      expect((await judge('none', id)).outcome, id).toBe('pass');
  });
});
