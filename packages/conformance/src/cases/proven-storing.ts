/**
 * Cases that broken stores called for: what replacing keeps, and what it does not.
 *
 * @module
 */
import { ANY_GROUP } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import type { CaseContext } from '../context.js';
import { cronAt, DAY, every, HOUR, job, key, once, SECOND, T0, trigger, weekly } from '../factories.js';

/** Storing. */
export const provenStoringCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'JOB-04/whole',
    title: 'a job that replaces another is stored as it is: nothing of the old one is left',
    rules: ['JS-STO-02'],
    async run(ctx) {
      const { store } = await ctx.open();
      const old = job('j', {
        jobClass: 'Old',
        description: 'old',
        requestsRecovery: true,
        nonConcurrent: true,
        persistDataAfterExecution: true,
        data: { old: 1, both: { old: true } },
      });
      await store.storeJob(old);
      const bare = job('j', { durable: false, data: { both: {} } });
      await store.storeJob(bare, { replace: true });
      ctx.includes(await store.getJob(bare.key), bare, 'the job, which is bare now');
      await store.storeJob(old, { replace: true });
      ctx.includes(await store.getJob(old.key), old, 'the job, which is as it was');
      await store.storeJobsAndTriggers([{ job: bare, triggers: [] }], { replace: true });
      ctx.includes(await store.getJob(bare.key), bare, 'the job, replaced by a bulk');
    },
  },
  {
    id: 'JOB-04/states',
    title: 'replacing a job leaves its triggers in the states they are in, claims included',
    rules: ['JS-STO-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('failed', of), once('done', of, { priority: 4 }));
      await node.complete(await node.run(), 'setTriggerError');
      await node.complete(await node.run(), 'setTriggerComplete');
      await node.store.storeTrigger(every('paused', of, HOUR));
      await node.store.pauseTrigger(key('paused'));
      await node.store.storeTrigger(every('held', of, HOUR));
      const held = await node.acquireOne();
      await node.store.storeJob(job('j', { description: 'new' }), { replace: true });
      ctx.same(
        [
          await node.state(key('failed')),
          await node.state(key('done')),
          await node.state(key('paused')),
          await node.state(key('held')),
        ],
        ['error', 'complete', 'paused', 'normal'],
        'the states',
      );
      ctx.same(await node.acquireNames(), [], 'what can be acquired');
      ctx.same((await node.fireOne(held)).job.description, 'new', 'the job of the claim that fires');
    },
  },
  {
    id: 'TRG-12/alike',
    title: 'a trigger is held by a paused group of its very name, not by one of like name',
    rules: ['JS-STO-04'],
    async run(ctx) {
      const node = await ctx.open();
      await node.store.pauseTriggers({ equals: 'g' });
      await node.store.pauseJobs({ equals: 'jobs' });
      const [of, held] = [job('j', { group: 'jobs2' }), job('j', { group: 'jobs' })];
      await node.put(of, once('t', of, { group: 'gg' }), once('t', of, { group: 'G' }), once('t', of));
      await node.put(held, once('t', held, { group: 'held' }));
      const states = async (): Promise<readonly string[]> =>
        Promise.all(['gg', 'G', 'DEFAULT', 'held'].map((group) => node.state(key('t', group))));
      ctx.same(await states(), ['normal', 'normal', 'normal', 'paused'], 'the states');
      await node.store.storeTrigger(once('t', of, { group: 'gg' }), { replace: true });
      ctx.same(
        await states(),
        ['normal', 'normal', 'normal', 'paused'],
        'the states, with a second in the group',
      );
    },
  },
  {
    id: 'TRG-11/whole',
    title: 'a trigger that replaces another is stored as it is, and waits: nothing of the old one is left',
    rules: ['JS-STO-05'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', weekly('SUN'), { now: ctx.now });
      const old = cronAt('t', of, '0 0 10 * * ?', {
        description: 'old',
        calendarName: 'c',
        misfireInstruction: 'ignore',
        priority: 9,
        endAt: T0 + 100 * DAY,
        data: { old: 1 },
        timesTriggered: 7,
        previousFireAt: T0 - DAY,
      });
      const bare = once('t', of, { at: T0 + HOUR, previousFireAt: T0 - HOUR });
      await node.put(of, old);
      const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
        ['storeTrigger', () => node.store.storeTrigger(bare, { replace: true })],
        ['replaceTrigger', () => node.store.replaceTrigger(old.key, bare)],
        [
          'storeJobsAndTriggers',
          () => node.store.storeJobsAndTriggers([{ job: of, triggers: [bare] }], { replace: true }),
        ],
      ];
      for (const [name, replace] of ways) {
        await node.store.storeTrigger(old, { replace: true });
        await node.store.pauseTrigger(old.key);
        await replace();
        ctx.includes(await node.stored(bare), bare, `the trigger, by ${name}`);
        ctx.same(await node.state(bare), 'normal', `its state, by ${name}: the pause was the old one’s`);
      }
    },
  },
  {
    id: 'TRG-10/taken',
    title: 'a replacement under a key that another trigger has is refused, and changes neither',
    rules: ['JS-STO-08', 'JS-STO-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const [t, u] = [every('t', of, HOUR), every('u', of, 2 * HOUR)];
      await node.put(of, t, u);
      await ctx.rejects(
        node.store.replaceTrigger(t.key, every('u', of, 3 * HOUR)),
        'ERR_ALREADY_EXISTS',
        'the replacement',
      );
      ctx.includes(await node.stored(t), t, 'the trigger that was to be replaced');
      ctx.includes(await node.stored(u), u, 'the trigger that has the key');
    },
  },
  {
    id: 'COM-10/replaced',
    title: 'a trigger that is replaced leaves its run: it ends as it would have, and blocks until then',
    rules: ['JS-EXE-02'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      await node.put(of, every('t', of, HOUR));
      const ways: readonly (readonly [string, (at: number) => Promise<unknown>])[] = [
        ['storeTrigger', (at) => node.store.storeTrigger(every('t', of, HOUR, { at }), { replace: true })],
        ['replaceTrigger', (at) => node.store.replaceTrigger(key('t'), every('t', of, HOUR, { at }))],
        ['storeJob', () => node.store.storeJob(of, { replace: true })],
      ];
      for (const [name, replace] of ways) {
        const run = await node.run();
        await replace(ctx.now + HOUR);
        ctx.same(await node.state(key('t')), 'blocked', `the state after ${name}`);
        ctx.same(await node.complete(run), 'completed', `the end of the run after ${name}`);
        ctx.same(await node.state(key('t')), 'normal', `the state after the end, after ${name}`);
        ctx.advance(HOUR);
      }
    },
  },
  {
    id: 'TRG-25/executions',
    title: 'clearing forgets the runs under way: they are stale, and block nothing',
    rules: ['JS-REM-06'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true, requestsRecovery: true });
      await node.put(of, every('t', of, SECOND));
      const run = await node.run();
      await node.store.clearAllSchedulingData();
      await node.put(of, every('t', of, SECOND));
      ctx.same(await node.complete(run, 'deleteTrigger'), 'stale', 'the end of the run');
      ctx.same(await node.runNames(), ['t'], 'what runs');
    },
  },
  {
    id: 'TRG-25/jobs',
    title: 'clearing removes durable jobs too',
    rules: ['JS-REM-06'],
    async run(ctx) {
      const { store } = await ctx.open();
      await store.storeJob(job('j'));
      await store.clearAllSchedulingData();
      ctx.same(await store.listJobKeys(ANY_GROUP), [], 'the jobs');
    },
  },
  {
    id: 'TRG-33/flags',
    title: 'every flag of a schedule comes back, in either position, and what a trigger recovers',
    rules: ['JS-GET-05'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of);
      for (const [n, [preserveHourOfDay, skipDayIfHourDoesNotExist]] of FLAGS.entries()) {
        const schedule = {
          type: 'calendarInterval',
          interval: 1,
          unit: 'day',
          timeZone: 'Europe/Berlin',
          preserveHourOfDay,
          skipDayIfHourDoesNotExist,
        } as const;
        await comesBack(ctx, node, trigger(`t${n}`, of, schedule));
      }
      const recovers = { triggerKey: key('lost', 'g'), firedAt: T0 + 1, scheduledFireAt: T0 };
      await comesBack(ctx, node, once('recovers', of, { recovers }));
    },
  },
]);

const FLAGS = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

type Node = Awaited<ReturnType<CaseContext['open']>>;
type Stored = ReturnType<typeof trigger>;

async function comesBack(ctx: CaseContext, node: Node, stored: Stored): Promise<void> {
  await node.store.storeTrigger(stored);
  ctx.includes(await node.stored(stored), stored, `trigger ${stored.key.name}`);
}
