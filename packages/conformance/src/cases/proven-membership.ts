/**
 * Cases that broken stores called for: the nodes of a cluster, and names that share a backend,.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { CHECK_IN_INTERVAL, LAPSE } from '../context.js';
import { every, HOUR, holidays, job, key, MINUTE, once, T0, weekly } from '../factories.js';
import { ageable, clustered, durable } from '../needs.js';

/** LIF, CLU. */
export const provenMembershipCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'LIF-06/nothing',
    title: 'a closed store refuses also what would change nothing',
    rules: ['JS-LIF-02'],
    async run(ctx) {
      const { store } = await ctx.open();
      await store.shutdown();
      const at = { now: ctx.now };
      const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
        ['removeJobs', () => store.removeJobs([])],
        ['removeTriggers', () => store.removeTriggers([])],
        ['storeJobsAndTriggers', () => store.storeJobsAndTriggers([])],
        ['triggersFired', () => store.triggersFired([], at)],
        ['triggeredJobsComplete', () => store.triggeredJobsComplete([], at)],
        ['releaseAcquiredTriggers', () => store.releaseAcquiredTriggers([])],
        ['recoverMisfires', () => store.recoverMisfires({ ...at, limit: 0 })],
        ['listUpcomingTriggers', () => store.listUpcomingTriggers(0)],
        [
          'acquireNextTriggers',
          () =>
            store.acquireNextTriggers({
              ...at,
              noLaterThan: T0,
              maxCount: 0,
              timeWindowMs: 0,
              fireDue: false,
            }),
        ],
      ];
      for (const [name, call] of calls) await ctx.rejects(call(), 'ERR_STORE_CLOSED', name);
    },
  },
  {
    id: 'CLU-17/others',
    title: 'a node that leaves gives back its own claims, all of them, and nobody else’s',
    rules: ['JS-LIF-04'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const [a, b, c] = [await ctx.open(), await ctx.open(), await ctx.open()];
      const of = job('j');
      const names = ['a', 'b', 'c', 'd', 'e'];
      await a.put(of, ...names.map((name) => once(name, of)));
      ctx.same(await a.acquireNames({ maxCount: 3 }), ['a', 'b', 'c'], 'what the leaving node holds');
      const held = await b.acquire({ maxCount: 2 });
      await a.stop();
      ctx.same(await c.acquireNames(), ['a', 'b', 'c'], 'what a third can acquire then');
      ctx.same(
        (await b.fire(...held)).map((r) => r.kind),
        ['fired', 'fired'],
        'the claims of the other',
      );
    },
  },
  {
    id: 'CLU-17/running',
    title:
      'a node that is shut down in the middle of a run stays a member until it lapses: the run is recovered',
    rules: ['JS-LIF-04', 'JS-REC-03'],
    level: 'L3',
    routes: 'both',
    needs: ageable,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j', { requestsRecovery: true });
      await a.put(of, once('t', of));
      await a.run();
      await a.stop();
      const found = (await ctx.checkInFor(LAPSE, b)).flatMap(({ recoveries }) => recoveries);
      ctx.same(
        found.map((r) => [r.instanceId, r.recovering.length]),
        [[a.instanceId, 1]],
        'what is recovered',
      );
      ctx.same((await b.run()).recovers?.triggerKey, key('t'), 'what runs');
    },
  },
  {
    id: 'CLU-17/gone',
    title: 'a node that left in order is no member: who is alone then puts in error what nobody can run',
    rules: ['JS-LIF-04', 'JS-FIR-07'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const [lacks, leaves] = [await ctx.open(), await ctx.open()];
      const of = job('j', { jobClass: 'Rare' });
      await lacks.put(of, every('t', of, HOUR));
      await leaves.stop();
      ctx.same(
        (await lacks.start()).map((r) => r.kind),
        ['jobClassNotFound'],
        'what comes of it',
      );
      ctx.same(await lacks.state(key('t')), 'error', 'the state');
    },
  },
  {
    id: 'CLU-13/dead',
    title: 'a start recovers nodes that are dead by then, and leaves living ones alone',
    rules: ['JS-REC-01', 'JS-CLU-02'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const [dead, living] = [await ctx.open(), await ctx.open()];
      const of = job('j', { requestsRecovery: true });
      await dead.put(of, once('t', of), once('u', of, { at: T0 + 1 }));
      await dead.run();
      ctx.advance(1);
      const run = await living.run();
      await dead.abandon();
      for (let passed = 0; passed < LAPSE; passed += CHECK_IN_INTERVAL) await ctx.pass(CHECK_IN_INTERVAL);
      // Its own silence keeps the living one from recovering the dead one, unless it knows that its process is gone.
      const { recoveries } = await living.checkIn();
      const newcomer = await ctx.open();
      ctx.same(
        [...recoveries, ...newcomer.recoveries].map((r) => r.instanceId),
        [dead.instanceId],
        'what is recovered, by the start at the latest',
      );
      ctx.same(await living.complete(run, 'deleteTrigger'), 'completed', 'the run of the living node');
      ctx.same((await newcomer.run()).recovers?.triggerKey, key('t'), 'what runs again');
    },
  },
  {
    id: 'CLU-18/blocking',
    title: 'a run of one scheduler blocks nothing of another, in claims and in states',
    rules: ['JS-LIF-06'],
    level: 'L2',
    routes: 'both',
    needs: durable,
    async run(ctx) {
      const one = await ctx.open({ schedulerName: 'one', instanceId: 'n' });
      const two = await ctx.open({ schedulerName: 'two', instanceId: 'n' });
      const of = job('j', { nonConcurrent: true });
      for (const node of [one, two]) await node.put(of, every('t', of, HOUR));
      const run = await one.run();
      ctx.same(await two.state(key('t')), 'normal', 'the state under the other name');
      const theirs = await two.run();
      ctx.same(await two.complete(run), 'stale', 'the end of the run, under the other name');
      ctx.same(await one.complete(theirs), 'stale', 'the end of the other, under this name');
      ctx.same(await one.state(key('t')), 'blocked', 'the state here');
      await two.stop();
      ctx.same(await one.complete(run), 'completed', 'the end of the run');
    },
  },
  {
    id: 'CLU-18/calendars',
    title: 'calendars, their use and their updates are each scheduler’s own',
    rules: ['JS-LIF-06'],
    level: 'L2',
    needs: durable,
    async run(ctx) {
      const one = await ctx.open({ schedulerName: 'one', instanceId: 'n' });
      const two = await ctx.open({ schedulerName: 'two', instanceId: 'n' });
      const at = { now: ctx.now };
      const of = job('j');
      for (const node of [one, two]) {
        await node.store.storeCalendar('c', weekly(), at);
        await node.put(of, every('t', of, 24 * HOUR, { calendarName: 'c', at: T0 + 24 * HOUR }));
      }
      await one.store.storeCalendar('c', holidays('2026-03-03'), {
        ...at,
        replace: true,
        updateTriggers: true,
      });
      ctx.same((await two.stored(key('t'))).nextFireAt, T0 + 24 * HOUR, 'the time under the other name');
      ctx.same(await two.store.getCalendar('c'), weekly(), 'the calendar under the other name');
      await one.store.removeTrigger(key('t'));
      ctx.same(
        await one.store.removeCalendar('c'),
        'removed',
        'the calendar, which only the other name uses',
      );
      ctx.same(await two.store.getCalendar('c'), weekly(), 'the calendar under the other name, then');
    },
  },
  {
    id: 'CLU-07/several',
    title: 'one check-in recovers every node that is dead by then',
    rules: ['JS-CLU-01'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const [a, b, c] = [await ctx.open(), await ctx.open(), await ctx.open()];
      const of = job('j', { requestsRecovery: true });
      await c.put(of, once('a', of), once('b', of, { at: T0 + 1 }), once('held', of, { at: T0 + 2 }));
      await a.run();
      ctx.advance(1);
      await b.run();
      ctx.advance(1);
      await b.acquireOne();
      await a.abandon();
      await b.abandon();
      const found = (await ctx.checkInFor(LAPSE, c)).flatMap(({ recoveries }) => recoveries);
      ctx.same(
        found.map((r) => r.instanceId).toSorted(),
        [a.instanceId, b.instanceId].toSorted(),
        'the recoveries',
      );
      ctx.same(
        (await c.runAll())
          .map(({ trigger, recovers }) => recovers?.triggerKey.name ?? trigger.key.name)
          .toSorted(),
        ['a', 'b', 'held'],
        'what runs',
      );
    },
  },
  {
    id: 'CLU-03/interval',
    title: 'a node is judged by its own check-in interval, not by that of the node that looks',
    rules: ['JS-CLU-03', 'JS-CLU-02'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const slow = await ctx.open({ checkInIntervalMs: 4 * MINUTE });
      const quick = await ctx.open();
      const of = job('j', { requestsRecovery: true });
      await slow.put(of, once('t', of));
      const run = await slow.run();
      const early = await ctx.checkInFor(4 * MINUTE, quick);
      ctx.same(
        early.flatMap((f) => f.recoveries),
        [],
        'the recoveries within its interval',
      );
      ctx.same(await slow.complete(run, 'deleteTrigger'), 'completed', 'its run');
      await slow.put(job('k', { requestsRecovery: true }), once('u', key('k'), { at: ctx.now }));
      await slow.run();
      await slow.checkIn();
      await slow.abandon();
      const late = await ctx.checkInFor(4 * MINUTE + LAPSE, quick);
      ctx.same(
        late.flatMap((f) => f.recoveries.map((r) => r.instanceId)),
        [slow.instanceId],
        'the recoveries behind it',
      );
    },
  },
  {
    id: 'CLU-22/fields',
    title: 'a node goes by the job, the calendar and the pauses as another has stored them',
    rules: ['JS-CLU-05'],
    level: 'L3',
    routes: 'both',
    needs: clustered,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const day = 24 * HOUR;
      const of = job('j', { data: { version: 1 } });
      await a.store.storeCalendar('c', weekly(), { now: ctx.now });
      await a.put(of, every('t', of, day, { calendarName: 'c' }));
      await b.complete(await b.run());
      ctx.same((await b.stored(key('t'))).nextFireAt, T0 + day, 'the next time');
      await a.store.storeJob({ ...of, data: { version: 2 }, nonConcurrent: true }, { replace: true });
      await a.store.storeCalendar('c', holidays('2026-03-04'), { now: ctx.now, replace: true });
      ctx.advance(day);
      const run = await b.run();
      ctx.same(run.job.data, { version: 2 }, 'the data of the job');
      ctx.same(run.calendar, holidays('2026-03-04'), 'the calendar');
      ctx.same((await a.stored(key('t'))).nextFireAt, T0 + 3 * day, 'the next time by the new calendar');
      await b.complete(run);
      ctx.same(await b.store.listPausedTriggerGroups(), [], 'the paused groups, before');
      await a.store.pauseTriggers({ equals: 'g' });
      ctx.same(await b.store.listPausedTriggerGroups(), ['g'], 'the paused groups');
      await b.store.storeTrigger(once('u', of, { group: 'g' }));
      ctx.same(await a.state(key('u', 'g')), 'paused', 'a trigger that is stored in one');
      await a.store.removeTrigger(key('t'));
      await a.store.removeTrigger(key('u', 'g'));
      ctx.same(await a.store.removeCalendar('c'), 'removed', 'the calendar');
      ctx.same(await b.store.getCalendar('c'), null, 'the calendar, for the other');
      await a.store.removeJob(of.key);
      await ctx.rejects(
        b.store.storeTrigger(once('v', of)),
        'ERR_JOB_NOT_FOUND',
        'a trigger of a job that is gone',
      );
    },
  },
]);
