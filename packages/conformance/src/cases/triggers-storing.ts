/**
 * TRG, first part: storing triggers.
 *
 * @module
 */
import { ANY_GROUP, type Trigger } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import {
  cronAt,
  DAY,
  dataOfEveryKind,
  every,
  job,
  key,
  MINUTE,
  once,
  oneOfEachType,
  T0,
} from '../factories.js';

/** Storing. */
export const triggerStoringCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'TRG-01',
    title: 'a trigger of each schedule type is read back equal in every field',
    rules: ['JS-GET-05'],
    async run(ctx) {
      const { store } = await ctx.open();
      const of = job('j', { group: 'jg' });
      await store.storeJob(of);
      await store.storeCalendar(
        'cal',
        { type: 'monthly', excludedDays: [31], timeZone: 'UTC', description: null, base: null },
        { now: ctx.now },
      );
      const bare = oneOfEachType(of, { group: 'bare' });
      const full = oneOfEachType(of, {
        group: 'full',
        description: 'why',
        calendarName: 'cal',
        misfireInstruction: 'ignore',
        priority: -7,
        endAt: T0 + 400 * DAY,
        data: dataOfEveryKind(),
        previousFireAt: T0 - DAY,
        timesTriggered: 3,
      }).map((t): Trigger => ({ ...t, nextFireAt: T0 + DAY }));
      const zoned: Trigger = {
        ...cronAt('zoned', of, '0 0 11 ? * MON-FRI'),
        schedule: {
          type: 'cron',
          expression: '0 0 11 ? * MON-FRI',
          timeZone: 'Europe/Berlin',
          dialect: 'quartz',
        },
      };
      const unix: Trigger = {
        ...cronAt('unix', of, '0 0 10 * * ?'),
        schedule: { type: 'cron', expression: '0 10 * * *', timeZone: 'UTC', dialect: 'unix' },
      };
      for (const t of [...bare, ...full, zoned, unix]) {
        await store.storeTrigger(t);
        ctx.includes(await store.getTrigger(t.key), t, `trigger ${t.key.group}.${t.key.name}`);
      }
    },
  },
  {
    id: 'TRG-02',
    title: 'a trigger of a missing job is refused and not stored',
    rules: ['JS-STO-03'],
    async run(ctx) {
      const { store } = await ctx.open();
      const orphan = once('t', key('nobody'));
      await ctx.rejects(store.storeTrigger(orphan), 'ERR_JOB_NOT_FOUND', 'storing it');
      ctx.same(await store.getTrigger(orphan.key), null, 'the trigger');
      ctx.includes(await store.getCounts(), { jobs: 0, triggers: 0 }, 'the counts');
      ctx.same(await store.listTriggerGroups(), [], 'the groups');
    },
  },
  {
    id: 'TRG-03',
    title: 'a replacement that names a missing job leaves the trigger as it was',
    rules: ['JS-STO-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE);
      await node.put(of, t);
      await ctx.rejects(
        node.store.storeTrigger(once('t', key('nobody')), { replace: true }),
        'ERR_JOB_NOT_FOUND',
        'the call',
      );
      ctx.includes(await node.stored(t), t, 'the trigger');
      ctx.same(await node.acquireNames(), ['t'], 'what is due');
    },
  },
  {
    id: 'TRG-04',
    title: 'storing over a trigger without replace is refused and changes nothing',
    rules: ['JS-STO-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE, { description: 'first' });
      await node.put(of, t);
      await ctx.rejects(node.store.storeTrigger(once('t', of)), 'ERR_ALREADY_EXISTS', 'by default');
      await ctx.rejects(
        node.store.storeTrigger(once('t', of), { replace: false }),
        'ERR_ALREADY_EXISTS',
        'with replace false',
      );
      ctx.includes(await node.stored(t), t, 'the trigger');
    },
  },
  {
    id: 'TRG-05',
    title: 'a replacement of another schedule type leaves nothing of the old one',
    rules: ['JS-STO-05'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of);
      for (const first of oneOfEachType(of)) {
        for (const second of oneOfEachType(of)) {
          await node.store.storeTrigger({ ...first, key: key('t') }, { replace: true });
          await node.store.storeTrigger({ ...second, key: key('t') }, { replace: true });
          const seen = await node.stored(key('t'));
          ctx.same(seen.schedule, second.schedule, `${second.key.name} over ${first.key.name}`);
        }
      }
      const run = await node.run();
      ctx.same(run.trigger.nextFireAt, T0 + DAY, 'the next fire of the last one');
    },
  },
  {
    id: 'TRG-06',
    title: 'replacing the only trigger of a non-durable job keeps the job and the count',
    rules: ['JS-STO-05', 'JS-REM-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { durable: false });
      await node.put(of, once('t', of));
      await node.store.storeTrigger(once('t', of, { description: 'second' }), { replace: true });
      ctx.includes(await node.store.getCounts(), { jobs: 1, triggers: 1 }, 'the counts');
      ctx.same((await node.stored(key('t'))).description, 'second', 'the trigger');
      ctx.same(node.signals.deleted, [], 'notices of deleted jobs');
    },
  },
  {
    id: 'TRG-07',
    title: 'a trigger replaced by one of another job changes its job; the job left behind stays',
    rules: ['JS-STO-05'],
    async run(ctx) {
      const node = await ctx.open();
      const a = job('a', { durable: false });
      const b = job('b');
      await node.put(a, once('t', a));
      await node.put(b);
      await node.store.storeTrigger(once('t', b), { replace: true });
      ctx.same((await node.store.listTriggersOfJob(a.key)).length, 0, 'triggers of the old job');
      ctx.same(
        (await node.store.listTriggersOfJob(b.key)).map((t) => t.key.name),
        ['t'],
        'triggers of the new job',
      );
      ctx.includes(await node.store.getJob(a.key), a, 'the old job');
      ctx.same((await node.run()).job.key, b.key, 'the job that runs');
    },
  },
  {
    id: 'TRG-21',
    title: 'storing a job with a trigger that exists stores neither',
    rules: ['JS-STO-06'],
    async run(ctx) {
      const node = await ctx.open();
      const old = job('old');
      const t = every('t', old, MINUTE);
      await node.put(old, t);
      const fresh = job('fresh');
      await ctx.rejects(
        node.store.storeJobAndTrigger(fresh, once('t', fresh)),
        'ERR_ALREADY_EXISTS',
        'the call',
      );
      ctx.same(await node.store.getJob(fresh.key), null, 'the new job');
      ctx.includes(await node.stored(t), t, 'the trigger');
    },
  },
  {
    id: 'TRG-22',
    title: 'storing a job that exists with a new trigger stores neither',
    rules: ['JS-STO-06'],
    async run(ctx) {
      const node = await ctx.open();
      const old = job('j', { description: 'old' });
      await node.put(old);
      const again = job('j', { description: 'again' });
      await ctx.rejects(
        node.store.storeJobAndTrigger(again, once('t', again)),
        'ERR_ALREADY_EXISTS',
        'the call',
      );
      ctx.includes(await node.store.getJob(old.key), old, 'the job');
      ctx.same(await node.store.getTrigger(key('t')), null, 'the trigger');
    },
  },
  {
    id: 'TRG-23',
    title: 'a bulk store with one duplicate stores nothing, wherever the duplicate stands',
    rules: ['JS-STO-07'],
    async run(ctx) {
      const node = await ctx.open();
      const old = job('old', { description: 'old' });
      await node.put(old, every('taken', old, MINUTE));
      const entries = ['a', 'b', 'c'].map((name) => ({
        job: job(name),
        triggers: [once(`${name}1`, key(name)), once(`${name}2`, key(name))],
      }));
      const withTrigger = [...entries, { job: job('d'), triggers: [once('taken', key('d'))] }];
      const withJob = [...entries, { job: job('old'), triggers: [once('d1', key('old'))] }];
      for (const [what, bulk] of [
        ['a trigger', withTrigger],
        ['a job', withJob],
      ] as const) {
        await ctx.rejects(
          node.store.storeJobsAndTriggers(bulk),
          'ERR_ALREADY_EXISTS',
          `with ${what} that exists`,
        );
        ctx.same(await node.store.listJobKeys(ANY_GROUP), [old.key], `the jobs after ${what}`);
        ctx.same(await node.store.listTriggerKeys(ANY_GROUP), [key('taken')], `the triggers after ${what}`);
      }
      ctx.includes(await node.store.getJob(old.key), old, 'the job that was there');
      await node.store.storeJobsAndTriggers(entries);
      ctx.includes(
        await node.store.getCounts(),
        { jobs: 4, triggers: 7 },
        'the counts after one without duplicates',
      );
    },
  },
  {
    id: 'TRG-23/twice',
    title: 'a bulk store that names a key twice stores nothing, with replace or without',
    rules: ['JS-STO-07'],
    async run(ctx) {
      const { store } = await ctx.open();
      const [a, b] = [job('a'), job('b')];
      const sameTrigger = [
        { job: a, triggers: [once('t', a)] },
        { job: b, triggers: [once('t', b)] },
      ];
      const sameJob = [
        { job: a, triggers: [once('t', a)] },
        { job: a, triggers: [once('u', a)] },
      ];
      for (const replace of [false, true]) {
        for (const bulk of [sameTrigger, sameJob]) {
          await ctx.rejects(
            store.storeJobsAndTriggers(bulk, { replace }),
            'ERR_ALREADY_EXISTS',
            `replace ${replace}`,
          );
        }
      }
      ctx.includes(await store.getCounts(), { jobs: 0, triggers: 0 }, 'the counts');
    },
  },
  {
    id: 'TRG-24',
    title: 'a bulk store with replace overwrites what it names and leaves the rest',
    rules: ['JS-STO-07'],
    async run(ctx) {
      const node = await ctx.open();
      const old = job('j', { description: 'old' });
      await node.put(
        old,
        once('named', old, { description: 'old' }),
        once('unnamed', old, { description: 'old' }),
      );
      const next = job('j', { description: 'new' });
      const named = every('named', next, MINUTE, { description: 'new' });
      await node.store.storeJobsAndTriggers([{ job: next, triggers: [named, once('added', next)] }], {
        replace: true,
      });
      ctx.includes(await node.store.getJob(next.key), next, 'the job');
      ctx.includes(await node.stored(named), named, 'the trigger it names');
      ctx.same((await node.stored(key('unnamed'))).description, 'old', 'the trigger it does not name');
      ctx.includes(await node.store.getCounts(), { jobs: 1, triggers: 3 }, 'the counts');
    },
  },
]);
