/**
 * Cases that broken stores called for: completing.
 *
 * @module
 */
import type { Completion, CompletionInstruction, FiredBundle } from '@ametrine/core/spi';
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, key, once, SECOND, T0 } from '../factories.js';

/** COM. */
export const provenCompletingCases: readonly ConformanceCase[] = defineCases([
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
]);

function ending(run: FiredBundle, changedData: Completion['changedData']): Completion {
  const { fireInstanceId, trigger } = run;
  return { fireInstanceId, trigger, jobKey: run.job.key, instruction: 'none', changedData };
}
