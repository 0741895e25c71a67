/**
 * Cases that broken stores called for: calendars and pauses.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { DAY, every, HOUR, holidays, job, key, MINUTE, once, SECOND, T0, weekly } from '../factories.js';

/** Calendars and pauses. */
export const provenPausingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'CAL-06/any-state',
    title: 'a calendar is in use while any trigger names it, in whatever state',
    rules: ['JS-CAL-02'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      const of = job('j');
      await store.storeCalendar('c', weekly(), { now: ctx.now });
      await store.storeCalendar('free', weekly(), { now: ctx.now });
      await node.put(of, every('t', of, DAY, { calendarName: 'c' }));
      await node.complete(await node.run(), 'setTriggerError');
      await ctx.rejects(store.removeCalendar('c'), 'ERR_CALENDAR_IN_USE', 'while it is in error');
      await store.resetTriggerFromErrorState(key('t'));
      await store.pauseTrigger(key('t'));
      await ctx.rejects(store.removeCalendar('c'), 'ERR_CALENDAR_IN_USE', 'while it is paused');
      await store.storeTrigger(once('t', of, { calendarName: 'c', nextFireAt: null }), { replace: true });
      await ctx.rejects(store.removeCalendar('c'), 'ERR_CALENDAR_IN_USE', 'while it is complete');
      ctx.same(await store.removeCalendar('free'), 'removed', 'one that no trigger names');
      await store.removeTrigger(key('t'));
      ctx.same(await store.removeCalendar('c'), 'removed', 'without a trigger');
    },
  },
  {
    id: 'CAL-09/every-trigger',
    title: 'an update moves every trigger of the calendar, in whatever state, and none of another',
    rules: ['JS-CAL-03', 'JS-CAL-04'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      const of = job('j');
      for (const name of ['c', 'other']) await store.storeCalendar(name, weekly(), { now: ctx.now });
      const daily = (name: string, calendarName: string | null = 'c') =>
        every(name, of, DAY, { at: T0, calendarName });
      await node.put(of, daily('failed'));
      await node.complete(await node.run(), 'setTriggerError');
      for (const name of ['waiting', 'second', 'paused'])
        await store.storeTrigger({ ...daily(name), ...NEXT });
      await store.storeTrigger({ ...daily('theirs', 'other'), ...NEXT });
      await store.storeTrigger({ ...daily('nobody’s', null), ...NEXT });
      await store.pauseTrigger(key('paused'));
      // The calendar of the others excludes the day as well, and was stored without an update.
      await store.storeCalendar('other', holidays('2026-03-03'), { replace: true, now: ctx.now });
      const update = { replace: true, updateTriggers: true, now: ctx.now };
      await store.storeCalendar('c', holidays('2026-03-03'), update);
      const names = ['failed', 'waiting', 'second', 'paused', 'theirs', 'nobody’s'];
      const found = await Promise.all(
        names.map(async (name) => [
          name,
          (await node.stored(key(name))).nextFireAt,
          await node.state(key(name)),
        ]),
      );
      ctx.same(
        found,
        [
          ['failed', T0 + 2 * DAY, 'error'],
          ['waiting', T0 + 2 * DAY, 'normal'],
          ['second', T0 + 2 * DAY, 'normal'],
          ['paused', T0 + 2 * DAY, 'paused'],
          ['theirs', T0 + DAY, 'normal'],
          ['nobody’s', T0 + DAY, 'normal'],
        ],
        'times and states',
      );
    },
  },
  {
    id: 'CAL-10/not-past',
    title: 'a trigger that an update finds late by the threshold goes on behind now',
    rules: ['JS-CAL-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', holidays('2026-03-02'), { now: ctx.now });
      await node.put(of, every('t', of, HOUR, { calendarName: 'c', nextFireAt: T0 + 14 * HOUR }));
      ctx.advance(5 * HOUR + MINUTE);
      const update = { replace: true, updateTriggers: true, now: ctx.now };
      await node.store.storeCalendar('c', weekly(), update);
      ctx.same((await node.stored(key('t'))).nextFireAt, T0 + 6 * HOUR, 'the next fire');
    },
  },
  {
    id: 'PAU-01/only-this',
    title: 'pausing a trigger or a job pauses that one, all of it, and no namesake or sibling',
    rules: ['JS-PAU-01'],
    async run(ctx) {
      const node = await ctx.open();
      const [of, namesake] = [job('j'), job('j', { group: 'other' })];
      await node.put(of, once('a', of), once('b', of), once('a', of, { group: 'g' }));
      await node.put(namesake, once('a', namesake, { group: 'h' }));
      const states = async (): Promise<readonly string[]> =>
        Promise.all([key('a'), key('b'), key('a', 'g'), key('a', 'h')].map((of) => node.state(of)));
      await node.store.pauseTrigger(key('a'));
      ctx.same(await states(), ['paused', 'normal', 'normal', 'normal'], 'after pauseTrigger');
      await node.store.pauseJob(of.key);
      ctx.same(await states(), ['paused', 'paused', 'paused', 'normal'], 'after pauseJob');
      await node.store.resumeTrigger(key('b'), { now: ctx.now });
      ctx.same(await states(), ['paused', 'normal', 'paused', 'normal'], 'after resumeTrigger');
      await node.store.resumeJob(namesake.key, { now: ctx.now });
      ctx.same(await states(), ['paused', 'normal', 'paused', 'normal'], 'after resumeJob of the namesake');
      await node.store.resumeJob(of.key, { now: ctx.now });
      ctx.same(await states(), ['normal', 'normal', 'normal', 'normal'], 'after resumeJob');
    },
  },
  {
    id: 'PAU-31/many',
    title: 'a resume handles every misfire of what it resumes, by whatever call, and tells of each',
    rules: ['JS-PAU-02'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      const of = job('j', { group: 'jobs' });
      const names = Array.from({ length: 50 }, (_, n) => `t${String(n).padStart(2, '0')}`);
      const triggers = names.map((name) =>
        every(name, of, HOUR, { group: 'g', misfireInstruction: 'nextWithExistingCount' }),
      );
      const at = (): { now: number } => ({ now: ctx.now });
      const calls: readonly (readonly [string, () => Promise<unknown>, () => Promise<unknown>])[] = [
        [
          'resumeTriggers',
          () => store.pauseTriggers({ equals: 'g' }),
          () => store.resumeTriggers({ equals: 'g' }, at()),
        ],
        ['resumeJob', () => store.pauseJob(of.key), () => store.resumeJob(of.key, at())],
        [
          'resumeJobs',
          () => store.pauseJobs({ equals: 'jobs' }),
          () => store.resumeJobs({ equals: 'jobs' }, at()),
        ],
        ['resumeAll', () => store.pauseAll(), () => store.resumeAll(at())],
      ];
      for (const [name, pause, resume] of calls) {
        ctx.now = T0;
        await store.storeJobsAndTriggers([{ job: of, triggers }], { replace: true });
        await pause();
        ctx.advance(90 * MINUTE);
        node.signals.clear();
        await resume();
        const next = new Set((await store.listTriggers({})).map(({ nextFireAt }) => nextFireAt));
        ctx.same([...next], [T0 + 2 * HOUR], `the times after ${name}`);
        ctx.same(
          node.signals.misfired.map(({ key: { name: of } }) => of).sort(),
          names,
          `the notices of ${name}`,
        );
      }
    },
  },
  {
    id: 'PAU-32/blocked',
    title: 'a resume leaves the misfire of a trigger whose job runs until it does not',
    rules: ['JS-PAU-02', 'JS-MIS-05'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      await node.put(of, every('t', of, HOUR, { misfireInstruction: 'nextWithExistingCount' }));
      const run = await node.run();
      await node.store.pauseTrigger(key('t'));
      ctx.advance(90 * MINUTE);
      node.signals.clear();
      await node.store.resumeTrigger(key('t'), { now: ctx.now });
      ctx.same((await node.stored(key('t'))).nextFireAt, T0 + HOUR, 'its time while the job runs');
      ctx.same(node.signals.misfired, [], 'the notices while the job runs');
      await node.complete(run);
      ctx.same(await node.runNames(), [], 'what runs then');
      ctx.same((await node.stored(key('t'))).nextFireAt, T0 + 2 * HOUR, 'its time then');
    },
  },
  {
    id: 'PAU-12/emptied',
    title: 'a group stays paused when it loses its last member',
    rules: ['JS-PAU-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { group: 'jobs' });
      await node.put(of, once('t', of, { group: 'g' }));
      await node.store.pauseTriggers({ equals: 'g' });
      await node.store.pauseJobs({ equals: 'jobs' });
      await node.store.removeTrigger(key('t', 'g'));
      await node.store.removeJob(of.key);
      ctx.same(
        [await node.store.listPausedTriggerGroups(), await node.store.listPausedJobGroups()],
        [['g'], ['jobs']],
        'the paused groups',
      );
      await node.put(of, once('t', of, { group: 'h' }));
      const plain = job('plain');
      await node.put(plain, once('t', plain, { group: 'g' }));
      ctx.same(
        [await node.state(key('t', 'g')), await node.state(key('t', 'h'))],
        ['paused', 'paused'],
        'new members of the two groups',
      );
    },
  },
  {
    id: 'PAU-24/others',
    title:
      'resuming job groups leaves other job groups, and trigger groups of that name; resuming answers the groups',
    rules: ['JS-PAU-07'],
    async run(ctx) {
      const { store } = await ctx.open();
      const at = { now: ctx.now };
      for (const equals of ['a', 'ab', 'b']) {
        await store.pauseJobs({ equals });
        await store.pauseTriggers({ equals });
      }
      ctx.same(await store.resumeJobs({ startsWith: 'a' }, at), ['a', 'ab'], 'the job groups resumed');
      ctx.same(await store.listPausedJobGroups(), ['b'], 'the job groups left');
      ctx.same(await store.listPausedTriggerGroups(), ['a', 'ab', 'b'], 'the trigger groups left');
      ctx.same(await store.resumeTriggers({ endsWith: 'b' }, at), ['ab', 'b'], 'the trigger groups resumed');
      ctx.same(await store.listPausedTriggerGroups(), ['a'], 'the trigger groups left then');
      ctx.same(await store.listPausedJobGroups(), ['b'], 'the job groups left then');
    },
  },
  {
    id: 'PAU-27/single',
    title: 'resume-all resumes what was paused one by one, by job and by group, and what was born paused',
    rules: ['JS-PAU-09'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      const [of, other, grouped] = [job('j'), job('other'), job('grouped', { group: 'jobs' })];
      await node.put(of, once('single', of));
      await node.put(other, once('by-job', other));
      await node.put(grouped, once('by-job-group', grouped));
      await node.put(job('k'), once('by-group', key('k'), { group: 'g' }));
      await store.pauseTrigger(key('single'));
      await store.pauseJob(other.key);
      await store.pauseJobs({ equals: 'jobs' });
      await store.pauseTriggers({ equals: 'g' });
      await store.storeTrigger(once('born', of, { group: 'g' }));
      ctx.same(await node.acquireNames(), [], 'before');
      await store.resumeAll({ now: ctx.now });
      ctx.same(
        (await node.acquireNames()).toSorted(),
        ['born', 'by-group', 'by-job', 'by-job-group', 'single'],
        'after',
      );
      await store.storeTrigger(once('later', of, { group: 'new', at: T0 + SECOND }));
      ctx.same(await node.state(key('later', 'new')), 'normal', 'what comes later');
    },
  },
]);

const NEXT = { nextFireAt: T0 + DAY, previousFireAt: T0 } as const;
