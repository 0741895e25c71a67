/**
 * Cases in which several calls, or what several names keep, meet.
 *
 * @module
 */
import { ANY_GROUP, isSchedulerError } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import type { CaseContext } from '../context.js';
import { every, HOUR, job, key, never, once, SECOND, T0 } from '../factories.js';
import { clustered, durable, offers } from '../needs.js';
import type { CaseNode } from '../node.js';

const AT_ONCE = 10;
const LACKED = ['a', 'b', 'c', 'd'];

/** The same call, at the same time; and neighbours. */
export const meetingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'CON-01/jobs',
    title: `of ${AT_ONCE} stores of one job key at once one succeeds`,
    rules: ['JS-STO-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      const given = Array.from({ length: AT_ONCE }, (_, n) => job('j', { description: String(n) }));
      const won = await wins(
        ctx,
        given.map((one) => store.storeJob(one)),
      );
      ctx.same(won.length, 1, 'how many succeed');
      ctx.same((await store.getJob(key('j')))?.description, String(won[0]), 'which one is stored');
    },
  },
  {
    id: 'CON-01/calendars',
    title: `of ${AT_ONCE} stores of one calendar name at once one succeeds`,
    rules: ['JS-CAL-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      const given = Array.from({ length: AT_ONCE }, (_, n) => ({ ...never(), description: String(n) }));
      const won = await wins(
        ctx,
        given.map((one) => store.storeCalendar('c', one, { now: ctx.now })),
      );
      ctx.same(won.length, 1, 'how many succeed');
      ctx.same((await store.getCalendar('c'))?.description, String(won[0]), 'which one is stored');
    },
  },
  {
    id: 'FIR-08/at-once',
    title: `a claim that is fired ${AT_ONCE} times at once fires once`,
    rules: ['JS-FIR-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, every('t', of, HOUR));
      const claim = await node.acquireOne();
      const results = await Promise.all(Array.from({ length: AT_ONCE }, () => node.fire(claim)));
      const fired = results.flat().filter(({ kind }) => kind === 'fired');
      ctx.same(fired.length, 1, 'how many fire');
      ctx.same((await node.stored(key('t'))).timesTriggered, 1, 'how often it fired');
    },
  },
  {
    id: 'COM-11/at-once',
    title: `a run that is completed ${AT_ONCE} times at once is completed once`,
    rules: ['JS-CMP-02'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      await node.put(of, every('t', of, HOUR));
      const run = await node.run();
      const outcomes = await Promise.all(Array.from({ length: AT_ONCE }, () => node.complete(run)));
      ctx.same(outcomes.filter((outcome) => outcome === 'completed').length, 1, 'how many complete it');
    },
  },
  {
    id: 'TRG-02/paused',
    title: 'a trigger that is refused while everything is paused leaves no paused group behind',
    rules: ['JS-STO-03', 'JS-PAU-08'],
    async run(ctx) {
      const { store } = await ctx.open();
      await store.pauseAll();
      await ctx.rejects(
        store.storeTrigger(once('t', job('j'), { group: 'g' })),
        'ERR_JOB_NOT_FOUND',
        'the trigger',
      );
      ctx.same(await store.listPausedTriggerGroups(), [], 'the paused groups');
    },
  },
  {
    id: 'ACQ-24/limit',
    title: 'unreadable triggers, however many, do not hide what is due behind them',
    rules: ['JS-ACQ-09'],
    needs: offers('damage'),
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, ...[...'abcdefg'].map((name) => once(name, of)));
      for (const name of [...'abcdf']) await ctx.namespace.damageTrigger?.('conformance', key(name));
      const names: string[] = [];
      // A batch may be short, but an empty one says that nothing is due.
      for (let batch = await node.acquireNames({ maxCount: 2 }); batch.length > 0; ) {
        names.push(...batch);
        batch = await node.acquireNames({ maxCount: 2 });
      }
      ctx.same(names, ['e', 'g'], 'what is acquired until there is no more');
    },
  },
  {
    id: 'ACQ-23/limit',
    title: 'triggers of a class that this process lacks keep a small batch busy for a moment at most',
    rules: ['JS-ACQ-09', 'JS-FIR-07'],
    async run(ctx) {
      await reachesBehindTheLacked(ctx, await ctx.open());
    },
  },
  {
    id: 'ACQ-23/left',
    title: 'triggers that are left to another node, which has their class, do not use up a batch',
    rules: ['JS-ACQ-09', 'JS-FIR-07'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const node = await ctx.open();
      await ctx.open();
      await reachesBehindTheLacked(ctx, node);
      for (const name of LACKED) ctx.same(await node.state(key(name)), 'normal', `the state of ${name}`);
    },
  },
  {
    id: 'CLU-18/recovery',
    title: 'a start under another name recovers, removes and gives back nothing of this one',
    rules: ['JS-LIF-06'],
    level: 'L2',
    needs: durable,
    async run(ctx) {
      const one = await ctx.open({ schedulerName: 'one', instanceId: 'n' });
      const of = job('j', { requestsRecovery: true });
      await one.put(
        of,
        every('claimed', of, HOUR),
        every('running', of, HOUR, { at: T0 - 1 }),
        once('spent', of, { nextFireAt: null }),
      );
      const run = await one.run();
      const claim = await one.acquireOne();
      const two = await ctx.open({ schedulerName: 'two', instanceId: 'm' });
      ctx.same(two.recoveries, [], 'what the other start recovers');
      await two.checkIn();
      await two.stop();
      ctx.same(await one.state(key('spent')), 'complete', 'the complete trigger');
      ctx.same((await one.fire(claim))[0]?.kind, 'fired', 'the claim');
      ctx.same(await one.complete(run), 'completed', 'the end of the run');
      ctx.same((await one.store.listTriggerKeys(ANY_GROUP)).length, 3, 'how many triggers there are');
    },
  },
  {
    id: 'LIF-06/at-once',
    title: 'a second shutdown beside the first is over when the store is closed',
    rules: ['JS-LIF-04'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j');
      await a.put(of, once('t', of));
      await a.acquire();
      const first = a.store.shutdown();
      await a.store.shutdown();
      ctx.same(await b.acquireNames(), ['t'], 'what another node acquires after the second');
      await first;
    },
  },
]);

/** A node finds what it can run, one at a time, behind triggers of a class that it lacks. */
async function reachesBehindTheLacked(ctx: CaseContext, node: CaseNode): Promise<void> {
  const [lost, found] = [job('lost', { jobClass: 'Vanished' }), job('found')];
  await node.put(lost, ...LACKED.map((name) => every(name, lost, HOUR, { at: T0 - SECOND })));
  await node.put(found, once('z', found));
  const ran: string[] = [];
  // Each trigger may be found out one by one, and none twice.
  for (let round = 0; round <= LACKED.length; round += 1)
    for (const result of await node.start({ maxCount: 1 }))
      if (result.kind === 'fired') ran.push(result.bundle.trigger.key.name);
  ctx.same(ran, ['z'], 'what runs');
}

/** Which of the attempts succeeded; the others must have been refused because the key exists. */
async function wins(ctx: CaseContext, attempts: readonly Promise<void>[]): Promise<readonly number[]> {
  const settled = await Promise.allSettled(attempts);
  const won: number[] = [];
  for (const [n, attempt] of settled.entries()) {
    if (attempt.status === 'fulfilled') won.push(n);
    else
      ctx.holds(
        isSchedulerError(attempt.reason, 'ERR_ALREADY_EXISTS'),
        'a loser is told ERR_ALREADY_EXISTS',
        attempt.reason,
      );
  }
  return won;
}
