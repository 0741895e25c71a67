import { type ConformanceCase, defineCases } from '../case.js';
import { job, MINUTE, once, SECOND, T0 } from '../factories.js';

/** The window. */
export const acquiringWindowCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'ACQ-06',
    title: 'the first trigger is due at noLaterThan or before',
    rules: ['JS-ACQ-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of, { at: T0 + 1000 }));
      ctx.same(await node.acquireNames({ noLaterThan: T0 + 999 }), [], 'one ms before');
      ctx.same(await node.acquireNames({ noLaterThan: T0 + 1000 }), ['t'], 'at the very instant');
    },
  },
  {
    id: 'ACQ-07',
    title: 'the time window does not apply to the first trigger',
    rules: ['JS-ACQ-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of, { at: T0 + 500 }), once('u', of, { at: T0 + 600 }));
      ctx.same(
        await node.acquireNames({ noLaterThan: T0 + 499, timeWindowMs: 1000 }),
        [],
        'both within the window only',
      );
    },
  },
  {
    id: 'ACQ-08',
    title: 'followers are due within the window behind the first, even if noLaterThan is later',
    rules: ['JS-ACQ-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('first', of), once('second', of, { at: T0 + 1000 }));
      const request = { noLaterThan: T0 + 10 * SECOND };
      const narrow = await node.acquire({ ...request, timeWindowMs: 999 });
      ctx.same(
        narrow.map((a) => a.trigger.key.name),
        ['first'],
        'one ms beyond the window',
      );
      await node.release(...narrow);
      ctx.same(
        await node.acquireNames({ ...request, timeWindowMs: 1000 }),
        ['first', 'second'],
        'at its end',
      );
    },
  },
  {
    id: 'ACQ-08/overdue',
    title: 'behind an overdue first trigger the window counts from now',
    rules: ['JS-ACQ-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(
        of,
        once('overdue', of, { at: T0 - 30 * SECOND }),
        once('in', of, { at: T0 + 1000 }),
        once('out', of, { at: T0 + 1001 }),
      );
      ctx.same(
        await node.acquireNames({ noLaterThan: T0 + MINUTE, timeWindowMs: 1000 }),
        ['overdue', 'in'],
        'the batch',
      );
    },
  },
  {
    id: 'ACQ-09',
    title: 'followers may be due after noLaterThan',
    rules: ['JS-ACQ-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const noLaterThan = T0 + 10 * SECOND;
      await node.put(
        of,
        once('first', of, { at: noLaterThan }),
        once('second', of, { at: noLaterThan + 1000 }),
        once('third', of, { at: noLaterThan + 1001 }),
      );
      ctx.same(
        await node.acquireNames({ noLaterThan, timeWindowMs: 1000 }),
        ['first', 'second'],
        'the batch',
      );
    },
  },
  {
    id: 'ACQ-10',
    title: 'a trigger beyond the window ends the batch',
    rules: ['JS-ACQ-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(
        of,
        once('a', of),
        once('b', of, { at: T0 + 1 * SECOND }),
        once('c', of, { at: T0 + 5 * SECOND }),
      );
      ctx.same(
        await node.acquireNames({ noLaterThan: T0 + 10 * SECOND, timeWindowMs: 2 * SECOND }),
        ['a', 'b'],
        'the batch',
      );
    },
  },
  {
    id: 'ACQ-11',
    title: 'without a window all that are overdue come together, and nothing that is ahead',
    rules: ['JS-ACQ-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const due = [-30, -20, -10, 0].map((s) => once(`t${s}`, of, { at: T0 + s * SECOND }));
      await node.put(of, ...due, once('ahead', of, { at: T0 + 1 }));
      const three = await node.acquire({ maxCount: 3, noLaterThan: T0 + MINUTE });
      ctx.same(
        three.map((a) => a.trigger.key.name),
        ['t-30', 't-20', 't-10'],
        'three at most',
      );
      await node.release(...three);
      ctx.same(await node.acquireNames({ noLaterThan: T0 + MINUTE }), ['t-30', 't-20', 't-10', 't0'], 'all');
    },
  },
]);
