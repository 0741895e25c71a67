/**
 * TRG, third part: reading and removing triggers, and clearing.
 *
 * @module
 */
import { ANY_GROUP, type GroupMatcher } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { every, holidays, job, key, MINUTE, once, oneOfEachType, T0 } from '../factories.js';

/** Reading and removing. */
export const triggerReadingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'TRG-14',
    title: 'removing a trigger that does not exist says so',
    rules: ['JS-REM-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { durable: false });
      await node.put(of, once('t', of));
      ctx.same(await node.store.removeTrigger(key('t', 'other')), 'absent', 'the outcome');
      ctx.includes(await node.store.getCounts(), { jobs: 1, triggers: 1 }, 'the counts');
    },
  },
  {
    id: 'TRG-15',
    title: 'removing several triggers removes those that exist and says when one did not',
    rules: ['JS-REM-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('a', of), once('b', of), once('c', of), once('d', of));
      ctx.same(await node.store.removeTriggers([key('a'), key('b')]), 'removed', 'all present');
      ctx.same(await node.store.removeTriggers([key('c'), key('nobody')]), 'absent', 'one absent');
      ctx.same(await node.store.listTriggerKeys(ANY_GROUP), [key('d')], 'the triggers left');
    },
  },
  {
    id: 'TRG-16',
    title: 'the triggers of a job are its own, all of them, and copies',
    rules: ['JS-GET-03'],
    async run(ctx) {
      const node = await ctx.open();
      const counts = [0, 1, 3];
      for (const count of counts) {
        const of = job(`j${count}`);
        const triggers = Array.from({ length: count }, (_, i) =>
          once(`j${count}-${i}`, of, { data: { at: new Date(T0) } }),
        );
        await node.put(of, ...triggers);
      }
      for (const count of counts) {
        const read = await node.store.listTriggersOfJob(key(`j${count}`));
        ctx.same(
          read.map((t) => t.key.name),
          Array.from({ length: count }, (_, i) => `j${count}-${i}`),
          `of j${count}`,
        );
        for (const t of read) (t.data['at'] as Date).setTime(0);
      }
      for (const t of await node.store.listTriggersOfJob(key('j3'))) {
        ctx.same(t.data, { at: new Date(T0) }, 'the data after a reader wrote on its copy');
      }
    },
  },
  {
    id: 'TRG-17',
    title: 'a job that does not exist has no triggers',
    rules: ['JS-GET-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of));
      ctx.same(await node.store.listTriggersOfJob(key('j', 'other')), [], 'its triggers');
    },
  },
  {
    id: 'TRG-18',
    title: 'triggers are found by every kind of matcher, and by their job’s group',
    rules: ['JS-GET-04'],
    async run(ctx) {
      const node = await ctx.open();
      const a = job('a', { group: 'jobs-1' });
      const b = job('b', { group: 'jobs_1' });
      await node.put(a, ...['aaabbbccc', 'aaa', 'AAA'].map((group) => once('t', a, { group })));
      await node.put(b, ...['bbb', 'ccc', 'a_a'].map((group) => once('t', b, { group })));
      const groups = async (matcher: GroupMatcher): Promise<string[]> =>
        (await node.store.listTriggerKeys(matcher)).map(({ group }) => group);
      ctx.same(await groups({ equals: 'aaa' }), ['aaa'], 'equals');
      ctx.same(await groups({ startsWith: 'aaa' }), ['aaa', 'aaabbbccc'], 'startsWith');
      ctx.same(await groups({ endsWith: 'ccc' }), ['aaabbbccc', 'ccc'], 'endsWith');
      ctx.same(await groups({ contains: 'bbb' }), ['aaabbbccc', 'bbb'], 'contains');
      ctx.same(await groups({ contains: '_' }), ['a_a'], 'a wildcard character');
      ctx.same(await groups(ANY_GROUP), ['AAA', 'a_a', 'aaa', 'aaabbbccc', 'bbb', 'ccc'], 'anything');
      const listed = async (query: { group?: GroupMatcher; jobGroup?: GroupMatcher }): Promise<string[]> =>
        (await node.store.listTriggers(query)).map((t) => t.key.group);
      ctx.same(await listed({}), ['AAA', 'a_a', 'aaa', 'aaabbbccc', 'bbb', 'ccc'], 'without a query');
      ctx.same(await listed({ jobGroup: { equals: 'jobs_1' } }), ['a_a', 'bbb', 'ccc'], 'by the job’s group');
      ctx.same(await listed({ group: { contains: 'a' }, jobGroup: { endsWith: '_1' } }), ['a_a'], 'by both');
    },
  },
  {
    id: 'TRG-19',
    title: 'a trigger group is listed once, and only while it has triggers',
    rules: ['JS-GET-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(
        of,
        once('a', of, { group: 'h' }),
        once('b', of, { group: 'h' }),
        once('c', of, { group: 'g' }),
      );
      ctx.same(await node.store.listTriggerGroups(), ['g', 'h'], 'the groups');
      await node.store.removeTrigger(key('a', 'h'));
      ctx.same(await node.store.listTriggerGroups(), ['g', 'h'], 'while h has one left');
      await node.store.removeTrigger(key('b', 'h'));
      ctx.same(await node.store.listTriggerGroups(), ['g'], 'after the last of h went');
    },
  },
  {
    id: 'TRG-20',
    title: 'equal names in two groups, and equal keys of a job and a trigger, do not collide',
    rules: ['JS-GET-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('same', { group: 'g' });
      // Joined with a separator, the last two keys would be one.
      const keys = [key('same', 'g'), key('same', 'h'), key('b.c', 'a'), key('c', 'a.b')];
      await node.put(
        of,
        ...keys.map((k) => ({
          ...once(k.name, of, { group: k.group }),
          description: `${k.group}|${k.name}`,
        })),
      );
      for (const k of keys)
        ctx.same((await node.stored(k)).description, `${k.group}|${k.name}`, `trigger ${k.group}|${k.name}`);
      await node.store.removeTrigger(key('c', 'a.b'));
      await node.store.removeTrigger(key('same', 'g'));
      ctx.same(
        await node.store.listTriggerKeys(ANY_GROUP),
        [key('b.c', 'a'), key('same', 'h')],
        'after two were removed',
      );
      ctx.present(await node.store.getJob(of.key), 'the job of the same key');
    },
  },
  {
    id: 'TRG-25',
    title: 'clearing removes jobs, triggers, calendars and paused groups, and an empty store can be cleared',
    rules: ['JS-REM-06'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      await store.clearAllSchedulingData();
      const of = job('j', { group: 'jg' });
      await node.put(of, ...oneOfEachType(of, { group: 'g' }));
      await store.storeCalendar('cal', holidays('2026-12-25'), { now: ctx.now });
      await store.pauseTriggers({ equals: 'g' });
      await store.pauseJobs({ equals: 'jg' });
      await store.clearAllSchedulingData();
      ctx.includes(await store.getCounts(), { jobs: 0, triggers: 0, calendars: 0 }, 'the counts');
      ctx.same(await store.listPausedTriggerGroups(), [], 'paused trigger groups');
      ctx.same(await store.listPausedJobGroups(), [], 'paused job groups');
      ctx.same(
        [await store.listJobGroups(), await store.listTriggerGroups(), await store.listCalendarNames()],
        [[], [], []],
        'the names',
      );
    },
  },
  {
    id: 'TRG-26',
    title: 'after clearing, nothing is born paused',
    rules: ['JS-REM-06', 'JS-PAU-08'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { group: 'jg' });
      const t = once('t', of, { group: 'g' });
      await node.put(of, t);
      for (const pause of ['groups', 'all'] as const) {
        if (pause === 'all') await node.store.pauseAll();
        else {
          await node.store.pauseTriggers({ equals: 'g' });
          await node.store.pauseJobs({ equals: 'jg' });
        }
        await node.store.clearAllSchedulingData();
        await node.put(of, t);
        ctx.same(await node.state(t), 'normal', `after pausing ${pause} and clearing`);
      }
      ctx.same(await node.acquireNames(), ['t'], 'what can be acquired');
    },
  },
  {
    id: 'TRG-27',
    title: 'a trigger that does not exist has the state none',
    rules: ['JS-STA-01', 'JS-STA-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of));
      ctx.same(await node.state(key('t', 'other')), 'none', 'never stored');
      await node.store.removeTrigger(key('t'));
      ctx.same(await node.state(key('t')), 'none', 'removed');
    },
  },
  {
    id: 'TRG-28',
    title: 'the state follows storing, pausing, resuming, acquiring and releasing',
    rules: ['JS-STA-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE);
      await node.put(of, t);
      ctx.same(await node.state(t), 'normal', 'stored');
      await node.store.pauseTrigger(t.key);
      ctx.same(await node.state(t), 'paused', 'paused');
      await node.store.resumeTrigger(t.key, { now: ctx.now });
      ctx.same(await node.state(t), 'normal', 'resumed');
      const acquired = await node.acquireOne();
      ctx.same(await node.state(t), 'normal', 'acquired');
      await node.release(acquired);
      ctx.same(await node.state(t), 'normal', 'released');
    },
  },
  {
    id: 'TRG-29',
    title: 'a one-shot that is being executed is normal, not complete',
    rules: ['JS-STA-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      for (const nonConcurrent of [false, true]) {
        const of = job(`j-${nonConcurrent}`, { nonConcurrent });
        const t = once(`t-${nonConcurrent}`, of);
        await node.put(of, t);
        const run = await node.run();
        ctx.same(await node.state(t), 'normal', `while it runs, nonConcurrent ${nonConcurrent}`);
        ctx.same((await node.stored(t)).nextFireAt, null, 'its next fire');
        ctx.same(await node.acquireNames(), [], 'what can be acquired');
        await node.complete(run, 'deleteTrigger');
        ctx.same(await node.state(t), 'none', 'when it ended');
      }
    },
  },
]);
