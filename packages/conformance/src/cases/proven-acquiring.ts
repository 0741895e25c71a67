/**
 * Cases that broken stores called for: acquiring and releasing.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import type { CaseContext } from '../context.js';
import { DAY, every, HOUR, holidays, job, key, once, SECOND, T0, THRESHOLD } from '../factories.js';

/** ACQ, MIS. */
export const provenAcquiringCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'ACQ-01/limit',
    title: 'no more run than were asked for, and those in order',
    rules: ['JS-ACQ-01', 'JS-ACQ-05'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(
        of,
        once('d', of),
        once('b', of),
        once('a', of, { priority: 9 }),
        once('c', of),
        once('e', of),
      );
      ctx.same(await node.runNames({ maxCount: 1 }), ['a'], 'of five, one');
      ctx.same(await node.runNames({ maxCount: 3 }), ['b', 'c', 'd'], 'of four, three');
      ctx.same(await node.runNames({ maxCount: 3 }), ['e'], 'of one, three');
    },
  },
  {
    id: 'ACQ-06/past',
    title: 'a first trigger that is due after noLaterThan is left, though it is due by now',
    rules: ['JS-ACQ-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of, { at: T0 + 10 }));
      ctx.advance(SECOND);
      ctx.same(await node.acquireNames({ noLaterThan: T0 + 9 }), [], 'just before');
      ctx.same(await node.acquireNames({ noLaterThan: T0 + 10 }), ['t'], 'at the very instant');
    },
  },
  {
    id: 'ACQ-15/namesakes',
    title: 'a non-concurrent job holds back its own triggers, not those of a namesake or of a concurrent job',
    rules: ['JS-ACQ-08', 'JS-STA-02'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const [of, namesake] = [
        job('j', { nonConcurrent: true }),
        job('j', { group: 'other', nonConcurrent: true }),
      ];
      const plain = job('plain');
      await node.put(of, once('a', of, { priority: 9 }), once('b', of));
      await node.put(namesake, once('theirs', namesake));
      await node.put(plain, every('p', plain, SECOND, { priority: 8 }));
      ctx.same((await node.run()).trigger.key.name, 'a', 'what runs first');
      ctx.same((await node.run()).trigger.key.name, 'p', 'what runs second');
      ctx.same(
        [await node.state(key('b')), await node.state(key('theirs')), await node.state(key('p'))],
        ['blocked', 'normal', 'normal'],
        'the states beside the two runs',
      );
      ctx.advance(SECOND);
      ctx.same(await node.runNames(), ['theirs', 'p'], 'what runs beside them');
    },
  },
  {
    id: 'ACQ-25/ends',
    title: 'the token of a run that ended, or of a claim that was given back, is never seen again',
    rules: ['JS-EXE-01'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, every('t', of, SECOND));
      const tokens: string[] = [];
      for (let round = 0; round < 4; round += 1) {
        const claim = await node.acquireOne();
        tokens.push(claim.fireInstanceId);
        await node.release(claim);
        const run = await node.run();
        tokens.push(run.fireInstanceId);
        await node.complete(run);
        ctx.advance(SECOND);
      }
      ctx.same(new Set(tokens).size, tokens.length, 'how many different tokens there are');
    },
  },
  {
    id: 'ACQ-31/replaced',
    title: 'giving back a claim on a trigger that was replaced meanwhile changes nothing of the new one',
    rules: ['JS-REL-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of), once('u', of));
      const claims = await node.acquire();
      const later = every('t', of, HOUR, { at: T0 + DAY, data: { new: true } });
      await node.store.storeTrigger(later, { replace: true });
      await node.store.replaceTrigger(key('u'), { ...later, key: key('u') });
      await node.release(...claims);
      ctx.includes(await node.stored(key('t')), later, 'the trigger that replaced t');
      ctx.includes(await node.stored(key('u')), { ...later, key: key('u') }, 'the trigger that replaced u');
    },
  },
  ...[1, 90_500].map((misfireThresholdMs) => ({
    id: `MIS-01/threshold-${misfireThresholdMs}`,
    title: `what has misfired is decided by the threshold of the store’s options, here ${misfireThresholdMs} ms`,
    rules: ['JS-MIS-01'],
    async run(ctx: CaseContext) {
      const node = await ctx.open({ misfireThresholdMs });
      const of = job('j');
      await node.put(of, every('t', of, DAY, { misfireInstruction: 'nextWithExistingCount' }));
      ctx.advance(misfireThresholdMs);
      const pass = async (): Promise<number> =>
        (await node.store.recoverMisfires({ now: ctx.now, limit: 10 })).handled;
      ctx.same(await pass(), 0, 'how many have misfired at the threshold');
      ctx.advance(1);
      ctx.same(await pass(), 1, 'how many have misfired behind it');
    },
  })),
  {
    id: 'MIS-09/calendar',
    title: 'a misfire that is acquired asks the calendar for its next time',
    rules: ['JS-MIS-04', 'JS-ACQ-06'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeCalendar('c', holidays('2026-03-03'), { now: ctx.now });
      const skipped = { misfireInstruction: 'nextWithExistingCount', calendarName: 'c' } as const;
      await node.put(of, every('t', of, DAY, skipped));
      ctx.advance(THRESHOLD + SECOND);
      ctx.same(await node.runNames(), [], 'what runs');
      ctx.same((await node.stored(key('t'))).nextFireAt, T0 + 2 * DAY, 'its next time');
    },
  },
]);
