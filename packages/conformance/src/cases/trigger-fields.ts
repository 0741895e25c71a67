/**
 * TRG, fourth part: what the fields of a trigger may hold.
 *
 * @module
 */
import { isSchedulerError } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { cronAt, DAY, every, holidays, job, key, once, T0 } from '../factories.js';

/** Fields. */
export const triggerFieldCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'TRG-30',
    title: 'names of the declared length are kept whole; longer ones are refused before anything is written',
    rules: ['JS-STO-09'],
    async run(ctx) {
      const node = await ctx.open();
      const { maxNameLength } = node.store.capabilities;
      ctx.holds(maxNameLength >= 200, 'names of 200 code units are allowed', maxNameLength);
      // Code units of three UTF-8 bytes: a limit in bytes would show.
      const long = '€'.repeat(maxNameLength);
      const of = job(long, { group: long });
      const t = once(long, of, { group: long });
      await node.put(of, t);
      ctx.includes(await node.store.getJob(of.key), of, 'the job');
      ctx.includes(await node.stored(t), t, 'the trigger');
      const tooLong = 'n'.repeat(maxNameLength + 1);
      const { store } = node;
      await ctx.rejects(store.storeJob(job(tooLong)), 'ERR_INVALID_ARGUMENT', 'a longer job name', 'name');
      await ctx.rejects(
        store.storeJob(job('j', { group: tooLong })),
        'ERR_INVALID_ARGUMENT',
        'a longer job group',
        'group',
      );
      await ctx.rejects(
        store.storeTrigger(once(tooLong, of)),
        'ERR_INVALID_ARGUMENT',
        'a longer trigger name',
        'name',
      );
      await ctx.rejects(
        store.storeTrigger(once('t', of, { group: tooLong })),
        'ERR_INVALID_ARGUMENT',
        'a longer trigger group',
        'group',
      );
      await ctx.rejects(
        store.storeCalendar(tooLong, holidays(), { now: ctx.now }),
        'ERR_INVALID_ARGUMENT',
        'a longer calendar name',
      );
      ctx.includes(await store.getCounts(), { jobs: 1, triggers: 1, calendars: 0 }, 'the counts');
    },
  },
  {
    id: 'TRG-31',
    title: 'descriptions are kept whole, or refused when they are too long; never cut',
    rules: ['JS-STO-09', 'JS-GET-05'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      const kept = ['d'.repeat(251), `${'ü€🙂'.repeat(100)}end`, '', null];
      for (const [n, description] of kept.entries()) {
        const of = job(`j${n}`, { description });
        const t = once(`t${n}`, of, { description });
        await node.put(of, t);
        ctx.same((await store.getJob(of.key))?.description, description, `job ${n}`);
        ctx.same((await node.stored(t)).description, description, `trigger ${n}`);
      }
      const description = `${'ü€🙂'.repeat(20_000)}end`;
      const of = job('long', { description });
      try {
        await store.storeJob(of);
      } catch (error) {
        if (!isSchedulerError(error, 'ERR_INVALID_ARGUMENT')) throw error;
        ctx.same(error.details['field'], 'job.description', 'the field that the error names');
      }
      const stored = await store.getJob(of.key);
      ctx.holds(
        stored === null || stored.description === description,
        'it is stored whole or not at all',
        stored?.description?.length,
      );
    },
  },
  {
    id: 'TRG-32',
    title: 'priorities are kept as given and order triggers of the same time',
    rules: ['JS-GET-05', 'JS-ACQ-05'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const priorities = [-5, 0, 5, 100, 2 ** 31 - 1, -(2 ** 31)];
      await node.put(of, ...priorities.map((priority) => once(`p${priority}`, of, { priority })));
      for (const priority of priorities)
        ctx.same((await node.stored(key(`p${priority}`))).priority, priority, `priority ${priority}`);
      const order = [...priorities].sort((a, b) => b - a).map((priority) => `p${priority}`);
      ctx.same(await node.acquireNames(), order, 'the order in which they are acquired');
    },
  },
  {
    id: 'TRG-33',
    title: 'instants are kept to the declared precision, far from now too',
    rules: ['JS-GET-05'],
    needs: ({ claim }) =>
      claim.timestampPrecisionMs === 1 || 'the store keeps instants less precisely than to 1 ms',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const farAway = Date.UTC(2500, 0, 1) + 999;
      const t = every('t', of, 1234, { at: T0 + 1, endAt: farAway, previousFireAt: T0 - 1 });
      const soon = every('soon', of, DAY, { at: T0 + 1 });
      const early = once('early', of, { at: farAway - 1, startAt: Date.UTC(1969, 0, 1) + 1 });
      await node.put(of, t, soon, early, cronAt('cron', of, '0 0 10 * * ?'));
      for (const stored of [t, soon, early]) ctx.includes(await node.stored(stored), stored, stored.key.name);
      ctx.same(await node.acquireNames(), ['cron'], 'due at the instant itself');
      ctx.advance(1);
      ctx.same(await node.acquireNames(), ['soon', 't'], 'due one ms later');
    },
  },
]);
