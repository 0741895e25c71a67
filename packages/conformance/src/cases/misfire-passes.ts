/**
 * MIS, third part: when misfires are handled, how many at a time, and who is told.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { CHECK_IN_INTERVAL } from '../context.js';
import { every, HOUR, job, key, MINUTE, once, oneOfEachType, SECOND, T0, THRESHOLD } from '../factories.js';
import { clustered, durable, offers } from '../needs.js';

/** Passes and notices. */
export const misfirePassCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'MIS-13',
    title: 'each misfire is notified once, with the missed time still in the trigger',
    rules: ['JS-MIS-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, every('t', of, HOUR));
      for (let n = 0; n < 2; n += 1) {
        const missedAt = T0 + n * HOUR;
        ctx.now = missedAt + THRESHOLD + 1;
        node.signals.clear();
        await node.acquire();
        await node.store.recoverMisfires({ now: ctx.now, limit: 10 });
        ctx.same(
          node.signals.misfired.map((t) => t.nextFireAt),
          [missedAt],
          `misfire ${n}: the missed times notified`,
        );
        ctx.same((await node.stored(key('t'))).nextFireAt, missedAt + HOUR, `misfire ${n}: the next fire`);
      }
    },
  },
  {
    id: 'MIS-14',
    title:
      'a pass handles at most so many, the oldest first, then the highest priority, and says when there are more',
    rules: ['JS-MIS-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const triggers = Array.from({ length: 50 }, (_, n) =>
        every(`t${String(n).padStart(2, '0')}`, of, HOUR, {
          at: T0 - Math.floor(n / 2) * SECOND,
          priority: n % 2 === 0 ? 1 : 9,
        }),
      );
      await node.store.storeJobsAndTriggers([{ job: of, triggers }]);
      ctx.advance(10 * MINUTE);
      const passes = [];
      for (let n = 0; n < 3; n += 1)
        passes.push(await node.store.recoverMisfires({ now: ctx.now, limit: 20 }));
      const found = passes.map(({ handled, hasMore }) => [handled, hasMore]);
      ctx.same(
        found,
        [
          [20, true],
          [20, true],
          [10, false],
        ],
        'what the passes handled, and whether more was left',
      );
      const order = [...triggers]
        .sort((a, b) => a.startAt - b.startAt || b.priority - a.priority)
        .map((t) => t.key.name);
      ctx.same(
        node.signals.misfired.map((t) => t.key.name),
        order,
        'the order of the notices',
      );
    },
  },
  {
    id: 'MIS-14/acquire',
    title: 'one acquisition handles a bounded number, and has the scheduler come back for the rest',
    rules: ['JS-MIS-02', 'JS-SIG-02'],
    async run(ctx) {
      const node = await ctx.open({ maxMisfiresPerPass: 5 });
      const of = job('j');
      await node.store.storeJobsAndTriggers([
        { job: of, triggers: Array.from({ length: 12 }, (_, n) => every(`t${n}`, of, HOUR)) },
      ]);
      ctx.advance(10 * MINUTE);
      for (const handled of [5, 5, 2, 0]) {
        node.signals.clear();
        await node.acquire();
        ctx.same(node.signals.misfired.length, handled, 'handled by one acquisition');
        if (handled === 5)
          ctx.holds(node.signals.wakesFor(ctx.now), 'the scheduler is woken at once', node.signals.changes);
      }
    },
  },
  {
    id: 'MIS-15',
    title: 'misfired triggers of every type are handled',
    rules: ['JS-MIS-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const triggers = oneOfEachType(of);
      await node.put(of, ...triggers);
      ctx.advance(HOUR);
      ctx.includes(
        await node.store.recoverMisfires({ now: ctx.now, limit: 10 }),
        { handled: 4, hasMore: false },
        'the pass',
      );
      for (const t of triggers) {
        const { nextFireAt } = await node.stored(t);
        ctx.holds(
          (nextFireAt ?? 0) >= ctx.now,
          `${t.key.name}: the next fire is not in the past`,
          nextFireAt,
        );
      }
    },
  },
  {
    id: 'MIS-16',
    title: 'one unreadable misfired trigger does not stop the others',
    rules: ['JS-MIS-06'],
    needs: offers('damage'),
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('a', of), once('b', of), once('c', of));
      await ctx.namespace.damageTrigger?.('conformance', key('b'));
      ctx.advance(HOUR);
      await node.store.recoverMisfires({ now: ctx.now, limit: 10 });
      ctx.same(
        node.signals.misfired.map((t) => t.key.name),
        ['a', 'c'],
        'the notices',
      );
      ctx.same(await node.runNames(), ['a', 'c'], 'what fires');
    },
  },
  {
    id: 'MIS-17',
    title: 'paused, blocked, errored, complete and acquired triggers do not misfire',
    rules: ['JS-MIS-05'],
    async run(ctx) {
      const node = await ctx.open();
      const names = ['errored', 'complete', 'blocked', 'acquired', 'paused'];
      for (const name of names) {
        const of = job(name, { nonConcurrent: true });
        await node.put(of, every(name, of, SECOND));
        if (name === 'acquired') await node.acquireOne();
        else if (name === 'paused') await node.store.pauseTrigger(key(name));
        else {
          const run = await node.run();
          if (name === 'errored') await node.complete(run, 'setTriggerError');
          if (name === 'complete') await node.complete(run, 'setTriggerComplete');
        }
      }
      const before = await node.store.listTriggers({});
      ctx.advance(HOUR);
      ctx.includes(
        await node.store.recoverMisfires({ now: ctx.now, limit: 10 }),
        { handled: 0, hasMore: false },
        'the pass',
      );
      await node.acquire();
      ctx.same(node.signals.misfired, [], 'the notices');
      ctx.same(await node.store.listTriggers({}), before, 'the triggers');
    },
  },
  {
    id: 'MIS-18',
    title: 'passes of two nodes at the same time apply and notify each misfire once',
    rules: ['JS-MIS-03'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      const nodes = [await ctx.open(), await ctx.open()] as const;
      const of = job('j');
      const triggers = Array.from({ length: 60 }, (_, n) => every(`t${n}`, of, 10 * MINUTE));
      await nodes[0].store.storeJobsAndTriggers([{ job: of, triggers }]);
      // Within the tolerance of check-ins there is no need for any: no node dies while this case runs.
      ctx.advance(THRESHOLD + CHECK_IN_INTERVAL);
      const pass = async (node: (typeof nodes)[number]): Promise<void> => {
        for (let n = 0; n < 20; n += 1) await node.store.recoverMisfires({ now: ctx.now, limit: 7 });
      };
      await Promise.all(nodes.map(pass));
      if (!ctx.history.overlapped('recoverMisfires')) ctx.inconclusive('the passes never overlapped');
      const notices = nodes.flatMap((node) => node.signals.misfired.map((t) => t.key.name));
      ctx.same([notices.length, new Set(notices).size], [60, 60], 'the notices, and the triggers they name');
      for (const t of await nodes[0].store.listTriggers({})) {
        ctx.includes(t, { nextFireAt: T0 + 10 * MINUTE, timesTriggered: 1 }, t.key.name);
      }
    },
  },
  {
    id: 'MIS-20',
    title: 'a pass that makes a trigger due wakes the scheduler',
    rules: ['JS-SIG-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of), every('u', of, HOUR));
      ctx.advance(HOUR / 2);
      node.signals.clear();
      await node.store.recoverMisfires({ now: ctx.now, limit: 10 });
      ctx.holds(node.signals.wakesFor(ctx.now), 'a signal for now', node.signals.changes);
    },
  },
  {
    id: 'MIS-21',
    title: 'triggers that misfired while nobody ran are handled before they fire',
    rules: ['JS-MIS-02', 'JS-ACQ-06'],
    level: 'L2',
    routes: 'both',
    needs: durable,
    async run(ctx) {
      const before = await ctx.open({ instanceId: 'n' });
      const of = job('j');
      await before.put(
        of,
        once('now', of),
        every('next', of, HOUR),
        once('ignores', of, { misfireInstruction: 'ignore' }),
      );
      await before.stop();
      ctx.advance(HOUR / 2);
      const after = await ctx.open({ instanceId: 'n' });
      const fired = await after.runAll();
      ctx.same(
        fired.map((b) => [b.trigger.key.name, b.scheduledFireAt]),
        [
          ['ignores', T0],
          ['now', ctx.now],
        ],
        'what fires',
      );
      ctx.same(after.signals.misfired.map((t) => t.key.name).sort(), ['next', 'now'], 'the notices');
      ctx.same((await after.stored(key('next'))).nextFireAt, T0 + HOUR, 'the one that waits');
    },
  },
]);
