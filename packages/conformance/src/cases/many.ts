/**
 * Cases with more than fits into one portion, of whatever a store or its database does in portions.
 *
 * @module
 */
import { ANY_GROUP, type JobDetail } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { DAY, every, HOUR, holidays, job, once, T0 } from '../factories.js';
import { clustered, durable } from '../needs.js';
import type { CaseNode } from '../node.js';

/** How many triggers there are. */
const MANY = 250;
const NAMES: readonly string[] = Array.from({ length: MANY }, (_, n) => `t${String(n).padStart(3, '0')}`);

/** Many of something. */
export const manyCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'ACQ-01/many',
    title: `${MANY} triggers are stored, claimed in order, fired and completed in one batch each`,
    rules: ['JS-STO-07', 'JS-ACQ-03', 'JS-ACQ-05', 'JS-FIR-01', 'JS-CMP-01'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const entries = NAMES.map((name) => ({ job: job(name), triggers: [once(name, job(name))] }));
      await node.store.storeJobsAndTriggers(entries);
      const { jobs, triggers } = await node.store.getCounts();
      ctx.same([jobs, triggers], [MANY, MANY], 'how many jobs and triggers are stored');
      const runs = await node.runAll();
      ctx.same(
        runs.map(({ trigger }) => trigger.key.name),
        NAMES,
        'what runs, in order',
      );
      const ends = runs.map(({ fireInstanceId, trigger, job: { key: jobKey } }) => ({
        ...{ fireInstanceId, trigger, jobKey },
        ...({ instruction: 'none', changedData: null } as const),
      }));
      const end = async (): Promise<readonly string[]> => [
        ...new Set(await node.store.triggeredJobsComplete(ends, { now: ctx.now })),
      ];
      ctx.same(await end(), ['completed'], 'the outcomes');
      ctx.same(await end(), ['stale'], 'the outcomes, asked for again');
    },
  },
  {
    id: 'ACQ-28/many',
    title: `${MANY} claims are given back in one step`,
    rules: ['JS-REL-01'],
    async run(ctx) {
      const node = await ctx.open();
      await store(node, job('j'));
      await node.release(...(await node.acquire()));
      ctx.same(await node.acquireNames(), NAMES, 'what is acquired again');
    },
  },
  {
    id: 'PAU-09/many',
    title: `a group of ${MANY} triggers is paused whole, and resumed whole`,
    rules: ['JS-PAU-03', 'JS-PAU-07'],
    async run(ctx) {
      const node = await ctx.open();
      await store(node, job('j'), 'g');
      await node.store.pauseTriggers({ equals: 'g' });
      ctx.same(await node.acquireNames(), [], 'what is acquired while it is paused');
      await node.store.resumeTriggers({ equals: 'g' }, { now: ctx.now });
      ctx.same(await node.acquireNames(), NAMES, 'what is acquired once it is resumed');
    },
  },
  {
    id: 'PAU-27/many',
    title: `${MANY} triggers are paused by pauseAll, and resumed by resumeAll`,
    rules: ['JS-PAU-08', 'JS-PAU-09'],
    async run(ctx) {
      const node = await ctx.open();
      await store(node, job('j'));
      await node.store.pauseAll();
      ctx.same(await node.acquireNames(), [], 'what is acquired while everything is paused');
      await node.store.resumeAll({ now: ctx.now });
      ctx.same(await node.acquireNames(), NAMES, 'what is acquired afterwards');
    },
  },
  {
    id: 'CAL-09/many',
    title: `a calendar stored with updateTriggers moves all of its ${MANY} triggers`,
    rules: ['JS-CAL-03'],
    async run(ctx) {
      const node = await ctx.open();
      await node.store.storeCalendar('c', holidays('2020-01-01'), { now: ctx.now });
      const of = job('j');
      const triggers = NAMES.map((name) => every(name, of, DAY, { at: T0 + HOUR, calendarName: 'c' }));
      await node.store.storeJobsAndTriggers([{ job: of, triggers }]);
      const options = { now: ctx.now, replace: true, updateTriggers: true };
      await node.store.storeCalendar('c', holidays('2026-03-02'), options);
      const moved = await node.store.listTriggersOfJob(of.key);
      ctx.same(moved.length, MANY, 'how many triggers there are');
      ctx.same(
        moved.filter(({ nextFireAt }) => nextFireAt !== T0 + HOUR + DAY).map(({ key: { name } }) => name),
        [],
        'those that were not moved by a day',
      );
    },
  },
  {
    id: 'JOB-12/many',
    title: `a job is removed with its ${MANY} triggers`,
    rules: ['JS-REM-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await store(node, of);
      ctx.same(await node.store.removeJob(of.key), 'removed', 'the answer');
      ctx.same(await node.store.listTriggerKeys(ANY_GROUP), [], 'the triggers that are left');
    },
  },
  {
    id: 'TRG-25/many',
    title: `clearing removes ${MANY} triggers`,
    rules: ['JS-REM-06'],
    async run(ctx) {
      const node = await ctx.open();
      await store(node, job('j'));
      await node.acquire({ maxCount: MANY / 2 });
      await node.store.clearAllSchedulingData();
      ctx.same(await node.store.listTriggerKeys(ANY_GROUP), [], 'the triggers that are left');
      ctx.same(await node.store.listJobKeys(ANY_GROUP), [], 'the jobs that are left');
    },
  },
  {
    id: 'CLU-17/many',
    title: `${MANY} claims of a node that is shut down are free at once`,
    rules: ['JS-LIF-04'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      await store(a, job('j'));
      await a.acquire();
      await a.stop();
      ctx.same(await b.acquireNames(), NAMES, 'what another node acquires');
    },
  },
  {
    id: 'REC-01/many',
    title: `${MANY} triggers acquired by a life that ended fire in the next`,
    rules: ['JS-REC-02'],
    level: 'L2',
    needs: durable,
    async run(ctx) {
      const lost = await ctx.open({ instanceId: 'n' });
      await store(lost, job('j'));
      await lost.acquire();
      await lost.abandon();
      const next = await ctx.open({ instanceId: 'n' });
      ctx.same(next.recoveries[0]?.released, MANY, 'how many are given back');
      ctx.same(await next.acquireNames(), NAMES, 'what is acquired');
    },
  },
]);

/** Stores the job with its many triggers, all due now. */
async function store(node: CaseNode, of: JobDetail, group?: string): Promise<void> {
  const inGroup = group === undefined ? {} : { group };
  const triggers = NAMES.map((name) => once(name, of, inGroup));
  await node.store.storeJobsAndTriggers([{ job: of, triggers }]);
}
