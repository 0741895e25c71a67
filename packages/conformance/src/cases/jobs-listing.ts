/**
 * JOB, second part: finding, listing and counting jobs.
 *
 * @module
 */
import { ANY_GROUP, type GroupMatcher, type JobDetail } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { job, key, once } from '../factories.js';

const ODD_GROUPS = [
  'a%b',
  'a:b',
  'a.b',
  'a$b',
  'a b',
  'a"b',
  "a'b",
  'a*b',
  'a\\b',
  'a/b',
  'a🙂b',
  'AB',
  'ab',
  'aB',
  '{ab}',
];

/** Listing. */
export const jobListingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'JOB-07',
    title: 'a job group is listed once, and only while it has jobs',
    rules: ['JS-GET-02'],
    async run(ctx) {
      const { store } = await ctx.open();
      ctx.same(await store.listJobGroups(), [], 'groups of an empty store');
      for (const [name, group] of [
        ['a', 'h'],
        ['b', 'h'],
        ['c', 'g'],
      ] as const)
        await store.storeJob(job(name, { group }));
      ctx.same(await store.listJobGroups(), ['g', 'h'], 'groups, sorted and without doubles');
      await store.removeJob(key('c', 'g'));
      ctx.same(await store.listJobGroups(), ['h'], 'after the last job of g went');
    },
  },
  {
    id: 'JOB-08',
    title: 'job keys are found by every kind of matcher',
    rules: ['JS-GET-04'],
    async run(ctx) {
      const { store } = await ctx.open();
      for (const group of ['aaabbbccc', 'aaa', 'bbb', 'ccc', 'AAA'])
        await store.storeJob(job('j', { group }));
      const groups = async (matcher: GroupMatcher): Promise<string[]> =>
        (await store.listJobKeys(matcher)).map(({ group }) => group);
      ctx.same(await groups({ equals: 'aaa' }), ['aaa'], 'equals');
      ctx.same(await groups({ startsWith: 'aaa' }), ['aaa', 'aaabbbccc'], 'startsWith');
      ctx.same(await groups({ endsWith: 'ccc' }), ['aaabbbccc', 'ccc'], 'endsWith');
      ctx.same(await groups({ contains: 'bbb' }), ['aaabbbccc', 'bbb'], 'contains');
      ctx.same(await groups(ANY_GROUP), ['AAA', 'aaa', 'aaabbbccc', 'bbb', 'ccc'], 'anything');
    },
  },
  {
    id: 'JOB-09',
    title: 'a matcher that finds nothing gives an empty list',
    rules: ['JS-GET-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      await store.storeJob(job('a', { group: 'g' }));
      const none: GroupMatcher = { equals: 'nobody' };
      ctx.same(await store.listJobKeys(none), [], 'keys');
      ctx.same(await store.listJobs(none), [], 'jobs');
    },
  },
  {
    id: 'JOB-10',
    title: 'wildcard characters in a matcher stand for themselves',
    rules: ['JS-GET-04'],
    async run(ctx) {
      const { store } = await ctx.open();
      for (const group of ['a_b', 'axb', 'a%b', 'aXYb', 'a*b', 'a?b', 'a[x]b'])
        await store.storeJob(job('j', { group }));
      const groups = async (matcher: GroupMatcher): Promise<string[]> =>
        (await store.listJobKeys(matcher)).map(({ group }) => group);
      for (const wild of ['_', '%', '*', '?', '[x]']) {
        ctx.same(await groups({ startsWith: `a${wild}` }), [`a${wild}b`], `startsWith a${wild}`);
        ctx.same(await groups({ endsWith: `${wild}b` }), [`a${wild}b`], `endsWith ${wild}b`);
        ctx.same(await groups({ contains: wild }), [`a${wild}b`], `contains ${wild}`);
      }
    },
  },
  {
    id: 'JOB-11',
    title: 'names and groups are literal, whatever characters they hold and whatever their case',
    rules: ['JS-GET-04'],
    async run(ctx) {
      const { store } = await ctx.open();
      for (const odd of ODD_GROUPS) {
        await store.storeJob(job('same', { group: odd, description: `group ${odd}` }));
        await store.storeJob(job(odd, { group: 'names', description: `name ${odd}` }));
      }
      ctx.same((await store.getCounts()).jobs, 2 * ODD_GROUPS.length, 'the count of jobs');
      for (const odd of ODD_GROUPS) {
        ctx.same(
          (await store.getJob(key('same', odd)))?.description,
          `group ${odd}`,
          `the job in group ${odd}`,
        );
        ctx.same((await store.getJob(key(odd, 'names')))?.description, `name ${odd}`, `the job named ${odd}`);
        ctx.same(await store.listJobKeys({ equals: odd }), [key('same', odd)], `the keys in group ${odd}`);
      }
      ctx.same(await store.listJobGroups(), [...ODD_GROUPS, 'names'].sort(byCodeUnit), 'the groups');
    },
  },
  {
    id: 'JOB-24',
    title: 'a job whose class nobody can find is listed like any other',
    rules: ['JS-GET-06'],
    async run(ctx) {
      const node = await ctx.open();
      const lost = job('lost', { jobClass: 'Vanished' });
      const found = job('found');
      await node.put(lost, once('t', lost));
      await node.put(found);
      ctx.includes(await node.store.getJob(lost.key), lost, 'the job');
      ctx.same(
        (await node.store.listJobs(ANY_GROUP)).map((j) => j.key.name),
        ['found', 'lost'],
        'all jobs',
      );
      ctx.same((await node.store.listTriggersOfJob(lost.key)).length, 1, 'its triggers');
    },
  },
  {
    id: 'JOB-25',
    title: 'job details of all matching groups come in one call',
    rules: ['JS-GET-04'],
    async run(ctx) {
      const { store } = await ctx.open();
      const jobs = [
        job('b', { group: 'g1' }),
        job('a', { group: 'g2', data: { n: 2 } }),
        job('a', { group: 'g1' }),
      ];
      for (const each of [...jobs, job('x', { group: 'other' })]) await store.storeJob(each);
      const listed = await store.listJobs({ startsWith: 'g' });
      ctx.same(
        listed.map((j) => j.key),
        [key('a', 'g1'), key('b', 'g1'), key('a', 'g2')],
        'the keys, in order',
      );
      ctx.includes(listed[2], jobs[1] as JobDetail, 'a whole detail');
    },
  },
  {
    id: 'JOB-26',
    title: 'the count of jobs is exact at every step',
    rules: ['JS-STO-01', 'JS-REM-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      const count = async (): Promise<number> => (await store.getCounts()).jobs;
      ctx.same(await count(), 0, 'empty');
      for (let n = 1; n <= 5; n += 1) {
        await store.storeJob(job(`j${n}`));
        ctx.same(await count(), n, `after storing ${n}`);
      }
      await store.storeJob(job('j1'), { replace: true });
      ctx.same(await count(), 5, 'after replacing one');
      await store.removeJobs([key('j1'), key('j2'), key('nobody')]);
      ctx.same(await count(), 3, 'after removing two');
    },
  },
]);

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}
