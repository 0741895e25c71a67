import { type ConformanceCase, defineCases } from '../case.js';
import { every, job, SECOND } from '../factories.js';

/** Data. */
export const completionDataCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'COM-15',
    title: 'data that a run changed is there for the next run, when the job persists it',
    rules: ['JS-CMP-07'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { persistDataAfterExecution: true, data: { n: 0 } });
      await node.put(of, every('t', of, SECOND));
      for (let n = 0; n < 3; n += 1) {
        const run = await node.run();
        ctx.same(run.job.data, { n }, `the data of run ${n}`);
        await node.complete(run, 'none', { n: n + 1 });
        ctx.advance(SECOND);
      }
      ctx.includes(await node.store.getJob(of.key), { ...of, data: { n: 3 } }, 'the stored job');
    },
  },
  {
    id: 'COM-16',
    title: 'data that a run changed is dropped when the job does not persist it',
    rules: ['JS-CMP-07'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { data: { n: 0 } });
      await node.put(of, every('t', of, SECOND));
      await node.complete(await node.run(), 'none', { n: 1 });
      ctx.advance(SECOND);
      ctx.same((await node.run()).job.data, { n: 0 }, 'the data of the next run');
    },
  },
  {
    id: 'COM-17',
    title: 'a job replaced during its run keeps its new fields, and its data unless the run changed them',
    rules: ['JS-CMP-07'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { persistDataAfterExecution: true, data: { from: 'old' } });
      await node.put(of, every('t', of, SECOND));
      const first = await node.run();
      const second = job('j', {
        persistDataAfterExecution: true,
        description: 'second',
        data: { from: 'second' },
      });
      await node.store.storeJob(second, { replace: true });
      await node.complete(first);
      ctx.includes(await node.store.getJob(of.key), second, 'the job after a run that changed nothing');
      ctx.advance(SECOND);
      const run = await node.run();
      const third = job('j', {
        persistDataAfterExecution: true,
        description: 'third',
        jobClass: 'Other',
        data: { from: 'third' },
      });
      await node.store.storeJob(third, { replace: true });
      await node.complete(run, 'none', { from: 'run' });
      ctx.includes(
        await node.store.getJob(of.key),
        { ...third, data: { from: 'run' } },
        'the job after a run that changed its data',
      );
    },
  },
]);
