/**
 * Cases that broken stores called for: acquiring, firing, completing.
 *
 * @module
 */
import type { Completion, CompletionInstruction, FiredBundle } from '@ametrine/core/spi';
import { type ConformanceCase, defineCases } from '../case.js';
import type { CaseContext } from '../context.js';
import { DAY, every, HOUR, holidays, job, key, once, SECOND, T0, THRESHOLD, weekly } from '../factories.js';

/** Acquiring, firing, completing. */
export const provenRunningCases: readonly ConformanceCase[] = defineCases([
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
  {
    id: 'COM-05/paused',
    title: 'a run’s end sets the state of its trigger though it is paused',
    rules: ['JS-CMP-04'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      for (const [instruction, state] of [
        ['setTriggerError', 'error'],
        ['setTriggerComplete', 'complete'],
      ] as const) {
        await node.store.storeJobsAndTriggers([{ job: of, triggers: [every('t', of, HOUR)] }], {
          replace: true,
        });
        const run = await node.run();
        await node.store.pauseTrigger(key('t'));
        await node.complete(run, instruction);
        ctx.same(await node.state(key('t')), state, `the state by ${instruction}`);
      }
    },
  },
  {
    id: 'COM-06/any-state',
    title:
      'setAllJobTriggers… sets every trigger of the job: waiting, acquired, paused; also when the run’s own is gone',
    rules: ['JS-CMP-05'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const [of, other] = [job('j'), job('j', { group: 'other' })];
      for (const [instruction, state] of [
        ['setAllJobTriggersError', 'error'],
        ['setAllJobTriggersComplete', 'complete'],
      ] as const) {
        const names = ['waits', 'paused'];
        await node.store.storeJobsAndTriggers(
          [
            {
              job: of,
              triggers: [
                every('own', of, HOUR, { priority: 9 }),
                every('held', of, HOUR, { priority: 8 }),
                ...names.map((name) => every(name, of, HOUR, { at: T0 + HOUR })),
              ],
            },
            { job: other, triggers: [every('theirs', other, HOUR, { at: T0 + HOUR })] },
          ],
          { replace: true },
        );
        const run = await node.run();
        const held = await node.acquireOne();
        await node.store.pauseTrigger(key('paused'));
        await node.store.removeTrigger(key('own'));
        await node.complete(run, instruction);
        const states = await Promise.all(['held', ...names, 'theirs'].map((name) => node.state(key(name))));
        ctx.same(states, [state, state, state, 'normal'], `the states by ${instruction}`);
        ctx.same(
          (await node.fire(held)).map((r) => r.kind),
          ['notFired'],
          `the claim, after ${instruction}`,
        );
      }
    },
  },
  {
    id: 'COM-01/left-alone',
    title: 'a run that asks for nothing leaves its trigger as others made it meanwhile',
    rules: ['JS-CMP-06'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('again', of), every('paused', of, HOUR), every('failed', of, HOUR));
      const runs = new Map((await node.runAll()).map((run) => [run.trigger.key.name, run]));
      const end = async (name: string, instruction: CompletionInstruction = 'none'): Promise<void> => {
        await node.complete(ctx.present(runs.get(name), `the run of ${name}`), instruction);
      };
      await node.store.storeTrigger(once('again', of, { at: T0 + HOUR }), { replace: true });
      await end('again');
      ctx.includes(
        await node.stored(key('again')),
        { nextFireAt: T0 + HOUR },
        'the trigger that got a new time',
      );
      ctx.same(await node.state(key('again')), 'normal', 'its state');
      await node.store.pauseTrigger(key('paused'));
      await end('paused');
      ctx.same(await node.state(key('paused')), 'paused', 'the state of one that was paused');
      await node.store.storeTrigger(every('other', of, HOUR, { priority: 9 }));
      const other = await node.run();
      await node.complete(other, 'setAllJobTriggersError');
      await end('failed');
      ctx.same(await node.state(key('failed')), 'error', 'the state of one that was put in error');
    },
  },
  {
    id: 'COM-01/paused-last',
    title: 'a trigger that is paused during its last run is complete when the run ends, and not before',
    rules: ['JS-CMP-06', 'JS-STA-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of), every('u', of, SECOND, { repeat: 1 }));
      const [t] = await node.runAll();
      const last = ctx.present(t, 'the run of the one-shot');
      await node.store.pauseTrigger(key('t'));
      ctx.same(await node.state(key('t')), 'paused', 'its state while it runs');
      await node.complete(last);
      ctx.same(await node.state(key('t')), 'complete', 'its state afterwards');
      ctx.advance(SECOND);
      const second = await node.run();
      ctx.same(await node.state(key('u')), 'normal', 'the state of one whose last run lasts');
      await node.complete(second);
      ctx.same(await node.state(key('u')), 'complete', 'its state afterwards');
    },
  },
  {
    id: 'COM-15/whole',
    title: 'changed data replace the data whole: keys come and go',
    rules: ['JS-CMP-07'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { persistDataAfterExecution: true, data: { kept: 1, gone: 2, deep: { a: 1 } } });
      await node.put(of, every('t', of, SECOND));
      for (const changed of [{ kept: 3, new: 4, deep: { b: 2 } }, {}, { last: null }]) {
        await node.complete(await node.run(), 'none', changed);
        ctx.same((await node.store.getJob(of.key))?.data, changed, 'the data');
        ctx.advance(SECOND);
      }
    },
  },
  {
    id: 'COM-17/flag',
    title:
      'whether data persist is decided by the job as it is stored at the end of the run; one that is gone stays gone',
    rules: ['JS-CMP-07', 'JS-CMP-09'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const keeps = job('j', { persistDataAfterExecution: true, data: { n: 0 } });
      const drops = job('j', { data: { n: 10 } });
      await node.put(keeps, every('t', keeps, SECOND));
      const first = await node.run();
      await node.store.storeJob(drops, { replace: true });
      ctx.same(await node.complete(first, 'none', { n: 1 }), 'completed', 'the end of the first run');
      ctx.same((await node.store.getJob(keeps.key))?.data, { n: 10 }, 'the data, which do not persist now');
      ctx.advance(SECOND);
      const second = await node.run();
      await node.store.storeJob(keeps, { replace: true });
      await node.complete(second, 'none', { n: 2 });
      ctx.same((await node.store.getJob(keeps.key))?.data, { n: 2 }, 'the data, which persist now');
      ctx.advance(SECOND);
      const third = await node.run();
      await node.store.removeJob(keeps.key);
      ctx.same(await node.complete(third, 'none', { n: 3 }), 'completed', 'the end of the third run');
      ctx.same(await node.store.getJob(keeps.key), null, 'the job, which was removed');
    },
  },
  {
    id: 'COM-15/batch',
    title: 'of several runs of a job that end in one batch the last one’s data stay',
    rules: ['JS-CMP-07', 'JS-CMP-01'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { persistDataAfterExecution: true, data: { by: 'nobody' } });
      await node.put(of, once('a', of), once('b', of), once('c', of));
      const runs = await node.runAll();
      const ends = runs.map((run) => ending(run, { by: run.trigger.key.name }));
      const [a, b, c] = ends;
      const batch = [c, a, b, a].flatMap((end) => (end === undefined ? [] : [end]));
      ctx.same(
        await node.store.triggeredJobsComplete(batch, { now: ctx.now }),
        ['completed', 'completed', 'completed', 'stale'],
        'the outcomes',
      );
      ctx.same((await node.store.getJob(of.key))?.data, { by: 'b' }, 'the data');
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

function ending(run: FiredBundle, changedData: Completion['changedData']): Completion {
  const { fireInstanceId, trigger } = run;
  return { fireInstanceId, trigger, jobKey: run.job.key, instruction: 'none', changedData };
}
