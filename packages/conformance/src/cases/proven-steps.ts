/**
 * Cases that broken stores called for: storing and firing.
 *
 * @module
 */
import { ANY_GROUP } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, key, once, SECOND, T0 } from '../factories.js';

/** Storing and firing. */
export const provenStepCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'TRG-01/spent',
    title: 'a trigger stored without a next fire is complete, paused group or not',
    rules: ['JS-STO-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of, { nextFireAt: null }));
      ctx.same(await node.state(key('t')), 'complete', 'its state');
      await node.store.storeTrigger(once('u', of), { replace: true });
      await node.store.storeTrigger(once('u', of, { nextFireAt: null }), { replace: true });
      ctx.same(await node.state(key('u')), 'complete', 'the state of one that replaced another');
      await node.store.pauseTriggers({ equals: 'g' });
      await node.store.storeTrigger(once('v', of, { group: 'g', nextFireAt: null }));
      ctx.same(await node.state(key('v', 'g')), 'complete', 'the state of one in a paused group');
    },
  },
  {
    id: 'TRG-23/doubled',
    title: 'a bulk store that names a trigger twice for one job is refused whole',
    rules: ['JS-STO-07'],
    async run(ctx) {
      const { store } = await ctx.open();
      const of = job('j');
      const bulk = [{ job: of, triggers: [once('t', of), once('u', of), every('t', of, HOUR)] }];
      await ctx.rejects(store.storeJobsAndTriggers(bulk), 'ERR_ALREADY_EXISTS', 'without replace');
      await ctx.rejects(
        store.storeJobsAndTriggers(bulk, { replace: true }),
        'ERR_ALREADY_EXISTS',
        'with replace',
      );
      ctx.same(await store.listJobKeys(ANY_GROUP), [], 'the jobs');
      ctx.same(await store.listTriggerKeys(ANY_GROUP), [], 'the triggers');
    },
  },
  {
    id: 'FIR-02/held',
    title: 'a run holds its non-concurrent job until it is completed, once',
    rules: ['JS-ACQ-10', 'JS-CMP-02'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      await node.put(of, every('t', of, SECOND), once('sibling', of, { at: T0 + HOUR }));
      // Stores may fire in one step only what they know to be there: from the second round on, if at all.
      for (let round = 0; round < 3; round += 1) {
        const run = await node.run();
        ctx.same(await node.state(key('sibling')), 'blocked', `round ${round}: the sibling while it runs`);
        ctx.same(await node.runNames(), [], `round ${round}: what starts beside it`);
        ctx.same(await node.complete(run), 'completed', `round ${round}: its end`);
        ctx.same(await node.complete(run), 'stale', `round ${round}: its end, said again`);
        ctx.same(await node.state(key('sibling')), 'normal', `round ${round}: the sibling afterwards`);
        ctx.advance(SECOND);
      }
    },
  },
]);
