/**
 * Cases that broken stores called for: reading and removing.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, key, once, T0 } from '../factories.js';

/** Pairs of texts that are two names, however alike they look. */
const PAIRS = [
  ['upper case', 'Name', 'name'],
  ['a blank behind it', 'name', 'name '],
  ['a blank before it', 'name', ' name'],
  ['an accent', 'name', 'namé'],
  ['another spelling of one letter', 'nam\u00e9', 'name\u0301'],
  ['a wide letter', 'name', 'ｎame'],
  ['the Turkish i', 'ı', 'i'],
  ['ß and ss', 'straße', 'strasse'],
  ['a letter of another alphabet', 'name', 'n\u0430me'],
  ['a number with zeros', '1', '01'],
] as const;

/** Separators that stores put between group and name. */
const SEPARATORS = ['.', ':', '/', '|', '_', '-', ',', ' ', '::', '}:{'] as const;

/** Reading and removing. */
export const provenReadingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'JOB-25/alike',
    title: 'names that look alike are different names, of jobs, triggers, groups and calendars',
    rules: ['JS-GET-04'],
    async run(ctx) {
      const node = await ctx.open();
      for (const [what, one, other] of PAIRS) {
        await node.store.clearAllSchedulingData();
        const [first, second] = [
          job(one, { description: '1', group: one }),
          job(other, { description: '2', group: one }),
        ];
        const elsewhere = job(one, { description: '3', group: other });
        await node.put(first, once(one, first, { group: one }));
        await node.put(second, once(other, second, { group: one }));
        await node.put(elsewhere, once(one, elsewhere, { group: other }));
        const [jobs, triggers] = [[first, second, elsewhere], [first, second, elsewhere].map((of) => of.key)];
        for (const of of jobs)
          ctx.same((await node.store.getJob(of.key))?.description, of.description, `${what}: the job`);
        for (const [n, of] of triggers.entries())
          ctx.same((await node.stored(of)).jobKey, jobs[n]?.key, `${what}: the job of the trigger`);
        ctx.same((await node.store.listJobKeys({ equals: one })).length, 2, `${what}: jobs of the group`);
        await node.store.removeTrigger(key(one, one));
        ctx.same(await node.state(key(other, one)), 'normal', `${what}: what is left of two triggers`);
        ctx.same(await node.state(key(one, other)), 'normal', `${what}: what is left of two groups`);
      }
    },
  },
  {
    id: 'JOB-25/between',
    title: 'group and name are two texts, whatever stands between them where they are stored',
    rules: ['JS-GET-04'],
    async run(ctx) {
      const node = await ctx.open();
      for (const between of SEPARATORS) {
        await node.store.clearAllSchedulingData();
        const [one, other] = [job(`b${between}c`, { group: 'a' }), job('c', { group: `a${between}b` })];
        await node.put(one, once(one.key.name, one, { group: one.key.group }));
        await node.put(other, once(other.key.name, other, { group: other.key.group }));
        ctx.includes(await node.store.getCounts(), { jobs: 2, triggers: 2 }, `the counts, with '${between}'`);
        ctx.same(
          [(await node.stored(one.key)).jobKey, (await node.stored(other.key)).jobKey],
          [one.key, other.key],
          `the jobs of the triggers, with '${between}'`,
        );
        await node.store.pauseTriggers({ equals: 'a' });
        ctx.same(await node.state(other.key), 'normal', `the other after a pause, with '${between}'`);
      }
    },
  },
  {
    id: 'JOB-10/every-list',
    title: 'every list chooses by its matcher to the letter, at the beginning, the end and inside',
    rules: ['JS-GET-04'],
    async run(ctx) {
      const { store } = await ctx.open();
      const groups = ['ab', 'abc', 'xab', 'xabc', 'AB', 'a', 'b'];
      for (const group of groups) {
        const of = job('j', { group });
        await store.storeJobAndTrigger(of, once('t', of, { group }));
      }
      const matchers = [
        [{ equals: 'ab' }, (g: string) => g === 'ab'],
        [{ startsWith: 'ab' }, (g: string) => g.startsWith('ab')],
        [{ endsWith: 'ab' }, (g: string) => g.endsWith('ab')],
        [{ contains: 'ab' }, (g: string) => g.includes('ab')],
      ] as const;
      for (const [matcher, matches] of matchers) {
        const expected = groups.filter(matches).sort();
        const found = {
          listJobs: (await store.listJobs(matcher)).map((of) => of.key.group),
          listJobKeys: (await store.listJobKeys(matcher)).map(({ group }) => group),
          listTriggerKeys: (await store.listTriggerKeys(matcher)).map(({ group }) => group),
          listTriggers: (await store.listTriggers({ group: matcher })).map((t) => t.key.group),
          'listTriggers by job group': (await store.listTriggers({ jobGroup: matcher })).map(
            (t) => t.jobKey.group,
          ),
        };
        for (const [call, seen] of Object.entries(found))
          ctx.same([...seen].sort(), expected, `the groups that ${call} finds by ${JSON.stringify(matcher)}`);
        ctx.same(
          await store.pauseTriggers(matcher),
          expected,
          `the groups that pauseTriggers pauses by ${JSON.stringify(matcher)}`,
        );
        ctx.same(
          await store.resumeTriggers(matcher, { now: ctx.now }),
          expected,
          `the groups that resumeTriggers resumes by ${JSON.stringify(matcher)}`,
        );
      }
    },
  },
  {
    id: 'TRG-17/null',
    title: 'what is absent is null, and nothing else',
    rules: ['JS-GET-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      ctx.holds((await store.getTrigger(key('t'))) === null, 'an absent trigger is null');
      ctx.holds((await store.getJob(key('j'))) === null, 'an absent job is null');
      ctx.holds((await store.getCalendar('c')) === null, 'an absent calendar is null');
    },
  },
  {
    id: 'TRG-19/members',
    title: 'a group is listed while it has members, in whatever state, and not because it is paused',
    rules: ['JS-GET-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { group: 'jobs' });
      await node.put(
        of,
        once('t', of, { group: 'paused' }),
        once('t', of, { group: 'spent', nextFireAt: null }),
      );
      await node.store.pauseTriggers({ equals: 'paused' });
      await node.store.pauseTriggers({ equals: 'nobody' });
      await node.store.pauseJobs({ equals: 'nobody' });
      ctx.same(await node.store.listTriggerGroups(), ['paused', 'spent'], 'the groups of triggers');
      ctx.same(await node.store.listJobGroups(), ['jobs'], 'the groups of jobs');
      await node.store.removeTriggers([key('t', 'paused'), key('t', 'spent')]);
      ctx.same(await node.store.listTriggerGroups(), [], 'the groups of triggers, without triggers');
    },
  },
  {
    id: 'TRG-16/nested',
    title: 'what lies within the data of a trigger or a job is the store’s own',
    rules: ['JS-GET-03'],
    async run(ctx) {
      const node = await ctx.open();
      const data = (): { nested: { list: number[] } } => ({ nested: { list: [1] } });
      const [given, kept] = [data(), data()];
      const of = job('j', { data: given });
      await node.put(of, every('t', of, HOUR, { data: given }));
      given.nested.list.push(2);
      ctx.same((await node.stored(key('t'))).data, kept, 'the data of the trigger');
      ctx.same((await node.store.getJob(of.key))?.data, kept, 'the data of the job');
      const run = await node.run();
      ctx.same([run.job.data, run.trigger.data], [kept, kept], 'the data of the run');
    },
  },
  {
    id: 'TRG-18/whole',
    title: 'lists give whole jobs and triggers, in the order of their keys',
    rules: ['JS-GET-05'],
    async run(ctx) {
      const { store } = await ctx.open();
      const jobs = ['b', 'a', 'c'].map((name) => job(name, { data: { name }, description: name }));
      for (const of of jobs)
        await store.storeJobAndTrigger(of, every(of.key.name, of, HOUR, { data: of.data, description: 'x' }));
      const sorted = [...jobs].sort((a, b) => (a.key.name < b.key.name ? -1 : 1));
      const whole = (seen: readonly object[], expected: readonly object[], what: string): void => {
        ctx.same(seen.length, expected.length, `how many are ${what}`);
        for (const [n, one] of expected.entries()) ctx.includes(seen[n], one, `${what}, number ${n}`);
      };
      whole(await store.listJobs({ anything: true }), sorted, 'the jobs');
      const triggers = sorted.map((of) => every(of.key.name, of, HOUR, { data: of.data, description: 'x' }));
      whole(await store.listTriggers({}), triggers, 'the triggers');
      whole(await store.listUpcomingTriggers(10), triggers, 'the upcoming triggers');
      whole(await store.listTriggersOfJob(key('a')), triggers.slice(0, 1), 'the triggers of one job');
    },
  },
  {
    id: 'JOB-12/namesakes',
    title: 'a removed job takes its triggers in whatever state, and none of a namesake’s',
    rules: ['JS-REM-01'],
    async run(ctx) {
      const node = await ctx.open();
      const [of, namesake] = [job('j'), job('j', { group: 'other' })];
      await node.put(of, once('failed', of));
      await node.complete(await node.run(), 'setTriggerError');
      await node.store.storeTrigger(once('paused', of));
      await node.store.pauseTrigger(key('paused'));
      await node.store.storeTrigger(once('spent', of, { nextFireAt: null }));
      await node.store.storeTrigger(once('held', of));
      await node.acquireOne();
      await node.put(namesake, once('theirs', namesake));
      ctx.same(await node.store.removeJob(of.key), 'removed', 'the outcome');
      ctx.same(await node.store.listTriggerKeys({ anything: true }), [key('theirs')], 'the triggers left');
      ctx.same(await node.store.listJobKeys({ anything: true }), [namesake.key], 'the jobs left');
    },
  },
  {
    id: 'TRG-15/many',
    title: 'of many keys all are removed, and one that was absent shows, wherever it stands',
    rules: ['JS-REM-02'],
    async run(ctx) {
      const { store } = await ctx.open();
      const of = job('j');
      const names = Array.from({ length: 60 }, (_, n) => `t${n}`);
      const refill = async (): Promise<void> => {
        await store.storeJobsAndTriggers(
          [
            { job: of, triggers: names.map((name) => once(name, of)) },
            ...names.map((name) => ({ job: job(name), triggers: [] })),
          ],
          { replace: true },
        );
      };
      await refill();
      const keys = names.map((name) => key(name));
      ctx.same(await store.removeTriggers(keys), 'removed', 'all triggers');
      ctx.same(await store.removeJobs(keys), 'removed', 'all jobs');
      ctx.includes(await store.getCounts(), { jobs: 1, triggers: 0 }, 'what is left');
      for (const place of [0, 30, 60]) {
        await refill();
        const some = [...keys.slice(0, place), key('absent'), ...keys.slice(place)];
        ctx.same(await store.removeTriggers(some), 'absent', `triggers, the absent one at ${place}`);
        ctx.same(await store.removeJobs(some), 'absent', `jobs, the absent one at ${place}`);
        ctx.includes(await store.getCounts(), { jobs: 1, triggers: 0 }, `what is left, of ${place}`);
      }
    },
  },
  {
    id: 'JOB-20/of-several',
    title: 'a job that is not durable goes with the last of its triggers, and not before, however they go',
    rules: ['JS-REM-03', 'JS-REM-04'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { durable: false });
      const names = ['a', 'b', 'c', 'd'];
      await node.store.storeJobsAndTriggers([{ job: of, triggers: names.map((name) => once(name, of)) }]);
      node.signals.clear();
      const [first, second] = [await node.run(), await node.run()];
      await node.complete(first, 'deleteTrigger');
      ctx.holds((await node.store.getJob(of.key)) !== null, 'the job is there after the end of one trigger');
      await node.complete(second, 'deleteTrigger');
      ctx.holds((await node.store.getJob(of.key)) !== null, 'the job is there after the end of two');
      ctx.same(node.signals.deleted, [], 'what was said to be gone by then');
      await node.store.removeTriggers([key('c'), key('d')]);
      ctx.same(await node.store.getJob(of.key), null, 'the job after the last two were removed together');
      ctx.same(node.signals.deleted, [of.key], 'what was said to be gone');
    },
  },
  {
    id: 'JOB-18/by-run',
    title: 'the end of a job is told once when a run ends its last trigger, and never of a durable job',
    rules: ['JS-REM-04'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const [loose, durable] = [job('loose', { durable: false }), job('durable')];
      await node.put(loose, once('t', loose));
      await node.put(durable, once('u', durable), once('v', durable, { at: T0 + HOUR }));
      node.signals.clear();
      for (const run of await node.runAll()) await node.complete(run, 'deleteTrigger');
      await node.store.removeTrigger(key('v'));
      ctx.same(node.signals.deleted, [loose.key], 'what was said to be gone');
      ctx.same(await node.store.listJobKeys({ anything: true }), [durable.key], 'the jobs left');
    },
  },
]);
