/**
 * Cases that broken stores called for: recovery.
 *
 * @module
 */
import { RECOVERY_GROUP } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { CHECK_IN_INTERVAL, LAPSE } from '../context.js';
import { every, HOUR, job, key, once, SECOND, T0 } from '../factories.js';
import { ageable, clustered, durable } from '../needs.js';

/** Recovery. */
export const provenRecoveryCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'REC-03/late',
    title: 'a recovery that comes long after its time does not misfire',
    rules: ['JS-REC-03'],
    level: 'L2',
    routes: 'both',
    needs: durable,
    async run(ctx) {
      const first = await ctx.open({ instanceId: 'same' });
      const of = job('j', { requestsRecovery: true });
      await first.put(of, every('t', of, 24 * HOUR));
      await first.run();
      await first.abandon();
      ctx.advance(HOUR);
      const next = await ctx.open({ instanceId: 'same' });
      const again = await next.run();
      ctx.includes(again, { scheduledFireAt: T0, firedAt: T0 + HOUR }, 'its times');
      ctx.same(again.recovers?.triggerKey, key('t'), 'the run it repeats');
      ctx.same(next.signals.misfired, [], 'notices of misfires');
    },
  },
  {
    id: 'REC-03/whole',
    title: 'a reader beside a recovery sees none of it or all of it',
    rules: ['JS-REC-06'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const [a, b, c] = [await ctx.open(), await ctx.open(), await ctx.open()];
      const of = job('j', { requestsRecovery: true });
      await a.put(of, once('runs', of, { priority: 9 }), once('held', of));
      await a.run({ maxCount: 1 });
      await a.acquireOne();
      await a.abandon();
      const waiting = async (): Promise<number> => (await c.store.listUpcomingTriggers(10)).length;
      const seen = [await waiting()];
      let recovered = false;
      const recover = async (): Promise<void> => {
        await ctx.checkInFor(LAPSE, b, c);
        recovered = true;
      };
      const read = async (): Promise<void> => {
        while (!recovered) {
          seen.push(await waiting());
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await Promise.all([recover(), read()]);
      ctx.same(await waiting(), 2, 'what waits then: the claim given back, and the recovery');
      const recovering = await c.store.listTriggerKeys({ equals: RECOVERY_GROUP });
      ctx.same(recovering.length, 1, 'how many recoveries there are');
      ctx.same(
        seen.filter((n) => n !== 0 && n !== 2),
        [],
        'what was seen before and beside it, neither none nor both',
      );
    },
  },
  {
    id: 'REC-12/check-in',
    title: 'a check-in leaves complete triggers: they go at a start',
    rules: ['JS-REC-07'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of));
      await node.complete(await node.run());
      await node.checkIn();
      ctx.same(await node.state(key('t')), 'complete', 'the state after a check-in');
      await ctx.open();
      ctx.same(await node.state(key('t')), 'none', 'the state after another node started');
    },
  },
  {
    id: 'REC-03/overlapping',
    title: 'every lost run is repeated: two of one trigger too, each with its own times',
    rules: ['JS-REC-03', 'JS-ACQ-10'],
    level: 'L2',
    routes: 'both',
    needs: durable,
    async run(ctx) {
      const first = await ctx.open({ instanceId: 'same' });
      const of = job('j', { requestsRecovery: true });
      await first.put(of, every('t', of, SECOND, { data: { of: 't' }, priority: 7 }));
      for (let n = 0; n < 3; n += 1) {
        ctx.advance(SECOND / 2);
        await first.run();
        ctx.advance(SECOND / 2);
      }
      await first.store.pauseTrigger(key('t'));
      await first.abandon();
      ctx.advance(1);
      const next = await ctx.open({ instanceId: 'same' });
      const runs = await next.runAll();
      ctx.same(
        runs.map(({ recovers, scheduledFireAt, trigger }) => [
          recovers?.triggerKey.name,
          recovers?.scheduledFireAt,
          recovers?.firedAt,
          scheduledFireAt,
          trigger.priority,
          trigger.data,
          trigger.nextFireAt,
        ]),
        [0, 1, 2].map((n) => [
          't',
          T0 + n * SECOND,
          T0 + n * SECOND + SECOND / 2,
          T0 + n * SECOND,
          7,
          { of: 't' },
          null,
        ]),
        'what runs again',
      );
    },
  },
  {
    id: 'REC-12/running',
    title: 'a complete trigger whose run lasts on another node outlives a start',
    rules: ['JS-REC-07'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const a = await ctx.open();
      const of = job('j');
      await a.put(
        of,
        every('t', of, SECOND),
        once('spent', of, { nextFireAt: null }),
        once('spent2', of, { nextFireAt: null }),
      );
      const first = await a.run();
      ctx.advance(SECOND);
      const second = await a.run();
      await a.complete(first, 'setTriggerComplete');
      await ctx.open();
      ctx.same(
        [await a.state(key('t')), await a.state(key('spent')), await a.state(key('spent2'))],
        ['complete', 'none', 'none'],
        'the states after another node started',
      );
      ctx.same(await a.complete(second), 'completed', 'the run that lasted');
    },
  },
  {
    id: 'REC-01/wakes',
    title: 'a start that gives claims back or makes runs repeat wakes the scheduler',
    rules: ['JS-SIG-02'],
    level: 'L2',
    needs: durable,
    async run(ctx) {
      const first = await ctx.open({ instanceId: 'same' });
      const of = job('j', { requestsRecovery: true });
      await first.put(of, once('runs', of), once('held', of, { at: T0 + 1 }));
      await first.run();
      await first.acquireOne({ noLaterThan: T0 + 1 });
      await first.abandon();
      ctx.advance(CHECK_IN_INTERVAL);
      const next = await ctx.open({ instanceId: 'same', start: false });
      next.signals.clear();
      await next.store.schedulerStarted({ now: ctx.now, checkInIntervalMs: CHECK_IN_INTERVAL });
      ctx.holds(next.signals.wakesFor(T0), 'the scheduler is woken', next.signals.changes);
    },
  },
]);
