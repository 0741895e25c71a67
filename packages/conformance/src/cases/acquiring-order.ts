/**
 * ACQ, first part: which due triggers are acquired, and in which order.
 *
 * @module
 */
import { ANY_GROUP } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, key, MINUTE, once, SECOND, T0, THRESHOLD } from '../factories.js';

/** Order. */
export const acquiringOrderCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'ACQ-01',
    title: 'triggers are acquired by their time, whatever the order in which they were stored',
    rules: ['JS-ACQ-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(
        of,
        once('second', of, { at: T0 + 2 }),
        once('third', of, { at: T0 + 3 }),
        once('first', of, { at: T0 + 1 }),
      );
      const names: string[] = [];
      for (let n = 0; n < 3; n += 1)
        names.push((await node.acquireOne({ noLaterThan: T0 + MINUTE })).trigger.key.name);
      ctx.same(names, ['first', 'second', 'third'], 'the order');
      ctx.same(await node.acquireNames({ noLaterThan: T0 + MINUTE }), [], 'what is left');
    },
  },
  {
    id: 'ACQ-02',
    title: 'a batch holds the first triggers, at most as many as asked for',
    rules: ['JS-ACQ-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('b', of, { at: T0 + 5 }), once('a', of), once('c', of, { at: T0 + 10 }));
      for (let maxCount = 1; maxCount <= 5; maxCount += 1) {
        const batch = await node.acquire({ maxCount, noLaterThan: T0 + SECOND, timeWindowMs: SECOND });
        ctx.same(
          batch.map(({ trigger }) => trigger.key.name),
          ['a', 'b', 'c'].slice(0, maxCount),
          `maxCount ${maxCount}`,
        );
        await node.release(...batch);
      }
    },
  },
  {
    id: 'ACQ-02/due',
    title: 'asked to fire, the store fires what is due and only acquires what is ahead',
    rules: ['JS-ACQ-10', 'JS-ACQ-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('warmup', of));
      await node.complete(await node.run(), 'deleteTrigger');
      await node.put(
        job('k'),
        once('due', of),
        once('ahead', of, { at: T0 + 1 }),
        once('overdue', of, { at: T0 - 1 }),
      );
      const asked = {
        now: ctx.now,
        noLaterThan: T0 + SECOND,
        maxCount: 10,
        timeWindowMs: SECOND,
        fireDue: true,
      };
      const { acquired, fired } = await node.store.acquireNextTriggers(asked);
      const firedNames = fired.map((r) => (r.kind === 'fired' ? r.bundle.trigger.key.name : r.kind));
      const acquiredNames = acquired.map(({ trigger }) => trigger.key.name);
      ctx.holds(!firedNames.includes('ahead'), 'nothing fires ahead of its time', firedNames);
      ctx.same(
        [...firedNames, ...acquiredNames].sort(),
        ['ahead', 'due', 'overdue'],
        'what is claimed either way',
      );
      ctx.same(
        firedNames,
        ['overdue', 'due'].filter((name) => firedNames.includes(name)),
        'what fired, in fire order',
      );
      ctx.same(
        await node.acquireNames({ noLaterThan: T0 + SECOND, timeWindowMs: SECOND }),
        [],
        'what is left',
      );
    },
  },
  {
    id: 'ACQ-03',
    title: 'acquired again and again, every trigger comes exactly once',
    rules: ['JS-ACQ-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const names = Array.from({ length: 100 }, (_, n) => `t${String(n).padStart(3, '0')}`);
      await node.store.storeJobsAndTriggers([{ job: of, triggers: names.map((name) => once(name, of)) }]);
      const seen: string[] = [];
      for (let n = 0; n < 15; n += 1) {
        const batch = await node.acquireNames({ maxCount: 7 });
        ctx.holds(batch.length <= 7, 'a batch is no larger than asked for', batch.length);
        seen.push(...batch);
      }
      ctx.same(seen, names, 'all of them, in order');
      ctx.same(await node.acquireNames(), [], 'what is left');
    },
  },
  {
    id: 'ACQ-04',
    title: 'of triggers due at the same time the higher priority comes first',
    rules: ['JS-ACQ-05'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, ...[5, 1, 10, -1].map((priority) => once(`p${priority}`, of, { priority })));
      await node.store.storeTrigger(once('earlier', of, { priority: -100, at: T0 - 1 }));
      ctx.same(await node.acquireNames(), ['earlier', 'p10', 'p5', 'p1', 'p-1'], 'the order');
    },
  },
  {
    id: 'ACQ-05',
    title: 'of equal time and priority the DEFAULT group comes first, then group and name by code unit',
    rules: ['JS-ACQ-05'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const order = [
        key('a'),
        key('b'),
        key('z', 'A'),
        key('B', 'a'),
        key('a', 'a'),
        key('a10', 'a'),
        key('a9', 'a'),
        key('ä', 'a'),
        key('a', 'ab'),
      ];
      await node.put(of, ...[...order].reverse().map((k) => once(k.name, of, { group: k.group })));
      ctx.same(
        (await node.acquire()).map(({ trigger }) => trigger.key),
        order,
        'the order',
      );
    },
  },
  {
    id: 'ACQ-12',
    title: 'a negative window and other wrong numbers are refused, and nothing is acquired',
    rules: ['JS-ACQ-07'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of));
      const wrong = [
        ['timeWindowMs', -1],
        ['timeWindowMs', Number.NaN],
        ['maxCount', -1],
        ['maxCount', 1.5],
        ['noLaterThan', Number.NaN],
        ['now', Number.POSITIVE_INFINITY],
      ] as const;
      for (const [field, value] of wrong) {
        await ctx.rejects(
          node.acquire({ [field]: value }),
          'ERR_INVALID_ARGUMENT',
          `${field} ${value}`,
          field,
        );
      }
      ctx.same(await node.acquireNames(), ['t'], 'what can be acquired');
    },
  },
  {
    id: 'ACQ-13',
    title: 'asked for none, the store acquires none',
    rules: ['JS-ACQ-07'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of));
      for (const fireDue of [false, true]) {
        const asked = { now: ctx.now, noLaterThan: ctx.now, maxCount: 0, timeWindowMs: 0, fireDue };
        ctx.includes(
          await node.store.acquireNextTriggers(asked),
          { acquired: [], fired: [] },
          `fireDue ${fireDue}`,
        );
      }
      ctx.same(await node.acquireNames(), ['t'], 'what can be acquired');
    },
  },
  {
    id: 'ACQ-14',
    title: 'triggers without a next fire are not acquired and do not end the search',
    rules: ['JS-ACQ-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('running', of, { priority: 10 }));
      const run = await node.run();
      await node.store.storeTrigger(once('never', of, { nextFireAt: null, priority: 10 }));
      await node.store.storeTrigger(once('due', of));
      ctx.same(
        await node.acquireNames({ noLaterThan: T0 + HOUR, timeWindowMs: HOUR }),
        ['due'],
        'what is acquired',
      );
      await node.complete(run, 'deleteTrigger');
    },
  },
  {
    id: 'ACQ-21',
    title: 'a misfired trigger is handled before it is acquired, unless it ignores misfires',
    rules: ['JS-ACQ-06'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(
        of,
        once('ignores', of, { misfireInstruction: 'ignore' }),
        once('fires', of),
        every('skips', of, HOUR),
      );
      ctx.advance(THRESHOLD + 1);
      const batch = await node.acquire();
      ctx.same(
        batch.map(({ trigger: t }) => [t.key.name, t.nextFireAt]),
        [
          ['ignores', T0],
          ['fires', ctx.now],
        ],
        'the batch',
      );
      ctx.same(node.signals.misfired.map((t) => t.key.name).sort(), ['fires', 'skips'], 'the notices');
      ctx.same(
        (await node.stored(key('skips'))).nextFireAt,
        T0 + HOUR,
        'the one that waits for its next time',
      );
    },
  },
  {
    id: 'TRG-18/upcoming',
    title: 'upcoming triggers are the waiting ones, in fire order, up to the limit',
    rules: ['JS-ACQ-05'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(
        of,
        once('c', of, { at: T0 + 9 * HOUR }),
        once('a', of, { at: T0 + 1 }),
        once('b', of, { at: T0 + 2 }),
        once('paused', of),
      );
      await node.store.pauseTrigger(key('paused'));
      const names = async (limit: number): Promise<string[]> =>
        (await node.store.listUpcomingTriggers(limit)).map((t) => t.key.name);
      ctx.same(await names(2), ['a', 'b'], 'two');
      ctx.same(await names(10), ['a', 'b', 'c'], 'ten');
      ctx.same((await node.store.listTriggerKeys(ANY_GROUP)).length, 4, 'all triggers');
    },
  },
]);
