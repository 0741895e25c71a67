/**
 * JOB, first part: storing jobs, and what is kept of them.
 *
 * @module
 */
import { ANY_GROUP, type JobDetail } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { every, job, key, T0 } from '../factories.js';

/** Storing. */
export const jobCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'JOB-01',
    title: 'a stored job is read back equal in every field',
    rules: ['JS-GET-05'],
    async run(ctx) {
      const { store } = await ctx.open();
      const full = job('full', {
        group: 'g',
        jobClass: 'SendInvoice',
        description: 'says what it does',
        durable: false,
        requestsRecovery: true,
        nonConcurrent: true,
        persistDataAfterExecution: true,
        data: { invoice: 7 },
      });
      const plain = job('plain');
      await store.storeJob(full);
      await store.storeJob(plain);
      ctx.includes(await store.getJob(full.key), full, 'the job with every flag set');
      ctx.includes(await store.getJob(plain.key), plain, 'the job with every flag clear');
    },
  },
  {
    id: 'JOB-02',
    title: 'a job that does not exist reads as null',
    rules: ['JS-GET-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      await store.storeJob(job('a', { group: 'g' }));
      ctx.same(await store.getJob(key('a', 'h')), null, 'same name in another group');
      ctx.same(await store.getJob(key('b', 'g')), null, 'another name in the same group');
    },
  },
  {
    id: 'JOB-03',
    title: 'storing over a job without replace is refused and changes nothing',
    rules: ['JS-STO-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      const first = job('a', { description: 'first' });
      await store.storeJob(first);
      await ctx.rejects(
        store.storeJob(job('a', { description: 'second' })),
        'ERR_ALREADY_EXISTS',
        'by default',
      );
      await ctx.rejects(
        store.storeJob(job('a', { description: 'third' }), { replace: false }),
        'ERR_ALREADY_EXISTS',
        'with replace false',
      );
      ctx.includes(await store.getJob(first.key), first, 'the job after both');
    },
  },
  {
    id: 'JOB-04',
    title: 'replacing a job keeps its triggers, their states and their times',
    rules: ['JS-STO-02'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      const old = job('a');
      const waiting = every('waiting', old, 60_000, { at: T0 + 5000 });
      const paused = every('paused', old, 60_000, { at: T0 + 6000 });
      await node.put(old, waiting, paused);
      await store.pauseTrigger(paused.key);
      const next = job('a', { description: 'new', jobClass: 'Other', data: { v: 2 } });
      await store.storeJob(next, { replace: true });
      ctx.includes(await store.getJob(next.key), next, 'the job');
      ctx.includes(await store.getTrigger(waiting.key), waiting, 'the waiting trigger');
      ctx.includes(await store.getTrigger(paused.key), paused, 'the paused trigger');
      ctx.same(await node.state(paused), 'paused', 'its state');
      ctx.same((await store.getCounts()).jobs, 1, 'the count of jobs');
    },
  },
  {
    id: 'JOB-05',
    title: 'changing the caller’s job after storing it does not change what is stored',
    rules: ['JS-GET-03'],
    async run(ctx) {
      const { store } = await ctx.open();
      const mine = {
        ...job('a'),
        key: { ...key('a') },
        data: { list: [1], nested: { n: 1 }, at: new Date(T0), bytes: new Uint8Array([1]) },
      };
      await store.storeJob(mine);
      mine.description = 'changed';
      mine.key.name = 'b';
      mine.data.list.push(2);
      mine.data.nested.n = 2;
      mine.data.at.setTime(0);
      mine.data.bytes[0] = 9;
      const expected = { list: [1], nested: { n: 1 }, at: new Date(T0), bytes: new Uint8Array([1]) };
      ctx.includes(await store.getJob(key('a')), { ...job('a'), data: expected }, 'the stored job');
    },
  },
  {
    id: 'JOB-06',
    title: 'changing a job that was read does not change what is stored',
    rules: ['JS-GET-03'],
    async run(ctx) {
      const { store } = await ctx.open();
      const data = { nested: { n: 1 }, at: new Date(T0), bytes: new Uint8Array([1]) };
      await store.storeJob(job('a', { data }));
      const read = ctx.present(await store.getJob(key('a')), 'the job');
      scribble(read);
      scribble(ctx.present((await store.listJobs(ANY_GROUP))[0], 'the listed job'));
      const expected = { nested: { n: 1 }, at: new Date(T0), bytes: new Uint8Array([1]) };
      ctx.same((await store.getJob(key('a')))?.data, expected, 'the data after a reader wrote on its copy');
    },
  },
]);

/** Writes on a value that was read; a frozen one refuses, which is just as well. */
function scribble(read: JobDetail): void {
  const data = read.data as { nested: { n: number }; at: Date; bytes: Uint8Array };
  try {
    data.nested.n = 2;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  data.at.setTime(0);
  data.bytes[0] = 9;
}
