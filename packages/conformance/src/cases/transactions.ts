/**
 * TXN: calls that are part of a transaction of the application. They have no behaviour in the catalogue.
 *
 * @module
 */
import { isSchedulerError } from '@ametrine/core';
import type { JoinedStore } from '@ametrine/core/spi';
import { type ConformanceCase, defineCases } from '../case.js';
import type { CaseContext } from '../context.js';
import { every, HOUR, job, key, once } from '../factories.js';
import type { AppTransaction } from '../harness.js';
import { offers } from '../needs.js';
import type { CaseNode } from '../node.js';

/** The cases of the family. */
export const transactionCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'TXN-01',
    title: 'what is stored in a transaction of the application is there with its commit, and not before',
    rules: ['JS-TXN-01'],
    needs: offers('transactions'),
    async run(ctx) {
      const node = await ctx.open();
      const { joined, transaction } = await join(ctx, node);
      const of = job('j');
      await joined.storeJobsAndTriggers([{ job: of, triggers: [once('a', of)] }]);
      await joined.storeTrigger(once('b', of));
      ctx.includes(ctx.present(await joined.getJob(of.key), 'the job, within'), { key: of.key }, 'the job');
      ctx.same(await node.store.getJob(of.key), null, 'the job, outside');
      ctx.same(await node.runNames(), [], 'what fires before the commit');
      await transaction.commit();
      ctx.same((await node.store.listTriggersOfJob(of.key)).length, 2, 'the triggers after the commit');
      ctx.same(await node.runNames(), ['a', 'b'], 'what fires after the commit');
    },
  },
  {
    id: 'TXN-02',
    title: 'what is stored, replaced and removed in a transaction that is rolled back never happened',
    rules: ['JS-TXN-01'],
    needs: offers('transactions'),
    async run(ctx) {
      const node = await ctx.open();
      const [kept, doomed] = [job('kept'), job('doomed')];
      await node.put(kept, every('t', kept, HOUR));
      await node.put(doomed, once('d', doomed, { at: ctx.now + HOUR }));
      const before = await node.stored(key('t'));
      const { joined, transaction } = await join(ctx, node);
      await joined.storeJob(job('new'));
      ctx.same(await joined.replaceTrigger(key('t'), every('t', kept, 2 * HOUR)), 'replaced', 'within');
      ctx.same(await joined.removeJob(doomed.key), 'removed', 'the removal within');
      await transaction.rollback();
      ctx.same(await node.store.getJob(key('new')), null, 'the new job');
      ctx.same(await node.stored(key('t')), before, 'the trigger that was replaced');
      ctx.same((await node.stored(key('d'))).jobKey, doomed.key, 'the trigger of the job that was removed');
      ctx.same(await node.runNames(), ['t'], 'what fires');
    },
  },
  {
    id: 'TXN-03',
    title: 'a transaction of the application says nothing before its commit, and all of it when told of it',
    rules: ['JS-TXN-02'],
    needs: offers('transactions'),
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.store.storeJob(of);
      node.signals.clear();
      const undone = await join(ctx, node);
      await undone.joined.storeTrigger(once('undone', of));
      await undone.transaction.rollback();
      ctx.same(node.signals.changes, [], 'signals of what was rolled back');
      const { joined, transaction } = await join(ctx, node);
      await joined.storeTrigger(once('t', of, { at: ctx.now + HOUR }));
      ctx.same(node.signals.changes, [], 'signals before the commit');
      await transaction.commit();
      joined.committed();
      ctx.holds(
        node.signals.changes.some((at) => at === ctx.now + HOUR),
        'the new fire is told of after the commit',
        node.signals.changes,
      );
    },
  },
  {
    id: 'TXN-04',
    title: 'a call that is refused within a transaction changes nothing of it',
    rules: ['JS-TXN-01'],
    needs: offers('transactions'),
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('old', of, { at: ctx.now + HOUR }));
      const { joined, transaction } = await join(ctx, node);
      await joined.storeTrigger(once('new', of));
      await ctx.rejects(joined.storeTrigger(once('old', of)), 'ERR_ALREADY_EXISTS', 'a key that exists');
      await ctx.rejects(
        joined.storeTrigger(once('stray', job('none'))),
        'ERR_JOB_NOT_FOUND',
        'a job that does not',
      );
      ctx.same(await joined.removeTrigger(key('absent')), 'absent', 'a removal of nothing');
      await transaction.commit();
      ctx.same((await node.stored(key('old'))).nextFireAt, ctx.now + HOUR, 'the trigger that was there');
      ctx.same(await node.runNames(), ['new'], 'what fires');
    },
  },
  {
    id: 'TXN-05',
    title: 'a store says whether it can take part in transactions of the application, and in which',
    rules: ['JS-TXN-03'],
    async run(ctx) {
      const node = await ctx.open();
      const refused: unknown =
        node.store.join === undefined
          ? null
          : await node.store
              .join({ no: 'transaction' })
              .then((joined) => joined.storeJob(job('j')).then(() => 'no error', same), same);
      const code = isSchedulerError(refused) ? refused.code : refused;
      const expected =
        ctx.claim.transactions === 'join' ? ['ERR_INVALID_ARGUMENT'] : [null, 'ERR_UNSUPPORTED'];
      ctx.holds(expected.includes(code as never), `join is refused: ${expected.join(' or ')}`, refused);
      ctx.same(await node.store.getJob(key('j')), null, 'the job');
    },
  },
]);

function same(error: unknown): unknown {
  return error;
}

/** The node's part in a new transaction of the application. */
async function join(
  ctx: CaseContext,
  node: CaseNode,
): Promise<{ readonly joined: JoinedStore; readonly transaction: AppTransaction }> {
  const transaction = await ctx.namespace.beginTransaction?.();
  if (transaction === undefined)
    throw new Error('the harness offers transactions, but its namespaces have none');
  const joined = await node.store.join?.(transaction.handle);
  return { joined: ctx.present(joined, 'the part in the transaction'), transaction };
}
