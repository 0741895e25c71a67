/**
 * MIS, first part: what the instructions of all types do, and the line between late and misfired.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import {
  cronAt,
  DAY,
  every,
  HOUR,
  holidays,
  job,
  key,
  MINUTE,
  once,
  oneOfEachType,
  SECOND,
  T0,
  THRESHOLD,
  type TriggerOverrides,
} from '../factories.js';

/** Instructions. */
export const misfireCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'MIS-01',
    title: 'late by the threshold is not misfired; one ms more is',
    rules: ['JS-MIS-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('late', of, { at: T0 + 1 }), once('later', of, { at: T0 }));
      ctx.advance(THRESHOLD + 1);
      ctx.includes(
        await node.store.recoverMisfires({ now: ctx.now, limit: 10 }),
        { handled: 1, hasMore: false },
        'the pass',
      );
      ctx.same(
        node.signals.misfired.map((t) => t.key.name),
        ['later'],
        'the notices',
      );
      ctx.same((await node.stored(key('late'))).nextFireAt, T0 + 1, 'the one that is late by the threshold');
      ctx.same((await node.stored(key('later'))).nextFireAt, ctx.now, 'the other');
    },
  },
  {
    id: 'MIS-01/acquire',
    title: 'acquiring draws the line of misfire at the same instant',
    rules: ['JS-MIS-01'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('late', of, { at: T0 + 1 }), once('later', of, { at: T0 }));
      ctx.advance(THRESHOLD + 1);
      const fired = await node.runAll();
      ctx.same(
        fired.map((b) => [b.trigger.key.name, b.scheduledFireAt]),
        [
          ['late', T0 + 1],
          ['later', ctx.now],
        ],
        'what fires, and its scheduled times',
      );
      ctx.same(
        node.signals.misfired.map((t) => t.key.name),
        ['later'],
        'the notices',
      );
    },
  },
  {
    id: 'MIS-02',
    title: 'simple, smart, without repeats: fires once, now',
    rules: ['JS-MIS-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of), once('explicit', of, { misfireInstruction: 'fireNow' }));
      ctx.advance(HOUR);
      for (const name of ['explicit', 't']) {
        const run = await node.run();
        ctx.same(
          [run.trigger.key.name, run.scheduledFireAt, run.trigger.nextFireAt],
          [name, ctx.now, null],
          `${name}: its fire`,
        );
        await node.complete(run, 'deleteTrigger');
      }
      ctx.same(await node.runNames(), [], 'what fires after them');
    },
  },
  {
    id: 'MIS-07',
    title: 'a one-shot that waits for its next time is complete, with notice',
    rules: ['JS-MIS-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const instructions = ['nextWithExistingCount', 'nextWithRemainingCount'] as const;
      await node.put(
        of,
        ...instructions.map((misfireInstruction) => once(misfireInstruction, of, { misfireInstruction })),
      );
      ctx.advance(HOUR);
      ctx.same(await node.runNames(), [], 'what fires');
      for (const name of instructions) ctx.same(await node.state(key(name)), 'complete', name);
      ctx.same(node.signals.finalized.map((f) => f.key.name).sort(), [...instructions].sort(), 'the notices');
    },
  },
  {
    id: 'MIS-09',
    title: 'cron, calendar-interval and daily, smart: fire once, now, and go on by their schedule',
    rules: ['JS-MIS-04'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const wall = wallClockTriggers({ previousFireAt: T0 - DAY });
      await node.put(
        of,
        ...wall,
        ...wall.map(
          (t): Trigger => ({ ...t, key: key(t.key.name, 'explicit'), misfireInstruction: 'fireOnceNow' }),
        ),
      );
      ctx.advance(2 * HOUR);
      const fired = await node.runAll();
      ctx.same(fired.length, 6, 'how many fire');
      for (const { trigger: t, scheduledFireAt, previousFireAt } of fired) {
        ctx.same(
          { scheduledFireAt, previousFireAt, nextFireAt: t.nextFireAt },
          { scheduledFireAt: ctx.now, previousFireAt: T0 - DAY, nextFireAt: T0 + DAY },
          t.key.name,
        );
      }
    },
  },
  {
    id: 'MIS-10',
    title: 'cron, calendar-interval and daily, doing nothing: wait for the next time',
    rules: ['JS-MIS-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const triggers = wallClockTriggers({ misfireInstruction: 'doNothing' });
      await node.put(of, ...triggers);
      ctx.advance(2 * HOUR);
      ctx.same(await node.runNames(), [], 'what fires');
      for (const t of triggers)
        ctx.includes(await node.stored(t), { nextFireAt: T0 + DAY, previousFireAt: null }, t.key.name);
      ctx.same(node.signals.misfired.length, 3, 'the notices');
    },
  },
  {
    id: 'MIS-11',
    title: 'doing nothing waits for the next time that the calendar includes',
    rules: ['JS-MIS-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', holidays('2026-03-03'), { now: ctx.now });
      const triggers = wallClockTriggers({ misfireInstruction: 'doNothing', calendarName: 'c' });
      await node.put(of, ...triggers);
      ctx.advance(2 * HOUR);
      ctx.same(await node.runNames(), [], 'what fires');
      for (const t of triggers) ctx.same((await node.stored(t)).nextFireAt, T0 + 2 * DAY, t.key.name);
    },
  },
  {
    id: 'MIS-12',
    title: 'ignoring misfires fires every missed time, one by one, without notice',
    rules: ['JS-ACQ-06', 'JS-MIS-01'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const ignore = { misfireInstruction: 'ignore' } as const;
      await node.put(
        of,
        every('simple', of, 30 * SECOND, ignore),
        cronAt('cron', of, '0/30 * * * * ?', ignore),
      );
      ctx.advance(5 * MINUTE);
      ctx.includes(
        await node.store.recoverMisfires({ now: ctx.now, limit: 10 }),
        { handled: 0, hasMore: false },
        'a misfire pass',
      );
      const fires: Record<string, number[]> = { simple: [], cron: [] };
      for (let n = 0; n < 22; n += 1) {
        const run = await node.run();
        fires[run.trigger.key.name]?.push((run.scheduledFireAt - T0) / SECOND);
        await node.complete(run);
      }
      const expected = Array.from({ length: 11 }, (_, n) => n * 30);
      ctx.same(fires, { simple: expected, cron: expected }, 'the fires, in seconds');
      ctx.same(await node.runNames(), [], 'what fires after them');
      ctx.same(node.signals.misfired, [], 'the notices');
    },
  },
  {
    id: 'MIS-23',
    title: 'a misfire that fires now is scheduled for now; one that is ignored keeps its missed time',
    rules: ['JS-MIS-04', 'JS-FIR-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(
        of,
        once('ignored', of, { misfireInstruction: 'ignore' }),
        cronAt('once', of, '0 0 10 * * ?', { misfireInstruction: 'fireOnceNow' }),
      );
      ctx.advance(HOUR + 1);
      const fired = await node.runAll();
      ctx.same(
        fired.map((b) => [b.trigger.key.name, b.scheduledFireAt, b.firedAt]),
        [
          ['ignored', T0, ctx.now],
          ['once', ctx.now, ctx.now],
        ],
        'what fires',
      );
    },
  },
]);

/** Cron, calendar-interval and daily: all due at {@link T0} and one day later. */
function wallClockTriggers(overrides: TriggerOverrides): readonly Trigger[] {
  return oneOfEachType(key('j'), overrides).filter((t) => t.schedule.type !== 'simple');
}
