/**
 * CAL, first part: storing, reading and removing calendars.
 *
 * @module
 */
import type { Calendar } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { DAY, every, HOUR, holidays, job, key, MINUTE, T0, weekly } from '../factories.js';

const BASE: Calendar = {
  type: 'holiday',
  excludedDates: ['2026-12-25', '2027-01-01'],
  timeZone: 'Europe/Berlin',
  description: 'base',
  base: null,
};
const LINK = { timeZone: 'America/New_York', description: 'link', base: BASE } as const;
const EVERY_KIND: readonly Calendar[] = [
  {
    type: 'annual',
    excludedDays: [
      { month: 2, day: 29 },
      { month: 12, day: 24 },
    ],
    ...LINK,
  },
  { type: 'cron', expression: '* * 0-7,18-23 ? * *', ...LINK },
  {
    type: 'daily',
    startMsOfDay: 8 * HOUR,
    endMsOfDay: 17 * HOUR + 59 * MINUTE + 59_999,
    inverted: true,
    ...LINK,
  },
  { type: 'holiday', excludedDates: ['2026-03-03'], ...LINK },
  { type: 'monthly', excludedDays: [1, 31], ...LINK },
  { type: 'weekly', excludedDays: ['SUN', 'SAT'], ...LINK },
];
/** 2026-03-03, the day after {@link T0}. */
const TOMORROW = holidays('2026-03-03');

/** Storing. */
export const calendarCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'CAL-01',
    title: 'a calendar of each kind, chained two deep, is read back equal',
    rules: ['JS-GET-05'],
    async run(ctx) {
      const { store } = await ctx.open();
      for (const calendar of EVERY_KIND) {
        const deep: Calendar = { ...weekly(), description: 'outer', base: calendar };
        await store.storeCalendar(`${calendar.type}-1`, calendar, { now: ctx.now });
        await store.storeCalendar(`${calendar.type}-2`, deep, { now: ctx.now });
        ctx.same(await store.getCalendar(`${calendar.type}-1`), calendar, `${calendar.type}`);
        ctx.same(await store.getCalendar(`${calendar.type}-2`), deep, `${calendar.type} under another`);
      }
    },
  },
  {
    id: 'CAL-02',
    title: 'storing over a calendar without replace is refused and changes nothing',
    rules: ['JS-CAL-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      await store.storeCalendar('c', TOMORROW, { now: ctx.now });
      await ctx.rejects(
        store.storeCalendar('c', weekly(), { now: ctx.now }),
        'ERR_ALREADY_EXISTS',
        'by default',
      );
      const careless = { now: ctx.now, replace: false, updateTriggers: true };
      await ctx.rejects(
        store.storeCalendar('c', weekly(), careless),
        'ERR_ALREADY_EXISTS',
        'with updateTriggers',
      );
      ctx.same(await store.getCalendar('c'), TOMORROW, 'the calendar');
    },
  },
  {
    id: 'CAL-03',
    title: 'a calendar is replaced on demand',
    rules: ['JS-CAL-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      await store.storeCalendar('c', TOMORROW, { now: ctx.now, replace: true });
      await store.storeCalendar('c', weekly('SUN'), { now: ctx.now, replace: true });
      ctx.same(await store.getCalendar('c'), weekly('SUN'), 'the calendar');
      ctx.same((await store.getCounts()).calendars, 1, 'the count');
    },
  },
  {
    id: 'CAL-04',
    title: 'changing a calendar after storing or reading it does not change what is stored',
    rules: ['JS-GET-03'],
    async run(ctx) {
      const { store } = await ctx.open();
      const mine = { ...TOMORROW, excludedDates: ['2026-03-03'] };
      await store.storeCalendar('c', mine, { now: ctx.now });
      mine.excludedDates.push('2026-03-04');
      const read = ctx.present(await store.getCalendar('c'), 'the calendar');
      try {
        (read as unknown as { excludedDates: string[] }).excludedDates.push('2026-03-05');
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      ctx.same(await store.getCalendar('c'), TOMORROW, 'the stored calendar');
    },
  },
  {
    id: 'CAL-05',
    title: 'a calendar that does not exist reads as null',
    rules: ['JS-GET-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      await store.storeCalendar('c', TOMORROW, { now: ctx.now });
      ctx.same(await store.getCalendar('C'), null, 'another name');
    },
  },
  {
    id: 'CAL-06',
    title: 'removing a calendar says whether there was one',
    rules: ['JS-CAL-02'],
    async run(ctx) {
      const { store } = await ctx.open();
      await store.storeCalendar('c', TOMORROW, { now: ctx.now });
      ctx.same(await store.removeCalendar('nobody'), 'absent', 'an unknown one');
      ctx.same(await store.removeCalendar('c'), 'removed', 'one that nothing names');
      ctx.same(await store.getCalendar('c'), null, 'the calendar');
      ctx.same(await store.removeCalendar('c'), 'absent', 'the second time');
    },
  },
  {
    id: 'CAL-07',
    title: 'a calendar that a trigger names cannot be removed, whatever the trigger’s state',
    rules: ['JS-CAL-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', TOMORROW, { now: ctx.now });
      const t = every('t', of, DAY, { calendarName: 'c' });
      await node.put(of, t);
      await ctx.rejects(node.store.removeCalendar('c'), 'ERR_CALENDAR_IN_USE', 'while it waits');
      await node.store.pauseTrigger(t.key);
      await ctx.rejects(node.store.removeCalendar('c'), 'ERR_CALENDAR_IN_USE', 'while it is paused');
      ctx.same(await node.store.getCalendar('c'), TOMORROW, 'the calendar');
    },
  },
  {
    id: 'CAL-08',
    title: 'a calendar can be removed once no trigger names it',
    rules: ['JS-CAL-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', TOMORROW, { now: ctx.now });
      await node.put(
        of,
        every('a', of, DAY, { calendarName: 'c' }),
        every('b', of, DAY, { calendarName: 'c' }),
      );
      await node.store.removeTrigger(key('a'));
      await ctx.rejects(node.store.removeCalendar('c'), 'ERR_CALENDAR_IN_USE', 'while one is left');
      await node.store.storeTrigger(every('b', of, DAY), { replace: true });
      ctx.same(await node.store.removeCalendar('c'), 'removed', 'after the last was replaced by one without');
    },
  },
  {
    id: 'CAL-17',
    title: 'the count and the names of calendars are exact at every step',
    rules: ['JS-CAL-01', 'JS-CAL-02'],
    async run(ctx) {
      const { store } = await ctx.open();
      ctx.same(await store.listCalendarNames(), [], 'empty');
      for (const name of ['b', 'a', 'B']) await store.storeCalendar(name, weekly('SUN'), { now: ctx.now });
      ctx.same(await store.listCalendarNames(), ['B', 'a', 'b'], 'the names, sorted');
      ctx.same((await store.getCounts()).calendars, 3, 'the count');
      await store.removeCalendar('a');
      ctx.same(await store.listCalendarNames(), ['B', 'b'], 'after one went');
      ctx.same((await store.getCounts()).calendars, 2, 'the count then');
    },
  },
]);
