/**
 * FIR, second part: claims that must not fire.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, key, once, SECOND, T0 } from '../factories.js';
import { clustered } from '../needs.js';

/** Refusals. */
export const firingRefusalCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'FIR-01',
    title: 'firing gives one result per claim, in order, when one of them is gone',
    rules: ['JS-FIR-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('a', of), once('b', of), once('c', of));
      const batch = await node.acquire();
      await node.store.removeTrigger(key('b'));
      const results = await node.fire(...batch);
      const seen = results.map((r) => (r.kind === 'fired' ? r.bundle.trigger.key.name : r.kind));
      ctx.same(seen, ['a', 'notFired', 'c'], 'the results');
      const tokens = results.map((r) => (r.kind === 'fired' ? r.bundle.fireInstanceId : r.fireInstanceId));
      ctx.same(
        tokens,
        batch.map((a) => a.fireInstanceId),
        'their tokens',
      );
    },
  },
  {
    id: 'FIR-06',
    title: 'a trigger whose calendar is missing does not fire, and waits again when released',
    rules: ['JS-FIR-04'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, HOUR, { calendarName: 'missing' });
      await node.put(of, t, once('u', of));
      // Acquired apart from `start`, which keeps no claims to release.
      const batch = await node.acquire();
      const results = await node.fire(...batch);
      ctx.same(
        results.map((r) => (r.kind === 'notFired' ? r.reason : r.kind)),
        ['calendarMissing', 'fired'],
        'the results',
      );
      await node.release(...batch);
      ctx.same(await node.state(t), 'normal', 'its state');
      ctx.includes(await node.stored(t), t, 'the trigger');
      const [again] = await node.start({ maxCount: 1 });
      ctx.includes(again, { kind: 'notFired', reason: 'calendarMissing' }, 'the next attempt');
    },
  },
  {
    id: 'FIR-08',
    title: 'a claim does not fire when its job was deleted, even if another of that key has come',
    rules: ['JS-FIR-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of));
      const claimed = await node.acquireOne();
      await node.store.removeJob(of.key);
      ctx.same(
        (await node.fire(claimed)).map((r) => r.kind),
        ['notFired'],
        'after the deletion',
      );
      await node.put(of, once('t', of));
      ctx.same(
        (await node.fire(claimed)).map((r) => r.kind),
        ['notFired'],
        'after both were stored again',
      );
      await node.release(claimed);
      ctx.same((await node.run()).scheduledFireAt, T0, 'the new trigger');
    },
  },
  {
    id: 'FIR-10',
    title: 'a class that cannot be loaded is an error of that one result',
    rules: ['JS-FIR-07', 'JS-FIR-01'],
    async run(ctx) {
      const node = await ctx.open();
      const [lost, of] = [job('lost', { jobClass: 'Vanished' }), job('j')];
      await node.put(of, once('a', of), once('c', of));
      await node.put(lost, once('b', lost));
      const batch = await node.acquire();
      const results = await node.fire(...batch);
      ctx.same(
        results.map((r) => r.kind),
        ['fired', 'jobClassNotFound', 'fired'],
        'the results',
      );
      const middle = results[1];
      if (middle?.kind !== 'jobClassNotFound') return ctx.fail('the middle one is an error');
      ctx.same(
        [middle.error.code, middle.error.details['jobClass']],
        ['ERR_JOB_CLASS_NOT_FOUND', 'Vanished'],
        'the error',
      );
      ctx.same(middle.fireInstanceId, batch[1]?.fireInstanceId, 'its token');
      await node.release(...batch);
      ctx.includes(await node.stored(key('b')), { nextFireAt: T0, previousFireAt: null }, 'the trigger');
    },
  },
  {
    id: 'FIR-13',
    title: 'a claim does not fire while the job, not to run twice, is running',
    rules: ['JS-FIR-06'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const triggers = ['a', 'b', 'c'].map((name) => once(name, of));
      await node.put(of, ...triggers);
      const batch = await node.acquire();
      await node.store.storeJob(job('j', { nonConcurrent: true }), { replace: true });
      const results = await node.fire(...batch.slice(0, 2));
      ctx.same(
        results.map((r) => (r.kind === 'notFired' ? r.reason : r.kind)),
        ['fired', 'jobExecuting'],
        'two in one call',
      );
      const third = await node.fire(...batch.slice(2));
      ctx.same(
        third.map((r) => (r.kind === 'notFired' ? r.reason : r.kind)),
        ['jobExecuting'],
        'one more in the next call',
      );
    },
  },
  {
    id: 'FIR-13/nodes',
    title: 'a claim does not fire while the job, not to run twice, runs on another node',
    rules: ['JS-FIR-06'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      const of = job('j');
      await a.put(of, once('x', of), once('y', of));
      const [x, y] = [await a.acquireOne(), await b.acquireOne()];
      await a.store.storeJob(job('j', { nonConcurrent: true }), { replace: true });
      const results = await Promise.all([a.fire(x), b.fire(y)]);
      ctx.same(
        results
          .flat()
          .map((r) => r.kind)
          .sort(),
        ['fired', 'notFired'],
        'the results',
      );
    },
  },
  {
    id: 'FIR-15',
    title: 'one claim fires once',
    rules: ['JS-FIR-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, SECOND);
      await node.put(of, t);
      const claimed = await node.acquireOne();
      const twice = await node.fire(claimed, claimed);
      ctx.same(
        twice.map((r) => (r.kind === 'notFired' ? r.reason : r.kind)),
        ['fired', 'claimLost'],
        'twice in one call',
      );
      ctx.advance(SECOND);
      ctx.same(
        (await node.fire(claimed)).map((r) => r.kind),
        ['notFired'],
        'in the next call',
      );
      ctx.includes(await node.stored(t), { timesTriggered: 1, nextFireAt: T0 + SECOND }, 'the trigger');
    },
  },
]);
