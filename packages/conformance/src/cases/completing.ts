/**
 * COM, first part: completion instructions.
 *
 * @module
 */
import type { TriggerState } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, key, MINUTE, once, SECOND, T0 } from '../factories.js';

/** Instructions. */
export const completingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'COM-01',
    title: 'a run that asks for nothing leaves its trigger as the fire left it',
    rules: ['JS-CMP-01', 'JS-CMP-06'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, SECOND);
      await node.put(of, t, once('other', of, { at: T0 + HOUR }));
      const run = await node.run();
      ctx.same(await node.complete(run), 'completed', 'the outcome');
      ctx.includes(await node.stored(t), run.trigger, 'the trigger');
      ctx.same([await node.state(t), await node.state(key('other'))], ['normal', 'normal'], 'the states');
    },
  },
  {
    id: 'COM-01/batch',
    title: 'completing gives one outcome per run, in order',
    rules: ['JS-CMP-01', 'JS-CMP-06'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { persistDataAfterExecution: true });
      await node.put(of, once('a', of), once('b', of));
      const [a, b] = await node.runAll();
      const end = (bundle: typeof a, fireInstanceId?: string) => {
        const { trigger, job: ran, fireInstanceId: own } = ctx.present(bundle, 'a run');
        return {
          fireInstanceId: fireInstanceId ?? own,
          trigger,
          jobKey: ran.key,
          instruction: 'deleteTrigger',
          changedData: null,
        } as const;
      };
      const outcomes = await node.store.triggeredJobsComplete([end(a), end(a, 'unknown'), end(a), end(b)], {
        now: ctx.now,
      });
      ctx.same(outcomes, ['completed', 'stale', 'stale', 'completed'], 'the outcomes');
      ctx.same((await node.store.getCounts()).triggers, 0, 'the triggers left');
      ctx.same(await node.store.triggeredJobsComplete([], { now: ctx.now }), [], 'the outcomes of none');
    },
  },
  {
    id: 'COM-01/last',
    title: 'a last run that asks for nothing leaves its trigger complete',
    rules: ['JS-CMP-06'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = once('t', of);
      await node.put(of, t);
      const run = await node.run();
      ctx.same(await node.state(t), 'normal', 'the state while it runs');
      await node.complete(run);
      ctx.same(await node.state(t), 'complete', 'the state when it ended');
      ctx.same(await node.runNames({ noLaterThan: T0 + HOUR }), [], 'what fires');
    },
  },
  {
    id: 'COM-02',
    title: 'a trigger that will not fire again is deleted on demand, with its non-durable job',
    rules: ['JS-CMP-03', 'JS-REM-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const [loose, durableJob] = [job('loose', { durable: false }), job('durable')];
      await node.put(loose, once('a', loose));
      await node.put(durableJob, once('b', durableJob));
      for (const run of await node.runAll()) await node.complete(run, 'deleteTrigger');
      ctx.same([await node.state(key('a')), await node.state(key('b'))], ['none', 'none'], 'the triggers');
      ctx.same(
        [await node.store.getJob(loose.key), (await node.store.getJob(durableJob.key))?.key],
        [null, durableJob.key],
        'the jobs',
      );
    },
  },
  {
    id: 'COM-02/repeating',
    title: 'a trigger that would fire again is deleted on demand',
    rules: ['JS-CMP-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, every('t', of, SECOND));
      await node.complete(await node.run(), 'deleteTrigger');
      ctx.same(await node.state(key('t')), 'none', 'the trigger');
    },
  },
  {
    id: 'COM-03',
    title: 'a trigger that its own run rescheduled is not deleted by that run’s end',
    rules: ['JS-CMP-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { durable: false });
      await node.put(of, once('t', of));
      const run = await node.run();
      await node.store.replaceTrigger(key('t'), once('t', of, { at: T0 + MINUTE }));
      ctx.same(await node.complete(run, 'deleteTrigger'), 'completed', 'the outcome');
      ctx.same((await node.stored(key('t'))).nextFireAt, T0 + MINUTE, 'its next fire');
      ctx.advance(MINUTE);
      ctx.same((await node.run()).previousFireAt, T0, 'it fires, and knows its last fire');
    },
  },
  {
    id: 'COM-04',
    title: 'a trigger set complete never fires again',
    rules: ['JS-CMP-04'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, every('t', of, SECOND), every('other', of, HOUR));
      const [run] = (await node.runAll()).filter((b) => b.trigger.key.name === 't');
      await node.complete(ctx.present(run, 'its run'), 'setTriggerComplete');
      ctx.same(
        [await node.state(key('t')), await node.state(key('other'))],
        ['complete', 'normal'],
        'the states',
      );
      ctx.advance(10 * SECOND);
      ctx.same(await node.runNames(), [], 'what fires');
      ctx.advance(HOUR);
      await node.store.recoverMisfires({ now: ctx.now, limit: 100 });
      ctx.same(await node.state(key('t')), 'complete', 'its state after a misfire pass');
    },
  },
  {
    id: 'COM-05',
    title: 'a trigger set in error does not fire, and is notified',
    rules: ['JS-CMP-04'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, every('t', of, SECOND), every('other', of, HOUR));
      const [run] = (await node.runAll()).filter((b) => b.trigger.key.name === 't');
      await node.complete(ctx.present(run, 'its run'), 'setTriggerError');
      ctx.same(
        [await node.state(key('t')), await node.state(key('other'))],
        ['error', 'normal'],
        'the states',
      );
      ctx.same(
        node.signals.inError.map((n) => n.trigger.key),
        [key('t')],
        'the notices',
      );
      ctx.advance(10 * SECOND);
      ctx.same(await node.runNames(), [], 'what fires');
    },
  },
  {
    id: 'COM-06',
    title: 'all triggers of the job, and no other’s, are set complete or in error',
    rules: ['JS-CMP-05'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const instructions: readonly (readonly [
        'setAllJobTriggersComplete' | 'setAllJobTriggersError',
        TriggerState,
      ])[] = [
        ['setAllJobTriggersComplete', 'complete'],
        ['setAllJobTriggersError', 'error'],
      ];
      for (const [instruction, state] of instructions) {
        const [of, other] = [job('j', { group: state }), job('j', { group: `not-${state}` })];
        const mine = [
          every('runs', of, SECOND, { group: state }),
          once('waits', of, { group: 'w', at: T0 + HOUR }),
          once('paused', of, { group: 'p', at: T0 + HOUR }),
        ];
        const theirs = once('theirs', other, { group: state, at: T0 + HOUR });
        await node.put(of, ...mine);
        await node.put(other, theirs);
        await node.store.pauseTrigger(key('paused', 'p'));
        await node.complete(await node.run(), instruction);
        for (const t of mine) ctx.same(await node.state(t), state, `${instruction}: ${t.key.name}`);
        ctx.same(await node.state(theirs), 'normal', `${instruction}: the other job’s`);
        await node.store.clearAllSchedulingData();
      }
    },
  },
  {
    id: 'COM-07',
    title:
      'the end of a non-concurrent run unblocks its siblings, leaves paused ones paused, and wakes the scheduler',
    rules: ['JS-SIG-02', 'JS-CMP-08'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      await node.put(of, once('a', of, { priority: 9 }), once('b', of), once('c', of));
      const run = await node.run();
      await node.store.pauseTrigger(key('c'));
      ctx.same(
        [await node.state(key('b')), await node.state(key('c'))],
        ['blocked', 'paused'],
        'while it runs',
      );
      node.signals.clear();
      await node.complete(run, 'deleteTrigger');
      ctx.same(
        [await node.state(key('b')), await node.state(key('c'))],
        ['normal', 'paused'],
        'when it ended',
      );
      ctx.holds(node.signals.wakesFor(T0), 'the scheduler is woken', node.signals.changes);
      ctx.same(await node.runNames(), ['b'], 'what fires');
    },
  },
  {
    id: 'COM-22',
    title: 'what was stored of a job while its last run was under way outlives that run, and so does the job',
    rules: ['JS-CMP-10', 'JS-REM-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const loose = job('a', { durable: false });
      await node.put(loose, once('t', loose));
      const run = await node.run();
      const next = once('next', loose, {
        at: T0 + SECOND,
        misfireInstruction: 'ignore',
        data: { 'ametrine.retry': { name: 't', group: 'DEFAULT', scheduledFireAt: T0, attempt: 2 } },
      });
      await node.store.storeTrigger(next, { replace: true });
      await node.store.storeTrigger(next, { replace: true });
      ctx.same(await node.complete(run, 'deleteTrigger'), 'completed', 'the outcome');
      ctx.includes(await node.store.getJob(loose.key), loose, 'the job');
      const left = await node.store.listTriggersOfJob(loose.key);
      ctx.same(left.length, 1, 'how many triggers it has');
      ctx.includes(left[0], next, 'its trigger');
      ctx.advance(SECOND);
      const again = await node.run();
      ctx.same(again.trigger.data, next.data, 'the data of the next run');
      ctx.same(await node.complete(again, 'deleteTrigger'), 'completed', 'the outcome of the next run');
      ctx.same(await node.store.getJob(loose.key), null, 'the job after the next run');
    },
  },
]);
