/**
 * Cases that broken stores called for: recovery.
 *
 * @module
 */
import { RECOVERY_GROUP } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { LAPSE } from '../context.js';
import { every, HOUR, job, key, once, T0 } from '../factories.js';
import { ageable, durable } from '../needs.js';

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
]);
