/**
 * Cases that broken stores called for: starting and ending.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { job, once } from '../factories.js';
import { durable } from '../needs.js';

/** Starting and ending. */
export const provenLifecycleCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'REC-01/again',
    title: 'a start that failed may be called again, and then recovers',
    rules: ['JS-LIF-03'],
    level: 'L2',
    needs: durable,
    async run(ctx) {
      const first = await ctx.open({ instanceId: 'same' });
      const of = job('j', { requestsRecovery: true });
      await first.put(of, once('runs', of, { priority: 9 }), once('held', of));
      await first.run({ maxCount: 1 });
      await first.acquireOne();
      await first.abandon();
      const { store, storeContext } = await ctx.prepare({ instanceId: 'same' });
      await store.initialize(storeContext);
      const wrong = { now: Number.NaN, checkInIntervalMs: 7500 };
      await ctx.rejects(store.schedulerStarted(wrong), 'ERR_INVALID_ARGUMENT', 'the start that fails', 'now');
      const recoveries = await store.schedulerStarted({ now: ctx.now, checkInIntervalMs: 7500 });
      const seen = recoveries.map((r) => [r.instanceId, r.released, r.recovering.length]);
      ctx.same(seen, [['same', 1, 1]], 'what the second start recovers');
    },
  },
  {
    id: 'LIF-04/order',
    title: 'when a shutdown resolves, the calls that came before it have settled',
    rules: ['JS-LIF-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of);
      let settled = 0;
      const calls = Array.from({ length: 20 }, async (_, n) => {
        await node.store.storeTrigger(once(`t${n}`, of));
        settled += 1;
      });
      await node.stop();
      // A caller hears of its call's end some steps of the microtask queue later than a shutdown that waits for it.
      for (let step = 0; step < 10; step += 1) await Promise.resolve();
      const settledAtShutdown = settled;
      await Promise.all(calls);
      ctx.same(settledAtShutdown, 20, 'how many of 20 calls had settled');
    },
  },
]);
