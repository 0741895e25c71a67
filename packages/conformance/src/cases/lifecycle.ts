/**
 * LIF: opening and closing a store; CAP: what it says about itself.
 *
 * @module
 */
import { ANY_GROUP } from '@ametrine/core';
import type { JobStore } from '@ametrine/core/spi';
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, holidays, job, key, once, T0 } from '../factories.js';
import { durable } from '../needs.js';

/** The cases of the family that need no claim to compare with. */
export const lifecycleCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'LIF-01',
    title: 'before it is initialized a store refuses every call as not open',
    rules: ['JS-LIF-01', 'JS-LIF-02'],
    async run(ctx) {
      const { store, node } = await ctx.prepare();
      for (const [name, call] of everyCall(store)) await ctx.rejects(call(), 'ERR_STORE_NOT_OPEN', name);
      const opened = await node();
      ctx.includes(
        await opened.store.getCounts(),
        { jobs: 0, triggers: 0, calendars: 0 },
        'the counts once it is open',
      );
      await ctx.rejects(
        store.initialize({
          schedulerName: 'x',
          instanceId: 'x',
          signals: opened.signals,
          jobClassResolver: opened.resolver,
        }),
        'ERR_STORE_NOT_OPEN',
        'a second initialize',
      );
    },
  },
  {
    id: 'LIF-01/rows',
    title: 'initializing recovers nothing: that is for the start',
    rules: ['JS-LIF-01'],
    level: 'L2',
    needs: durable,
    async run(ctx) {
      const before = await ctx.open({ instanceId: 'n' });
      const of = job('j', { nonConcurrent: true, requestsRecovery: true });
      await before.put(of, every('t', of, HOUR));
      await before.run();
      await before.abandon();
      const after = await ctx.open({ instanceId: 'n', start: false });
      ctx.same(await after.state(key('t')), 'blocked', 'the state before the start');
      ctx.same((await after.store.getCounts()).triggers, 1, 'the triggers before the start');
      const recoveries = await after.store.schedulerStarted({ now: ctx.now, checkInIntervalMs: 7500 });
      ctx.same(recoveries.flatMap((r) => r.recovering).length, 1, 'what the start recovers');
    },
  },
  {
    id: 'LIF-04',
    title: 'a shutdown waits for the calls that are under way',
    rules: ['JS-LIF-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of), once('u', of));
      const [first, second] = await node.runAll();
      const calls = [
        node.complete(ctx.present(first, 'a run'), 'deleteTrigger'),
        node.complete(ctx.present(second, 'another'), 'deleteTrigger'),
      ];
      await node.stop();
      ctx.same(await Promise.all(calls), ['completed', 'completed'], 'the outcomes');
    },
  },
  {
    id: 'LIF-05',
    title: 'a completion that comes after the shutdown is told that the store is closed',
    rules: ['JS-LIF-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of));
      const run = await node.run();
      await node.stop();
      await ctx.rejects(node.complete(run, 'deleteTrigger'), 'ERR_STORE_CLOSED', 'the completion');
      await ctx.rejects(
        node.release({ fireInstanceId: run.fireInstanceId, trigger: run.trigger, jobClass: 'Work' }),
        'ERR_STORE_CLOSED',
        'a release',
      );
    },
  },
  {
    id: 'LIF-06',
    title: 'a store can be shut down twice; after that it refuses every call as closed',
    rules: ['JS-LIF-02', 'JS-LIF-04'],
    async run(ctx) {
      const { store, storeContext, node } = await ctx.prepare();
      await node();
      await Promise.all([store.shutdown(), store.shutdown()]);
      await store.shutdown();
      for (const [name, call] of everyCall(store)) await ctx.rejects(call(), 'ERR_STORE_CLOSED', name);
      await ctx.rejects(store.initialize(storeContext), 'ERR_STORE_CLOSED', 'initialize');
    },
  },
  {
    id: 'LIF-06/unopened',
    title: 'a store that was never opened can be shut down, and cannot be opened afterwards',
    rules: ['JS-LIF-02', 'JS-LIF-04'],
    async run(ctx) {
      const { store, storeContext } = await ctx.prepare();
      await store.shutdown();
      await store.shutdown();
      await ctx.rejects(store.initialize(storeContext), 'ERR_STORE_CLOSED', 'initialize');
    },
  },
  {
    id: 'LIF-07',
    title: 'a shut-down store leaves nothing open, claims and runs under way or not',
    rules: ['JS-LIF-07', 'JS-LIF-04'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('runs', of, { priority: 9 }), once('held', of));
      await node.run({ maxCount: 1 });
      await node.acquire();
      await node.checkIn();
      await node.stop();
      // What is still open then is found by the kit after every case.
      ctx.same((await ctx.namespace.openResources?.()) ?? [], [], 'what the harness sees open');
    },
  },
  {
    id: 'LIF-13',
    title: 'a job deleted during its run ends normally, and nothing comes back',
    rules: ['JS-CMP-09'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { persistDataAfterExecution: true, requestsRecovery: true });
      await node.put(of, every('t', of, HOUR), once('u', of, { at: T0 + HOUR }));
      const run = await node.run();
      ctx.same(await node.store.removeJob(of.key), 'removed', 'the removal');
      ctx.same(
        await node.complete(run, 'setAllJobTriggersError', { left: 1 }),
        'completed',
        'the end of the run',
      );
      ctx.includes(await node.store.getCounts(), { jobs: 0, triggers: 0 }, 'what is stored');
      ctx.advance(HOUR);
      ctx.same(await node.runNames(), [], 'what fires');
    },
  },
]);

/** One call of every method of the SPI that needs an open store. */
function everyCall(store: JobStore): readonly (readonly [name: string, call: () => Promise<unknown>])[] {
  const [of, at] = [job('j'), { now: T0 }];
  const t = once('t', of);
  const claimed = { fireInstanceId: 'f', trigger: t, jobClass: 'Work' };
  const completion = {
    fireInstanceId: 'f',
    trigger: t,
    jobKey: of.key,
    instruction: 'none',
    changedData: null,
  } as const;
  const request = { now: T0, noLaterThan: T0, maxCount: 1, timeWindowMs: 0, fireDue: false };
  const calls: Record<
    Exclude<keyof JobStore, 'capabilities' | 'initialize' | 'shutdown' | 'join'>,
    () => Promise<unknown>
  > = {
    schedulerStarted: () => store.schedulerStarted({ now: T0, checkInIntervalMs: 7500 }),
    storeJob: () => store.storeJob(of),
    storeTrigger: () => store.storeTrigger(t),
    storeJobAndTrigger: () => store.storeJobAndTrigger(of, t),
    storeJobsAndTriggers: () => store.storeJobsAndTriggers([{ job: of, triggers: [t] }]),
    removeJob: () => store.removeJob(of.key),
    removeJobs: () => store.removeJobs([of.key]),
    removeTrigger: () => store.removeTrigger(t.key),
    removeTriggers: () => store.removeTriggers([t.key]),
    replaceTrigger: () => store.replaceTrigger(t.key, t),
    clearAllSchedulingData: () => store.clearAllSchedulingData(),
    getJob: () => store.getJob(of.key),
    getTrigger: () => store.getTrigger(t.key),
    getTriggerState: () => store.getTriggerState(t.key),
    listJobs: () => store.listJobs(ANY_GROUP),
    listJobKeys: () => store.listJobKeys(ANY_GROUP),
    listJobGroups: () => store.listJobGroups(),
    listTriggers: () => store.listTriggers({}),
    listTriggerKeys: () => store.listTriggerKeys(ANY_GROUP),
    listTriggerGroups: () => store.listTriggerGroups(),
    listTriggersOfJob: () => store.listTriggersOfJob(of.key),
    listUpcomingTriggers: () => store.listUpcomingTriggers(1),
    getCounts: () => store.getCounts(),
    storeCalendar: () => store.storeCalendar('c', holidays(), at),
    removeCalendar: () => store.removeCalendar('c'),
    getCalendar: () => store.getCalendar('c'),
    listCalendarNames: () => store.listCalendarNames(),
    pauseTrigger: () => store.pauseTrigger(t.key),
    pauseTriggers: () => store.pauseTriggers(ANY_GROUP),
    pauseJob: () => store.pauseJob(of.key),
    pauseJobs: () => store.pauseJobs(ANY_GROUP),
    pauseAll: () => store.pauseAll(),
    resumeTrigger: () => store.resumeTrigger(t.key, at),
    resumeTriggers: () => store.resumeTriggers(ANY_GROUP, at),
    resumeJob: () => store.resumeJob(of.key, at),
    resumeJobs: () => store.resumeJobs(ANY_GROUP, at),
    resumeAll: () => store.resumeAll(at),
    listPausedTriggerGroups: () => store.listPausedTriggerGroups(),
    listPausedJobGroups: () => store.listPausedJobGroups(),
    resetTriggerFromErrorState: () => store.resetTriggerFromErrorState(t.key),
    acquireNextTriggers: () => store.acquireNextTriggers(request),
    releaseAcquiredTriggers: () => store.releaseAcquiredTriggers([claimed]),
    triggersFired: () => store.triggersFired([claimed], at),
    triggeredJobsComplete: () => store.triggeredJobsComplete([completion], at),
    recoverMisfires: () => store.recoverMisfires({ ...at, limit: 1 }),
    checkIn: () => store.checkIn(at),
  };
  return Object.entries(calls);
}
