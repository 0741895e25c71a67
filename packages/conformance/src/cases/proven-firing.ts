/**
 * Cases that broken stores called for: firing.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { DAY, every, HOUR, holidays, job, key, once, SECOND, T0, weekly } from '../factories.js';

/** FIR. */
export const provenFiringCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'FIR-12/spent',
    title: 'a trigger without a next fire is never blocked: not by its own run, nor by a sibling’s',
    rules: ['JS-STA-02', 'JS-STA-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      await node.put(of, once('t', of));
      const run = await node.run();
      ctx.same(await node.state(key('t')), 'normal', 'the state of the one-shot that runs');
      ctx.same((await node.stored(key('t'))).nextFireAt, null, 'its next fire');
      await node.complete(run);
      ctx.same(await node.state(key('t')), 'complete', 'its state afterwards');
    },
  },
  {
    id: 'FIR-07/calendar',
    title: 'a fire asks the calendar for the next time, and shows it to the run',
    rules: ['JS-FIR-05', 'JS-FIR-03', 'JS-ACQ-10'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const calendar = holidays('2026-03-03', '2026-03-04');
      await node.store.storeCalendar('c', calendar, { now: ctx.now });
      await node.put(of, every('t', of, DAY, { calendarName: 'c' }), every('free', of, DAY));
      for (const { trigger, calendar: shown } of await node.runAll()) {
        const excludes = trigger.key.name === 't';
        ctx.same(shown, excludes ? calendar : null, `the calendar of ${trigger.key.name}`);
        ctx.same(trigger.nextFireAt, T0 + (excludes ? 3 : 1) * DAY, `the next fire of ${trigger.key.name}`);
        ctx.includes(await node.stored(trigger), trigger, `what is stored of ${trigger.key.name}`);
      }
    },
  },
  {
    id: 'FIR-06/beside',
    title: 'a trigger whose calendar is missing does not fire, by either route, and holds nobody up',
    rules: ['JS-FIR-04', 'JS-ACQ-10'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, every('a', of, HOUR, { calendarName: 'missing' }), every('b', of, HOUR));
      const results = await node.start();
      ctx.same(
        results.map((r) => (r.kind === 'notFired' ? r.reason : r.kind)).toSorted(),
        ['calendarMissing', 'fired'],
        'the results',
      );
      ctx.includes(
        await node.stored(key('a')),
        { nextFireAt: T0, timesTriggered: 0 },
        'the one that did not',
      );
      await node.store.storeCalendar('missing', weekly(), { now: ctx.now });
      const refused = results.find((r) => r.kind === 'notFired');
      const { trigger } = { trigger: await node.stored(key('a')) };
      if (refused?.kind === 'notFired')
        await node.release({ fireInstanceId: refused.fireInstanceId, trigger, jobClass: of.jobClass });
      ctx.same(await node.runNames(), ['a'], 'what runs when the calendar is there');
    },
  },
  {
    id: 'FIR-05/late',
    title: 'a late fire is counted and remembered by when it was due, and the run is told both times',
    rules: ['JS-FIR-05', 'JS-FIR-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, every('t', of, 10 * SECOND));
      ctx.advance(3 * SECOND);
      const first = await node.run();
      ctx.includes(
        first,
        { scheduledFireAt: T0, firedAt: T0 + 3 * SECOND, previousFireAt: null, recovers: null },
        'the first run',
      );
      ctx.advance(10 * SECOND);
      const second = await node.run();
      ctx.includes(
        second,
        { scheduledFireAt: T0 + 10 * SECOND, firedAt: T0 + 13 * SECOND, previousFireAt: T0 },
        'the second run',
      );
      ctx.includes(
        await node.stored(key('t')),
        { previousFireAt: T0 + 10 * SECOND, nextFireAt: T0 + 20 * SECOND, timesTriggered: 2 },
        'the trigger',
      );
    },
  },
  {
    id: 'FIR-01/order',
    title:
      'results stand where their claims stood, in any order, and one claim fires once though it is named twice',
    rules: ['JS-FIR-01', 'JS-FIR-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('a', of), once('b', of), once('c', of));
      const [a, b, c] = await node.acquire();
      const claims = [c, a, c, b].flatMap((claim) => (claim === undefined ? [] : [claim]));
      const results = await node.fire(...claims);
      ctx.same(
        results.map((r) => (r.kind === 'fired' ? r.bundle.trigger.key.name : r.kind)),
        ['c', 'a', 'notFired', 'b'],
        'the results',
      );
      ctx.same((await node.stored(key('c'))).timesTriggered, 1, 'how often c fired');
    },
  },
  {
    id: 'FIR-08/released',
    title: 'a claim that was given back fires nothing, though its trigger waits or another holds it',
    rules: ['JS-FIR-02', 'JS-REL-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, every('t', of, HOUR));
      const first = await node.acquireOne();
      await node.release(first);
      ctx.same(
        (await node.fire(first)).map((r) => r.kind),
        ['notFired'],
        'the claim, while the trigger waits',
      );
      const second = await node.acquireOne();
      ctx.same(
        (await node.fire(first)).map((r) => r.kind),
        ['notFired'],
        'the claim, while another holds it',
      );
      await node.release(first);
      ctx.same(
        (await node.fire(second)).map((r) => r.kind),
        ['fired'],
        'the other claim',
      );
      ctx.same((await node.stored(key('t'))).timesTriggered, 1, 'how often it fired');
    },
  },
]);
