/**
 * TRG, second part: one trigger in the place of another.
 *
 * @module
 */
import { ANY_GROUP } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { every, job, key, MINUTE, once, SECOND, T0 } from '../factories.js';
import type { CaseNode } from '../node.js';

/** Replacing. */
export const triggerReplacingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'TRG-08',
    title: 'replacing a trigger that does not exist stores nothing',
    rules: ['JS-STO-08'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of);
      ctx.same(await node.store.replaceTrigger(key('t'), once('t', of)), 'absent', 'the outcome');
      ctx.same(await node.store.listTriggerKeys(ANY_GROUP), [], 'the triggers');
    },
  },
  {
    id: 'TRG-09',
    title: 'a replacement of a foreign job is refused, and the trigger still fires',
    rules: ['JS-STO-08'],
    async run(ctx) {
      const node = await ctx.open();
      const a = job('a');
      const b = job('b');
      const t = every('t', a, MINUTE);
      await node.put(a, t);
      await node.put(b);
      await ctx.rejects(node.store.replaceTrigger(t.key, once('t', b)), 'ERR_JOB_MISMATCH', 'same key');
      await ctx.rejects(node.store.replaceTrigger(t.key, once('t2', b)), 'ERR_JOB_MISMATCH', 'another key');
      ctx.includes(await node.stored(t), t, 'the trigger');
      ctx.same((await node.run()).job.key, a.key, 'the job that runs');
    },
  },
  {
    id: 'TRG-10',
    title: 'replacing the only trigger of a non-durable job by one of another name keeps the job',
    rules: ['JS-STO-08', 'JS-REM-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { durable: false });
      await node.put(of, once('old', of));
      ctx.same(await node.store.replaceTrigger(key('old'), once('new', of)), 'replaced', 'the outcome');
      ctx.includes(await node.store.getJob(of.key), of, 'the job');
      ctx.same(await node.store.listTriggerKeys(ANY_GROUP), [key('new')], 'the triggers');
      ctx.same(node.signals.deleted, [], 'notices of deleted jobs');
    },
  },
  {
    id: 'TRG-11',
    title: 'a replacement keeps the previous fire time unless it brings its own',
    rules: ['JS-STO-05'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE);
      await node.put(of, t);
      await node.complete(await node.run());
      const later = every('t', of, 2 * MINUTE, { at: T0 + 5 * MINUTE });
      await node.store.storeTrigger(later, { replace: true });
      ctx.includes(
        await node.stored(t),
        { previousFireAt: T0, nextFireAt: T0 + 5 * MINUTE },
        'after storeTrigger',
      );
      await node.store.replaceTrigger(t.key, later);
      ctx.same((await node.stored(t)).previousFireAt, T0, 'after replaceTrigger');
      await node.store.storeJobsAndTriggers([{ job: of, triggers: [later] }], { replace: true });
      ctx.same((await node.stored(t)).previousFireAt, T0, 'after storeJobsAndTriggers');
      await node.store.storeTrigger({ ...later, previousFireAt: T0 + SECOND }, { replace: true });
      ctx.same((await node.stored(t)).previousFireAt, T0 + SECOND, 'when it brings its own');
    },
  },
  {
    id: 'TRG-12',
    title: 'a replacement in a paused group is paused',
    rules: ['JS-STO-04', 'JS-PAU-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = once('t', of, { group: 'g' });
      await node.put(of, t);
      await node.store.pauseTriggers({ equals: 'g' });
      await node.store.resumeTrigger(t.key, { now: ctx.now });
      ctx.same(await node.state(t), 'normal', 'resumed by itself');
      await node.store.storeTrigger(t, { replace: true });
      ctx.same(await node.state(t), 'paused', 'after storeTrigger');
      await node.store.resumeTrigger(t.key, { now: ctx.now });
      await node.store.replaceTrigger(t.key, t);
      ctx.same(await node.state(t), 'paused', 'after replaceTrigger');
      ctx.same(await node.acquireNames(), [], 'what can be acquired');
    },
  },
  {
    id: 'TRG-13',
    title: 'replacing a trigger in error makes it wait again',
    rules: ['JS-STO-05'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE);
      await node.put(of, t);
      await inError(node);
      ctx.same(await node.state(t), 'error', 'before');
      await node.store.storeTrigger(t, { replace: true });
      ctx.same(await node.state(t), 'normal', 'after');
      ctx.same(await node.acquireNames(), ['t'], 'what can be acquired');
    },
  },
]);

/** Fires the one due trigger and ends its run in error. */
async function inError(node: CaseNode): Promise<void> {
  await node.complete(await node.run(), 'setTriggerError');
}
