/**
 * JOB, third part: removing jobs, and jobs that go with their last trigger.
 *
 * @module
 */
import { ANY_GROUP } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { job, key, once } from '../factories.js';

/** Removing. */
export const jobRemovalCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'JOB-12',
    title: 'removing a job removes its triggers',
    rules: ['JS-REM-01'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      const gone = job('gone');
      const other = job('other');
      await node.put(gone, once('t1', gone), once('t2', gone), once('t3', gone));
      await node.put(other, once('kept', other));
      ctx.same(await store.removeJob(gone.key), 'removed', 'the outcome');
      ctx.same(await store.getJob(gone.key), null, 'the job');
      ctx.same(await store.listTriggerKeys(ANY_GROUP), [key('kept')], 'the triggers left');
      ctx.includes(await store.getCounts(), { jobs: 1, triggers: 1 }, 'the counts');
      ctx.same(await node.acquireNames(), ['kept'], 'what can still be acquired');
    },
  },
  {
    id: 'JOB-13',
    title: 'removing a job that does not exist says so',
    rules: ['JS-REM-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      ctx.same(await store.removeJob(key('nobody')), 'absent', 'the outcome');
    },
  },
  {
    id: 'JOB-14',
    title: 'removing several jobs removes those that exist and says when one did not',
    rules: ['JS-REM-02'],
    async run(ctx) {
      const { store } = await ctx.open();
      await store.storeJob(job('a'));
      ctx.same(await store.removeJobs([key('a'), key('b')]), 'absent', 'the outcome');
      ctx.same(await store.getJob(key('a')), null, 'the one that existed');
    },
  },
  {
    id: 'JOB-15',
    title: 'removing several jobs that all exist removes all',
    rules: ['JS-REM-02'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      for (const name of ['a', 'b', 'c']) await node.put(job(name), once(`t-${name}`, key(name)));
      ctx.same(await store.removeJobs([key('a'), key('b')]), 'removed', 'the outcome');
      ctx.same(await store.listJobKeys(ANY_GROUP), [key('c')], 'the jobs left');
      ctx.same(await store.listTriggerKeys(ANY_GROUP), [key('t-c')], 'the triggers left');
    },
  },
  {
    id: 'JOB-16',
    title: 'a durable job outlives its last trigger',
    rules: ['JS-REM-03'],
    async run(ctx) {
      const node = await ctx.open();
      const kept = job('a', { durable: true });
      await node.put(kept, once('t', kept));
      ctx.same(await node.store.removeTrigger(key('t')), 'removed', 'the outcome');
      ctx.includes(await node.store.getJob(kept.key), kept, 'the job');
      ctx.same(node.signals.deleted, [], 'notices of deleted jobs');
    },
  },
  {
    id: 'JOB-17',
    title: 'a non-durable job goes with its last trigger',
    rules: ['JS-REM-03'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      for (const name of ['a', 'b']) {
        const loose = job(name, { durable: false });
        await store.storeJobAndTrigger(loose, once(`t-${name}`, loose));
      }
      await store.removeTrigger(key('t-a'));
      ctx.same(await store.getJob(key('a')), null, 'after removeTrigger');
      await store.removeTriggers([key('t-b')]);
      ctx.same(await store.getJob(key('b')), null, 'after removeTriggers');
      ctx.same((await store.getCounts()).jobs, 0, 'the count of jobs');
    },
  },
  {
    id: 'JOB-18',
    title: 'the deletion of an orphaned job is notified exactly once',
    rules: ['JS-REM-04'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      const loose = job('a', { durable: false });
      await node.put(loose, once('t1', loose), once('t2', loose));
      await store.removeTrigger(key('t1'));
      ctx.same(node.signals.deleted, [], 'while it still has a trigger');
      await store.removeTrigger(key('t2'));
      ctx.same(node.signals.deleted, [loose.key], 'after its last trigger went');
      await store.removeTrigger(key('t2'));
      ctx.same(node.signals.deleted, [loose.key], 'after a removal of nothing');
    },
  },
  {
    id: 'JOB-19',
    title: 'a non-durable job stays while it has a trigger',
    rules: ['JS-REM-03'],
    async run(ctx) {
      const node = await ctx.open();
      const loose = job('a', { durable: false });
      await node.put(loose, once('t1', loose), once('t2', loose));
      await node.store.removeTrigger(key('t1'));
      ctx.includes(await node.store.getJob(loose.key), loose, 'the job');
      ctx.same(
        (await node.store.listTriggersOfJob(loose.key)).map((t) => t.key),
        [key('t2')],
        'its triggers',
      );
    },
  },
  {
    id: 'JOB-20',
    title: 'a non-durable job goes when its last trigger completes',
    rules: ['JS-REM-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const loose = job('a', { durable: false });
      await node.put(loose, once('t', loose));
      const run = await node.run();
      ctx.present(await node.store.getJob(loose.key), 'the job while it runs');
      ctx.same(await node.complete(run, 'deleteTrigger'), 'completed', 'the outcome');
      ctx.same(await node.store.getJob(loose.key), null, 'the job');
      ctx.same(node.signals.deleted, [loose.key], 'notices of deleted jobs');
      ctx.includes(await node.store.getCounts(), { jobs: 0, triggers: 0 }, 'the counts');
    },
  },
  {
    id: 'JOB-23',
    title: 'a job whose class nobody can find is removed with its triggers',
    rules: ['JS-REM-05'],
    async run(ctx) {
      const node = await ctx.open();
      const lost = job('lost', { jobClass: 'Vanished', durable: false });
      await node.put(lost, once('t1', lost), once('t2', lost));
      ctx.same(await node.store.removeTrigger(key('t1')), 'removed', 'removing one trigger');
      ctx.same(await node.store.removeJob(lost.key), 'removed', 'removing the job');
      ctx.includes(await node.store.getCounts(), { jobs: 0, triggers: 0 }, 'the counts');
    },
  },
]);
