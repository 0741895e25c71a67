import { type ConformanceCase, defineCases } from '../case.js';
import { LAPSE } from '../context.js';
import { every, HOUR, holidays, job, key, MINUTE, once, SECOND, T0 } from '../factories.js';
import { ageable, clustered, durable } from '../needs.js';
import type { CaseNode } from '../node.js';

/** Sharing. */
export const clusterCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'CLU-01',
    title: 'of 1000 due triggers each fires once, whichever of two nodes fires it',
    rules: ['JS-ACQ-01'],
    level: 'L3',
    routes: 'both',
    needs: clustered,
    async run(ctx) {
      const nodes = [await ctx.open(), await ctx.open()] as const;
      const of = job('j');
      const triggers = Array.from({ length: 1000 }, (_, n) => once(`t${n}`, of));
      await nodes[0].store.storeJobsAndTriggers([{ job: of, triggers }]);
      const drain = async (node: CaseNode): Promise<string[]> => {
        const names: string[] = [];
        // Twice as often as one node alone would need: a store that gives the same trigger again must come to an end.
        for (let n = 0; n < 40; n += 1) {
          const runs = await node.runAll({ maxCount: 50 });
          if (runs.length === 0) break;
          for (const run of runs) names.push(run.trigger.key.name);
          const ends = runs.map(
            (run) =>
              ({
                fireInstanceId: run.fireInstanceId,
                trigger: run.trigger,
                jobKey: of.key,
                instruction: 'deleteTrigger',
                changedData: null,
              }) as const,
          );
          await node.store.triggeredJobsComplete(ends, { now: ctx.now });
        }
        return names;
      };
      const [a, b] = await Promise.all([drain(nodes[0]), drain(nodes[1])]);
      if (!ctx.history.overlapped('acquireNextTriggers'))
        ctx.inconclusive('the nodes never acquired at the same time');
      ctx.same(
        [a.length + b.length, new Set([...a, ...b]).size],
        [1000, 1000],
        'fires, and triggers that fired',
      );
      ctx.same((await nodes[0].store.getCounts()).triggers, 0, 'the triggers left');
    },
  },
  {
    id: 'CLU-02',
    title: 'a non-concurrent job never runs on two nodes at a time',
    rules: ['JS-FIR-06', 'JS-ACQ-08'],
    level: 'L3',
    routes: 'both',
    needs: clustered,
    async run(ctx) {
      const nodes = [await ctx.open(), await ctx.open(), await ctx.open()];
      const of = job('j', { nonConcurrent: true });
      await nodes[0]?.put(of, ...Array.from({ length: 10 }, (_, n) => once(`t${n}`, of)));
      let runs = 0;
      for (let round = 0; round < 10; round += 1) {
        const started = (await Promise.all(nodes.map((node) => node.runAll()))).map((bundles, n) => ({
          bundles,
          node: nodes[n],
        }));
        const running = started.flatMap(({ bundles, node }) => bundles.map((bundle) => ({ bundle, node })));
        ctx.same(running.length, 1, `round ${round}: runs at a time`);
        runs += running.length;
        for (const { bundle, node } of running) await node?.complete(bundle, 'deleteTrigger');
      }
      ctx.same(runs, 10, 'runs in all');
    },
  },
  {
    id: 'CLU-17',
    title: 'what a node held when it was shut down in order is free at once',
    rules: ['JS-LIF-04'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j', { nonConcurrent: true });
      await a.put(of, once('t', of), once('u', of));
      await a.acquire();
      ctx.same(await b.acquireNames(), [], 'before');
      await a.stop();
      ctx.same(await b.acquireNames(), ['t'], 'after');
      ctx.same(
        (await ctx.checkInFor(LAPSE, b)).flatMap((f) => f.recoveries),
        [],
        'what is left to recover',
      );
    },
  },
  {
    id: 'CLU-18',
    title: 'two schedulers of different names on one backend see nothing of each other',
    rules: ['JS-LIF-06'],
    level: 'L2',
    needs: durable,
    async run(ctx) {
      const one = await ctx.open({ schedulerName: 'one', instanceId: 'n' });
      const two = await ctx.open({ schedulerName: 'two', instanceId: 'n' });
      const of = job('j', { nonConcurrent: true });
      await one.put(of, every('t', of, HOUR, { group: 'g' }));
      await one.store.storeCalendar('c', holidays('2026-03-03'), { now: ctx.now });
      ctx.includes(
        await two.store.getCounts(),
        { jobs: 0, triggers: 0, calendars: 0 },
        'the counts of the other',
      );
      ctx.same(
        [await two.store.getJob(of.key), await two.store.getCalendar('c'), await two.state(key('t', 'g'))],
        [null, null, 'none'],
        'what the other reads',
      );
      ctx.same(await two.acquireNames(), [], 'what the other acquires');
      await two.put({ ...of, description: 'two' }, every('t', of, HOUR, { group: 'g', at: T0 + 1 }));
      await two.store.pauseAll();
      await two.store.pauseJobs({ equals: of.key.group });
      ctx.same(
        [await one.store.listPausedTriggerGroups(), await one.store.listPausedJobGroups()],
        [[], []],
        'what is paused here',
      );
      const run = await one.run();
      ctx.same(await two.state(key('t', 'g')), 'paused', 'the other’s trigger during a run here');
      await two.store.clearAllSchedulingData();
      ctx.same(await one.complete(run), 'completed', 'the run, after the other was cleared');
      ctx.includes(await one.store.getCounts(), { jobs: 1, triggers: 1, calendars: 1 }, 'the counts here');
    },
  },
  {
    id: 'CLU-19',
    title: 'a node that lacks a class leaves its triggers to a node that has it',
    rules: ['JS-FIR-07'],
    level: 'L3',
    routes: 'both',
    needs: clustered,
    async run(ctx) {
      const [has, lacks] = [await ctx.open(), await ctx.open()];
      class Rare {
        execute(): void {}
      }
      has.resolver.classes.set('Rare', Rare);
      const [rare, plain] = [job('rare', { jobClass: 'Rare' }), job('plain')];
      await has.put(rare, every('r', rare, HOUR));
      await has.put(plain, once('p', plain));
      const results = await lacks.start();
      ctx.same(results.map((r) => r.kind).sort(), ['fired', 'jobClassNotFound'], 'on the node that lacks it');
      ctx.same(await has.state(key('r')), 'normal', 'the state');
      ctx.same(await lacks.start(), [], 'on the node that lacks it, the next time');
      const run = await has.run();
      ctx.holds(run.jobClass === Rare, 'the node that has the class runs it', run.jobClass);
      ctx.includes(run, { scheduledFireAt: T0, previousFireAt: null }, 'its times');
    },
  },
  {
    id: 'CLU-20',
    title: 'a run is not started again while its node lives, however long it lasts',
    rules: ['JS-CLU-02', 'JS-ACQ-08'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j', { nonConcurrent: true, requestsRecovery: true });
      await a.put(of, every('t', of, MINUTE));
      const run = await a.run();
      for (let minutes = 20; minutes <= 60; minutes += 20) {
        const found = await ctx.checkInFor(20 * MINUTE, a, b);
        ctx.same(
          found.flatMap((f) => f.recoveries),
          [],
          `after ${minutes} minutes: recoveries`,
        );
        ctx.same(await b.runNames(), [], `after ${minutes} minutes: what the other node starts`);
      }
      ctx.same(await a.complete(run), 'completed', 'the end of the run');
    },
  },
  {
    id: 'CLU-21',
    title: 'a pause on one node holds on the other at once',
    rules: ['JS-CLU-05', 'JS-PAU-01'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j');
      await a.put(of, every('t', of, SECOND));
      await b.complete(await b.run());
      ctx.advance(SECOND);
      await a.store.pauseTrigger(key('t'));
      ctx.same(await b.runNames(), [], 'after pauseTrigger');
      await a.store.resumeAll({ now: ctx.now });
      await a.store.pauseAll();
      ctx.same(await b.runNames(), [], 'after pauseAll');
      await b.store.resumeAll({ now: ctx.now });
      ctx.same(await a.runNames(), ['t'], 'after resumeAll on the other');
    },
  },
  {
    id: 'CLU-22',
    title: 'a change of the schedule on one node is what the other acquires by',
    rules: ['JS-CLU-05'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j');
      await a.put(of, once('t', of, { at: T0 + HOUR }), once('gone', of));
      ctx.same(await b.acquireNames({ maxCount: 0 }), [], 'nothing yet');
      await a.store.replaceTrigger(key('t'), once('t', of, { at: T0 + SECOND }));
      await a.store.removeTrigger(key('gone'));
      await a.store.storeTrigger(once('new', of, { at: T0 + 2 * SECOND }));
      ctx.advance(2 * SECOND);
      ctx.same(await b.runNames(), ['t', 'new'], 'what the other fires');
    },
  },
]);
