/**
 * CLU, second part: nodes that die, or are taken for dead.
 *
 * @module
 */
import { ANY_GROUP, RECOVERY_GROUP } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { CHECK_IN_INTERVAL, LAPSE } from '../context.js';
import { every, HOUR, job, key, MINUTE, once, SECOND, T0 } from '../factories.js';
import { ageable, clustered, clusteredByServerClock } from '../needs.js';

/** What may pass on a server's clock between two calls of a case, in ms. */
const SERVER_LEEWAY = 3 * SECOND;

/** Failover. */
export const failoverCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'CLU-03',
    title: 'what a dead node had acquired is fired by another',
    rules: ['JS-REC-02', 'JS-CLU-03', 'JS-CLU-01', 'JS-SIG-02'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j');
      await a.put(of, once('t', of));
      const lost = await a.acquireOne();
      await a.abandon();
      const recoveries = (await ctx.checkInFor(LAPSE, b)).flatMap((found) => found.recoveries);
      ctx.same(
        recoveries.map((r) => [r.instanceId, r.released, r.abandoned]),
        [[a.instanceId, 1, 0]],
        'the recoveries',
      );
      ctx.holds(b.signals.wakesFor(T0), 'the scheduler is woken', b.signals.changes);
      ctx.same(
        (await b.fire(lost)).map((r) => r.kind),
        ['notFired'],
        'the dead node’s claim',
      );
      ctx.same(await b.runNames(), ['t'], 'what fires');
    },
  },
  {
    id: 'CLU-03/alive',
    title: 'what a living node holds is not taken from it',
    rules: ['JS-CLU-02', 'JS-CLU-03'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j', { requestsRecovery: true });
      await a.put(of, once('held', of), once('runs', of, { priority: 9 }));
      const run = await a.run({ maxCount: 1 });
      const held = await a.acquireOne();
      // The other node is late, by less than its interval and the grace together.
      await ctx.pass(CHECK_IN_INTERVAL);
      await b.checkIn();
      await ctx.pass(CHECK_IN_INTERVAL - (ctx.claim.livenessClock === 'server' ? SERVER_LEEWAY : 0));
      ctx.same((await b.checkIn()).recoveries, [], 'recoveries while the node is late');
      const found = await ctx.checkInFor(5 * LAPSE, a, b);
      ctx.same(
        found.flatMap((f) => [...f.recoveries, ...(f.fenced ? ['fenced'] : [])]),
        [],
        'recoveries while it is on time',
      );
      ctx.same(await b.acquireNames(), [], 'what the other can acquire');
      ctx.same(
        (await a.fire(held)).map((r) => r.kind),
        ['fired'],
        'the held claim',
      );
      ctx.same(await a.complete(run, 'deleteTrigger'), 'completed', 'the run');
    },
  },
  {
    id: 'CLU-04',
    title: 'a run that a dead node lost is run once by another, when its job asked for it',
    rules: ['JS-REC-03', 'JS-CLU-01'],
    level: 'L3',
    routes: 'both',
    needs: ageable,
    async run(ctx) {
      const [a, b, c] = [await ctx.open(), await ctx.open(), await ctx.open()];
      const of = job('j', { requestsRecovery: true });
      await a.put(of, once('t', of));
      await a.run();
      await a.abandon();
      await ctx.checkInFor(LAPSE, b, c);
      const runs = (await Promise.all([b.runAll(), c.runAll()])).flat();
      ctx.same(
        runs.map((run) => run.recovers?.triggerKey),
        [key('t')],
        'what runs, on both',
      );
      await ctx.checkInFor(LAPSE, b, c);
      ctx.same([...(await b.runNames()), ...(await c.runNames())], [], 'what runs later');
    },
  },
  {
    id: 'CLU-05',
    title: 'what a dead node had finished, or lost without asking for recovery, does not run again',
    rules: ['JS-REC-04', 'JS-CLU-01'],
    level: 'L3',
    routes: 'both',
    needs: ageable,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const [plain, asks] = [job('plain'), job('asks', { requestsRecovery: true })];
      await a.put(asks, once('done', asks));
      await a.complete(await a.run(), 'deleteTrigger');
      await a.put(plain, once('lost', plain));
      await a.run();
      await a.abandon();
      const [recovery] = (await ctx.checkInFor(LAPSE, b)).flatMap((found) => found.recoveries);
      ctx.includes(recovery, { instanceId: a.instanceId, recovering: [], abandoned: 1 }, 'the recovery');
      ctx.same(await b.runNames(), [], 'what runs');
      ctx.same(await b.store.listTriggerKeys(ANY_GROUP), [], 'the triggers left');
    },
  },
  {
    id: 'CLU-06',
    title: 'a dead node’s non-concurrent job is unblocked, a living node’s is not',
    rules: ['JS-CLU-02', 'JS-STA-02'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const [a, b, c] = [await ctx.open(), await ctx.open(), await ctx.open()];
      for (const [node, name] of [
        [a, 'dead'],
        [b, 'living'],
      ] as const) {
        const of = job(name, { nonConcurrent: true });
        await node.put(of, every(name, of, HOUR));
        await node.run();
      }
      await a.abandon();
      await ctx.checkInFor(LAPSE, b, c);
      ctx.same(
        [await c.state(key('dead')), await c.state(key('living'))],
        ['normal', 'blocked'],
        'the states',
      );
    },
  },
  {
    id: 'CLU-07',
    title: 'of three survivors one recovers',
    rules: ['JS-CLU-01'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const [a, ...survivors] = [
        await ctx.open(),
        await ctx.open(),
        await ctx.open(),
        await ctx.open(),
      ] as const;
      const of = job('j', { requestsRecovery: true });
      await a.put(of, once('t', of));
      await a.run();
      await a.abandon();
      const found = [];
      for (let n = 0; n < 3; n += 1) {
        await ctx.pass(CHECK_IN_INTERVAL);
        found.push(...(await Promise.all(survivors.map((node) => node.checkIn()))));
      }
      ctx.same(found.flatMap((f) => f.recoveries).length, 1, 'how many recoveries there are');
      const recovering = await survivors[0].store.listTriggerKeys({ equals: RECOVERY_GROUP });
      ctx.same(recovering.length, 1, 'how many triggers they made');
    },
  },
  {
    id: 'CLU-08',
    title: 'hosts whose clocks are minutes apart take nobody for dead, and nothing fires twice',
    rules: ['JS-CLU-03', 'JS-CLU-02'],
    level: 'L3',
    needs: clusteredByServerClock,
    async run(ctx) {
      const [a, ahead, behind] = [await ctx.open(), await ctx.open(), await ctx.open()];
      const of = job('j', { requestsRecovery: true, nonConcurrent: true });
      await a.put(of, once('t', of));
      const run = await a.run();
      const clocks = [
        [ahead, 5 * MINUTE],
        [behind, -5 * MINUTE],
        [a, 0],
      ] as const;
      for (let round = 0; round < 3; round += 1) {
        await ctx.pass(CHECK_IN_INTERVAL);
        for (const [node, skew] of clocks)
          ctx.includes(
            await node.store.checkIn({ now: ctx.now + skew }),
            { fenced: false, recoveries: [] },
            `what ${node.instanceId} finds, whose clock is ${skew / MINUTE} minutes ahead`,
          );
      }
      ctx.same(
        await ahead.runNames({ now: ctx.now + 5 * MINUTE, noLaterThan: ctx.now + 5 * MINUTE }),
        [],
        'what runs beside it',
      );
      ctx.same(await a.complete(run, 'deleteTrigger'), 'completed', 'the run');
    },
  },
  {
    id: 'CLU-09',
    title: 'a node that slept as long as the others does not declare them dead when it wakes',
    rules: ['JS-CLU-03'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j', { requestsRecovery: true });
      await a.put(of, once('t', of));
      const run = await a.run();
      await ctx.pass(10 * MINUTE);
      ctx.same((await b.checkIn()).recoveries, [], 'what the first to wake recovers');
      ctx.includes(await a.checkIn(), { fenced: false, recoveries: [] }, 'what the second finds');
      ctx.same(await a.complete(run, 'deleteTrigger'), 'completed', 'its run');
    },
  },
  {
    id: 'CLU-10',
    title:
      'a node that was recovered while it slept is told so, is a member again, and its runs are fenced off',
    rules: ['JS-CMP-02', 'JS-CLU-04'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j', { requestsRecovery: true });
      await a.put(of, once('t', of));
      const run = await a.run();
      await ctx.checkInFor(LAPSE, b);
      ctx.same((await a.checkIn()).fenced, true, 'the first check-in');
      ctx.same((await a.checkIn()).fenced, false, 'the second');
      ctx.same(await a.complete(run, 'deleteTrigger'), 'stale', 'the run it had');
      const again = await a.run();
      ctx.same(again.recovers?.triggerKey, key('t'), 'what it may run now');
      await ctx.checkInFor(LAPSE, a, b);
      ctx.same(await a.complete(again, 'deleteTrigger'), 'completed', 'the run it has now');
    },
  },
  {
    id: 'CLU-15',
    title: 'a node restarted under its name recovers its earlier life at once',
    rules: ['JS-REC-01'],
    level: 'L3',
    routes: 'both',
    needs: clustered,
    async run(ctx) {
      const [a, b] = [await ctx.open({ instanceId: 'same' }), await ctx.open()];
      const of = job('j', { requestsRecovery: true });
      await a.put(of, every('t', of, HOUR));
      await a.run();
      const theirs = job('theirs', { requestsRecovery: true });
      await b.put(theirs, once('running', theirs));
      const other = await b.run();
      await a.abandon();
      ctx.advance(1);
      const again = await ctx.open({ instanceId: 'same' });
      ctx.same(
        again.recoveries.map((r) => [r.instanceId, r.recovering.length]),
        [['same', 1]],
        'the recoveries',
      );
      ctx.same(
        (await again.runAll()).map((run) => run.recovers?.triggerKey),
        [key('t')],
        'what runs',
      );
      ctx.same(await b.complete(other, 'deleteTrigger'), 'completed', 'the other node’s run');
    },
  },
]);
