/**
 * ACQ, fourth part: giving claims back.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, key, MINUTE, once, SECOND, T0 } from '../factories.js';

/** Releases. */
export const releasingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'ACQ-28',
    title: 'a released trigger is acquired again',
    rules: ['JS-REL-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const [t, u] = [once('t', of), once('u', of)];
      await node.put(of, t, u);
      const batch = await node.acquire();
      node.signals.clear();
      await node.release(...batch);
      ctx.holds(node.signals.wakesFor(T0), 'the scheduler is woken', node.signals.changes);
      ctx.same(await node.acquireNames(), ['t', 'u'], 'the next batch');
    },
  },
  {
    id: 'ACQ-29',
    title: 'releasing what was fired, deleted, paused or replaced changes nothing',
    rules: ['JS-REL-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      const other = job('k');
      await node.put(of, every('fired', of, SECOND), once('sibling', of, { at: T0 + 1 }));
      await node.put(other, ...['deleted', 'paused', 'replaced'].map((name) => once(name, other)));
      const batch = await node.acquire();
      const named = (name: string) => batch.filter((a) => a.trigger.key.name === name);
      const [run] = await node.fire(...named('fired'));
      await node.store.removeTrigger(key('deleted'));
      await node.store.pauseTrigger(key('paused'));
      await node.store.storeTrigger(once('replaced', other, { at: T0 + HOUR }), { replace: true });
      const before = await Promise.all(
        ['fired', 'sibling', 'deleted', 'paused', 'replaced'].map((name) => node.store.getTrigger(key(name))),
      );
      await node.release(...batch);
      const after = await Promise.all(
        ['fired', 'sibling', 'deleted', 'paused', 'replaced'].map((name) => node.store.getTrigger(key(name))),
      );
      ctx.same(after, before, 'the triggers');
      const states = await Promise.all(
        ['fired', 'sibling', 'deleted', 'paused', 'replaced'].map((name) => node.state(key(name))),
      );
      ctx.same(states, ['blocked', 'blocked', 'none', 'paused', 'normal'], 'the states');
      ctx.advance(SECOND);
      ctx.same(await node.acquireNames(), [], 'what can be acquired');
      if (run?.kind !== 'fired') return ctx.fail('the claim fired');
      ctx.same(await node.complete(run.bundle), 'completed', 'the end of the run');
    },
  },
  {
    id: 'ACQ-30',
    title: 'releasing a claim that a sibling’s run keeps from firing does not unblock anything',
    rules: ['JS-REL-02', 'JS-STA-02', 'JS-FIR-06'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('a', of), every('b', of, MINUTE));
      const [a, b] = await node.acquire();
      await node.store.storeJob(job('j', { nonConcurrent: true }), { replace: true });
      const run = await node.fireOne(ctx.present(a, 'the first claim'));
      const second = ctx.present(b, 'the second claim');
      ctx.includes(
        (await node.fire(second))[0],
        { kind: 'notFired', reason: 'jobExecuting' },
        'firing the second',
      );
      await node.release(second);
      ctx.same(await node.state(key('b')), 'blocked', 'its state after the release');
      ctx.same(await node.acquireNames(), [], 'what can be acquired');
      await node.complete(run, 'deleteTrigger');
      ctx.same(await node.acquireNames(), ['b'], 'what can be acquired when the run ended');
    },
  },
  {
    id: 'ACQ-31',
    title: 'a release with a foreign token is ignored',
    rules: ['JS-REL-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of));
      const claimed = await node.acquireOne();
      await node.release({ ...claimed, fireInstanceId: `${claimed.fireInstanceId}x` });
      ctx.same(await node.acquireNames(), [], 'what can be acquired');
      ctx.same((await node.fireOne(claimed)).scheduledFireAt, T0, 'the true claim');
    },
  },
  {
    id: 'ACQ-31/again',
    title: 'a claim released twice does not give back the next claim of its trigger',
    rules: ['JS-REL-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of));
      const first = await node.acquireOne();
      await node.release(first);
      const second = await node.acquireOne();
      await node.release(first);
      ctx.same(await node.acquireNames(), [], 'what can be acquired');
      ctx.same((await node.fireOne(second)).scheduledFireAt, T0, 'the second claim');
    },
  },
  {
    id: 'ACQ-32',
    title: 'acquiring and releasing leaves the trigger as it was',
    rules: ['JS-REL-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE, {
        repeat: 9,
        timesTriggered: 3,
        previousFireAt: T0 - MINUTE,
        startAt: T0 - 3 * MINUTE,
      });
      await node.put(of, t);
      for (let n = 0; n < 3; n += 1) await node.release(await node.acquireOne());
      ctx.includes(await node.stored(t), t, 'the trigger');
      ctx.same(await node.state(t), 'normal', 'its state');
    },
  },
]);
