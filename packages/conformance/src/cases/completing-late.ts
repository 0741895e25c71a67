import { type ConformanceCase, defineCases } from '../case.js';
import { LAPSE } from '../context.js';
import { every, HOUR, job, key, once, SECOND, T0, THRESHOLD } from '../factories.js';
import { ageable } from '../needs.js';

/** Late and repeated ends. */
export const lateCompletionCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'COM-08',
    title: 'the end of a run whose job was deleted is no error, and does not block a new job of that key',
    rules: ['JS-EXE-02', 'JS-CMP-09', 'JS-CMP-08'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true, persistDataAfterExecution: true });
      await node.put(of, every('t', of, SECOND));
      const run = await node.run();
      await node.store.removeJob(of.key);
      ctx.same(await node.complete(run, 'none', { left: 1 }), 'completed', 'the outcome');
      ctx.includes(await node.store.getCounts(), { jobs: 0, triggers: 0 }, 'nothing comes back');
      await node.put(of, once('new', of));
      ctx.same(await node.state(key('new')), 'normal', 'a new trigger');
      ctx.same(await node.runNames(), ['new'], 'what fires');
    },
  },
  {
    id: 'COM-09',
    title: 'the end of a run whose trigger was deleted still persists data and unblocks siblings',
    rules: ['JS-CMP-09', 'JS-CMP-07', 'JS-CMP-08'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true, persistDataAfterExecution: true, data: { n: 1 } });
      await node.put(of, every('t', of, SECOND, { priority: 9 }), once('sibling', of));
      const run = await node.run();
      await node.store.removeTrigger(key('t'));
      ctx.same(await node.state(key('sibling')), 'blocked', 'the sibling while it runs');
      ctx.same(await node.complete(run, 'setTriggerError', { n: 2 }), 'completed', 'the outcome');
      ctx.same((await node.store.getJob(of.key))?.data, { n: 2 }, 'the data');
      ctx.same(
        [await node.state(key('t')), await node.state(key('sibling'))],
        ['none', 'normal'],
        'the states',
      );
    },
  },
  {
    id: 'COM-10',
    title: 'a non-concurrent job deleted and stored again during its run still does not run twice',
    rules: ['JS-EXE-02', 'JS-ACQ-08'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      await node.put(of, every('t', of, SECOND));
      const run = await node.run();
      await node.store.removeJob(of.key);
      await node.put(of, once('u', of));
      ctx.same(await node.state(key('u')), 'blocked', 'the new trigger');
      ctx.same(await node.runNames(), [], 'what fires while the old run lasts');
      await node.complete(run);
      ctx.same(await node.runNames(), ['u'], 'what fires when it ended');
    },
  },
  {
    id: 'COM-11',
    title: 'a completion repeated is stale and has no effect',
    rules: ['JS-CMP-02'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true, persistDataAfterExecution: true, data: { n: 0 } });
      await node.put(of, every('t', of, SECOND));
      const first = await node.run();
      await node.complete(first, 'none', { n: 1 });
      ctx.advance(SECOND);
      const second = await node.run();
      ctx.same(await node.complete(first, 'deleteTrigger', { n: 99 }), 'stale', 'the outcome');
      ctx.same((await node.store.getJob(of.key))?.data, { n: 1 }, 'the data');
      ctx.same(await node.state(key('t')), 'blocked', 'the state: the second run still lasts');
      ctx.same(await node.complete(second, 'none', { n: 2 }), 'completed', 'the outcome of the second');
    },
  },
  {
    id: 'COM-11/acquired',
    title: 'a completion of a claim that has not fired is stale and leaves the claim',
    rules: ['JS-CMP-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { persistDataAfterExecution: true, data: { n: 0 } });
      await node.put(of, once('t', of));
      const claimed = await node.acquireOne();
      // A store may do the frequent instructions by other means than the rare ones.
      for (const instruction of ['setTriggerError', 'none', 'deleteTrigger'] as const) {
        const completion = {
          fireInstanceId: claimed.fireInstanceId,
          trigger: { ...claimed.trigger, nextFireAt: null },
          jobKey: of.key,
          instruction,
          changedData: { n: 1 },
        };
        const outcomes = await node.store.triggeredJobsComplete([completion], { now: ctx.now });
        ctx.same(outcomes, ['stale'], `the outcome of ${instruction}`);
      }
      ctx.same((await node.store.getJob(of.key))?.data, { n: 0 }, 'the data');
      ctx.same((await node.fireOne(claimed)).scheduledFireAt, T0, 'the claim fires');
    },
  },
  {
    id: 'COM-12',
    title: 'a completion by a node that was declared dead is stale: it unblocks and overwrites nothing',
    rules: ['JS-CMP-02', 'JS-CLU-04'],
    level: 'L3',
    routes: 'both',
    needs: ageable,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j', {
        nonConcurrent: true,
        persistDataAfterExecution: true,
        requestsRecovery: true,
        data: { n: 0 },
      });
      await a.put(of, every('t', of, HOUR));
      const lost = await a.run();
      const found = await ctx.checkInFor(LAPSE, b);
      ctx.same(
        found.flatMap((f) => f.recoveries.map((r) => r.instanceId)),
        [a.instanceId],
        'the nodes that are recovered',
      );
      const again = await b.run();
      ctx.same(await a.complete(lost, 'setTriggerError', { n: 99 }), 'stale', 'the late completion');
      ctx.same((await b.store.getJob(of.key))?.data, { n: 0 }, 'the data');
      ctx.same(await b.state(key('t')), 'blocked', 'the state: the recovery still runs');
      ctx.same(await b.complete(again, 'deleteTrigger', { n: 1 }), 'completed', 'the recovery’s completion');
    },
  },
  {
    id: 'COM-13',
    title: 'siblings stay blocked when an old run ends while its recovery lasts',
    rules: ['JS-CMP-08'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j', { nonConcurrent: true, requestsRecovery: true });
      await a.put(of, once('t', of, { priority: 9 }), once('sibling', of, { misfireInstruction: 'ignore' }));
      const lost = await a.run();
      await ctx.checkInFor(LAPSE, b);
      const again = await b.run({ maxCount: 1 });
      await a.complete(lost, 'deleteTrigger');
      ctx.same(await b.runNames(), [], 'what fires after the old run’s end');
      await b.complete(again, 'deleteTrigger');
      ctx.same((await b.runNames()).length, 1, 'how many fire after the recovery’s end');
    },
  },
  {
    id: 'COM-14',
    title: 'an unblocked trigger that is overdue past the threshold misfires before it fires',
    rules: ['JS-CMP-08', 'JS-MIS-05', 'JS-ACQ-06'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      await node.put(
        of,
        once('long', of, { priority: 9 }),
        every('sibling', of, HOUR, { misfireInstruction: 'nextWithExistingCount' }),
        once('late', of, { at: T0 + 1 }),
      );
      const run = await node.run();
      ctx.advance(THRESHOLD + SECOND);
      ctx.same(await node.runNames(), [], 'what fires while it runs');
      ctx.same(node.signals.misfired, [], 'notices while it runs');
      await node.complete(run, 'deleteTrigger');
      const late = await node.run();
      ctx.same(late.trigger.key.name, 'late', 'what fires when it ended');
      ctx.same(late.scheduledFireAt, ctx.now, 'its time: now, by its misfire instruction');
      ctx.same(node.signals.misfired.map((t) => t.key.name).sort(), ['late', 'sibling'], 'the notices');
      ctx.same((await node.stored(key('sibling'))).nextFireAt, T0 + HOUR, 'the sibling’s next fire');
    },
  },
]);
