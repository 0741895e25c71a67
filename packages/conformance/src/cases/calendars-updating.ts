/**
 * CAL, second part: what a new calendar does to the triggers that name it.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { DAY, every, HOUR, holidays, job, once, T0, weekly } from '../factories.js';

/** 2026-03-03, the day after {@link T0}. */
const TOMORROW = holidays('2026-03-03');

/** Updating. */
export const calendarUpdateCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'CAL-09',
    title: 'a calendar stored with updateTriggers moves the next fires of its triggers',
    rules: ['JS-CAL-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', weekly(), { now: ctx.now });
      const fresh = every('fresh', of, DAY, { at: T0 + DAY, calendarName: 'c' });
      const fired = every('fired', of, DAY, { at: T0, calendarName: 'c' });
      const other = every('other', of, DAY, { at: T0 + DAY });
      await node.put(of, fresh, fired, other);
      await node.complete(await node.run());
      await node.store.storeCalendar('c', TOMORROW, { now: ctx.now, replace: true, updateTriggers: true });
      ctx.includes(
        await node.stored(fresh),
        { nextFireAt: T0 + 2 * DAY, previousFireAt: null },
        'one that never fired',
      );
      ctx.includes(
        await node.stored(fired),
        { nextFireAt: T0 + 2 * DAY, previousFireAt: T0 },
        'one that fired',
      );
      ctx.same((await node.stored(other)).nextFireAt, T0 + DAY, 'one without the calendar');
    },
  },
  {
    id: 'CAL-09/acquired',
    title: 'a claim made before the calendar moved its trigger does not fire',
    rules: ['JS-CAL-03', 'JS-FIR-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', weekly(), { now: ctx.now });
      const t = every('t', of, DAY, { at: T0 + DAY, calendarName: 'c' });
      await node.put(of, t);
      const claimed = await node.acquireOne({ noLaterThan: T0 + DAY });
      await node.store.storeCalendar('c', TOMORROW, { now: ctx.now, replace: true, updateTriggers: true });
      ctx.advance(DAY);
      ctx.same(
        (await node.fire(claimed)).map((r) => r.kind),
        ['notFired'],
        'firing the old claim',
      );
      await node.release(claimed);
      ctx.includes(await node.stored(t), { nextFireAt: T0 + 2 * DAY, previousFireAt: null }, 'the trigger');
      ctx.advance(DAY);
      ctx.same(await node.acquireNames(), ['t'], 'what is due at the new time');
    },
  },
  {
    id: 'CAL-10',
    title: 'without updateTriggers the next fires stay',
    rules: ['JS-CAL-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', weekly(), { now: ctx.now });
      const t = every('t', of, DAY, { at: T0 + DAY, calendarName: 'c' });
      await node.put(of, t);
      await node.store.storeCalendar('c', TOMORROW, { now: ctx.now, replace: true });
      await node.store.storeCalendar('c', TOMORROW, { now: ctx.now, replace: true, updateTriggers: false });
      ctx.includes(await node.stored(t), t, 'the trigger');
    },
  },
  {
    id: 'CAL-11',
    title: 'a calendar update does not resume a paused trigger',
    rules: ['JS-CAL-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', weekly(), { now: ctx.now });
      const t = every('t', of, DAY, { at: T0 + DAY, calendarName: 'c' });
      await node.put(of, t);
      await node.store.pauseTrigger(t.key);
      await node.store.storeCalendar('c', TOMORROW, { now: ctx.now, replace: true, updateTriggers: true });
      ctx.same(await node.state(t), 'paused', 'its state');
      ctx.same((await node.stored(t)).nextFireAt, T0 + 2 * DAY, 'its next fire');
      ctx.same(await node.acquireNames({ noLaterThan: T0 + 9 * DAY }), [], 'what can be acquired');
    },
  },
  {
    id: 'CAL-12',
    title: 'a calendar update leaves blocked, errored and completed triggers in their states',
    rules: ['JS-CAL-04'],
    async run(ctx) {
      const node = await ctx.open();
      await node.store.storeCalendar('c', weekly(), { now: ctx.now });
      const [one, two, three] = [job('one', { nonConcurrent: true }), job('two'), job('three')];
      const blocked = every('blocked', one, DAY, { calendarName: 'c' });
      const errored = every('errored', two, DAY, { calendarName: 'c' });
      const completed = every('completed', three, DAY, { calendarName: 'c' });
      await node.put(one, blocked);
      const run = await node.run();
      await node.put(two, errored);
      await node.complete(await node.run(), 'setTriggerError');
      await node.put(three, completed);
      await node.complete(await node.run(), 'setTriggerComplete');
      await node.store.storeCalendar('c', TOMORROW, { now: ctx.now, replace: true, updateTriggers: true });
      ctx.same(
        [await node.state(blocked), await node.state(errored), await node.state(completed)],
        ['blocked', 'error', 'complete'],
        'the states',
      );
      ctx.same(await node.acquireNames({ noLaterThan: T0 + 9 * DAY }), [], 'what can be acquired');
      await node.complete(run);
      ctx.same(await node.state(blocked), 'normal', 'the blocked one when the run ended');
      ctx.same((await node.stored(blocked)).nextFireAt, T0 + 2 * DAY, 'its next fire');
    },
  },
  {
    id: 'CAL-13',
    title: 'a calendar update that leaves a trigger no time completes it, with notice',
    rules: ['JS-CAL-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', weekly(), { now: ctx.now });
      const t = every('t', of, DAY, { at: T0 + DAY, endAt: T0 + DAY + HOUR, calendarName: 'c' });
      await node.put(of, t);
      await node.store.storeCalendar('c', TOMORROW, { now: ctx.now, replace: true, updateTriggers: true });
      ctx.same(await node.state(t), 'complete', 'its state');
      ctx.same(
        node.signals.finalized.map((f) => f.key),
        [t.key],
        'finalized notices',
      );
      ctx.same(await node.acquireNames({ noLaterThan: T0 + 9 * DAY }), [], 'what can be acquired');
    },
  },
  {
    id: 'CAL-14',
    title: 'a calendar update that brings an earlier fire wakes the scheduler',
    rules: ['JS-SIG-01', 'JS-CAL-03', 'JS-SIG-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', TOMORROW, { now: ctx.now });
      const t = every('t', of, DAY, { at: T0 + DAY, nextFireAt: T0 + 2 * DAY, calendarName: 'c' });
      await node.put(of, t, once('far', of, { at: T0 + 9 * DAY }));
      node.signals.clear();
      await node.store.storeCalendar('c', weekly(), { now: ctx.now, replace: true, updateTriggers: true });
      ctx.same((await node.stored(t)).nextFireAt, T0 + DAY, 'the next fire');
      ctx.holds(node.signals.wakesFor(T0 + DAY), 'a signal for that time or earlier', node.signals.changes);
    },
  },
]);
