/**
 * FIR, third part: a run of a non-concurrent job blocks its other triggers.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, key, once, SECOND, T0 } from '../factories.js';

/** Blocking. */
export const blockingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'FIR-11',
    title: 'a run of a non-concurrent job blocks its waiting siblings and leaves the others’ states',
    rules: ['JS-STA-02', 'JS-FIR-06'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      const names = ['errored', 'complete', 'waiting', 'paused'];
      await node.put(of);
      for (const name of ['errored', 'complete'] as const) {
        await node.store.storeTrigger(every(name, of, HOUR));
        await node.complete(await node.run(), name === 'errored' ? 'setTriggerError' : 'setTriggerComplete');
      }
      await node.put(job('other'), once('elsewhere', key('other'), { at: T0 + HOUR }));
      await node.store.storeTrigger(once('waiting', of, { at: T0 + HOUR }));
      await node.store.storeTrigger(once('paused', of, { at: T0 + HOUR }));
      await node.store.pauseTrigger(key('paused'));
      await node.store.storeTrigger(once('runs', of));
      const run = await node.run();
      const states = async (): Promise<string[]> => Promise.all(names.map((name) => node.state(key(name))));
      ctx.same(await states(), ['error', 'complete', 'blocked', 'paused'], 'while it runs');
      ctx.same(await node.state(key('elsewhere')), 'normal', 'another job’s trigger');
      await node.complete(run, 'deleteTrigger');
      ctx.same(await states(), ['error', 'complete', 'normal', 'paused'], 'when it ended');
    },
  },
  {
    id: 'FIR-12',
    title: 'a repeating trigger is blocked by its own run',
    rules: ['JS-STA-02'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      const t = every('t', of, SECOND);
      await node.put(of, t);
      const run = await node.run();
      ctx.same(await node.state(t), 'blocked', 'while it runs');
      ctx.advance(5 * SECOND);
      ctx.same(await node.runNames(), [], 'what fires meanwhile');
      await node.complete(run);
      ctx.same(await node.state(t), 'normal', 'when it ended');
      const held = await node.acquireOne();
      ctx.same(await node.state(t), 'normal', 'while it is only claimed');
      await node.release(held);
      ctx.same((await node.run()).scheduledFireAt, T0 + SECOND, 'the next fire');
    },
  },
  {
    id: 'FIR-14',
    title: 'a trigger stored while its non-concurrent job runs is blocked, or paused when its group is',
    rules: ['JS-STA-02', 'JS-STO-04'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      await node.put(of, once('t', of));
      const run = await node.run();
      const [plain, held] = [once('plain', of), once('held', of, { group: 'g' })];
      await node.store.pauseTriggers({ equals: 'g' });
      await node.store.storeTrigger(plain);
      await node.store.storeTrigger(held);
      ctx.same([await node.state(plain), await node.state(held)], ['blocked', 'paused'], 'the states');
      ctx.same(await node.runNames(), [], 'what fires');
      await node.complete(run, 'deleteTrigger');
      ctx.same(
        [await node.state(plain), await node.state(held)],
        ['normal', 'paused'],
        'the states when the run ended',
      );
    },
  },
]);
