/**
 * The backend is away for a while: calls fail, and nothing is lost, doubled or taken for dead because of it.
 *
 * @module
 */
import { isSchedulerError } from '@ametrine/core';
import { type CaseDefinition, type ConformanceCase, defineCases } from '../case.js';
import { fencing } from '../checkers/fencing.js';
import { type CaseContext, CHECK_IN_INTERVAL, LAPSE } from '../context.js';
import { every, HOUR, job, key, once, SECOND, T0 } from '../factories.js';
import { ageable, all, offers } from '../needs.js';

/** Nodes of these cases do not wait long for a backend that is away, in ms. */
const PATIENCE = { patienceMs: 20 } as const;

const definitions: readonly Omit<CaseDefinition, 'level'>[] = [
  {
    id: 'FIR-20',
    title: 'a fire that fails while the backend is away can be repeated: nothing is lost or doubled',
    rules: ['JS-FIR-02', 'JS-SIG-01', 'JS-REL-01'],
    needs: offers('outages'),
    async run(ctx) {
      const node = await ctx.open(PATIENCE);
      const of = job('j', { requestsRecovery: true });
      await node.put(of, every('repeated', of, HOUR), every('released', of, HOUR, { at: T0 + 1 }));
      ctx.advance(1);
      const [first, second] = await node.acquire();
      const repeated = ctx.present(first, 'a claim');
      const released = ctx.present(second, 'a second claim');
      node.signals.clear();
      await duringOutage(ctx, async () => {
        await failsForNow(ctx, node.fire(repeated, released), 'the fire');
        await failsForNow(ctx, node.store.storeJob(job('k')), 'storing');
      });
      ctx.same(node.signals.changes, [], 'signals of what did not happen');
      ctx.same(await node.store.getJob(key('k')), null, 'what was not stored');
      await node.release(released);
      const [result] = await node.fire(repeated);
      ctx.same(result?.kind, 'fired', 'the same fire, repeated');
      ctx.includes(
        await node.stored(key('repeated')),
        { previousFireAt: T0, timesTriggered: 1 },
        'the trigger, which fired once',
      );
      ctx.same(await node.runNames(), ['released'], 'what the released one does');
      ctx.upheld(fencing(ctx.history.operations));
    },
  },
  {
    id: 'FIR-20/completing',
    title: 'a completion that fails while the backend is away can be repeated',
    rules: ['JS-CMP-01', 'JS-CMP-02'],
    needs: offers('outages'),
    async run(ctx) {
      const node = await ctx.open(PATIENCE);
      const of = job('j', { nonConcurrent: true, persistDataAfterExecution: true });
      await node.put(of, once('a', of), once('b', of));
      const run = await node.run();
      await duringOutage(ctx, () =>
        failsForNow(ctx, node.complete(run, 'deleteTrigger', { n: 1 }), 'the completion'),
      );
      ctx.same(await node.state(key('b')), 'blocked', 'the sibling: the run is not over');
      ctx.same(await node.complete(run, 'deleteTrigger', { n: 2 }), 'completed', 'the completion, repeated');
      ctx.same((await node.store.getJob(of.key))?.data, { n: 2 }, 'the data');
      ctx.same(await node.complete(run, 'deleteTrigger', { n: 3 }), 'stale', 'the completion, once more');
      ctx.same(await node.runNames(), ['b'], 'what runs next');
    },
  },
  {
    id: 'CLU-11',
    title:
      'a check-in that failed does not count: the node does not take others for dead that were just as silent',
    rules: ['JS-CLU-01', 'JS-CLU-03'],
    needs: all(ageable, offers('outages')),
    async run(ctx) {
      const [a, b] = [await ctx.open(PATIENCE), await ctx.open(PATIENCE)];
      const of = job('j', { requestsRecovery: true });
      await b.put(of, once('t', of));
      const run = await b.run();
      await ctx.pass(CHECK_IN_INTERVAL + SECOND);
      await duringOutage(ctx, () => failsForNow(ctx, a.checkIn(), 'the check-in'));
      // Had the failed one counted, the other would be silent for longer than this node was, by more than the grace.
      await ctx.pass(CHECK_IN_INTERVAL + SECOND);
      ctx.includes(await a.checkIn(), { fenced: false, recoveries: [] }, 'the check-in, repeated');
      ctx.includes(await b.checkIn(), { fenced: false, recoveries: [] }, 'the check-in of the other');
      ctx.same(await b.complete(run, 'deleteTrigger'), 'completed', 'the run of the other');
    },
  },
  {
    id: 'CLU-12',
    title: 'after an outage longer than any node may be silent all nodes go on, and nobody was declared dead',
    rules: ['JS-CLU-03', 'JS-CLU-02'],
    needs: all(ageable, offers('outages')),
    async run(ctx) {
      const nodes = [await ctx.open(PATIENCE), await ctx.open(PATIENCE), await ctx.open(PATIENCE)] as const;
      const of = job('j', { requestsRecovery: true });
      await nodes[0].put(of, every('t', of, HOUR), once('held', of, { at: T0 + 1 }));
      const run = await nodes[0].run();
      const held = await nodes[1].acquireOne({ noLaterThan: T0 + 1 });
      await duringOutage(ctx, async () => {
        for (let passed = 0; passed < 2 * LAPSE; passed += CHECK_IN_INTERVAL) {
          ctx.advance(CHECK_IN_INTERVAL);
          for (const node of nodes)
            await failsForNow(ctx, node.checkIn(), `the check-in of ${node.instanceId}`);
        }
      });
      await ctx.ageCheckIns(2 * LAPSE);
      for (const node of [nodes[2], nodes[1], nodes[0]])
        ctx.includes(
          await node.checkIn(),
          { fenced: false, recoveries: [] },
          `what ${node.instanceId} finds`,
        );
      ctx.same(await nodes[0].complete(run), 'completed', 'the run that went on meanwhile');
      ctx.same(
        (await nodes[1].fire(held)).map(({ kind }) => kind),
        ['fired'],
        'the claim that was held meanwhile',
      );
      ctx.upheld(fencing(ctx.history.operations));
    },
  },
];

/** Cases of level L4, for harnesses that can take their backend away. */
export const outageCases: readonly ConformanceCase[] = defineCases(
  definitions.map((definition) => ({ ...definition, level: 'L4' })),
);

/** Takes the backend away while the work goes on. */
async function duringOutage(ctx: CaseContext, work: () => Promise<void>): Promise<void> {
  const end = await ctx.namespace.beginOutage?.();
  if (end === undefined) throw new Error('the harness offers outages, but its namespaces have none');
  try {
    await work();
  } finally {
    await end();
  }
}

/** The call is refused with an error that says it may work later. */
async function failsForNow(ctx: CaseContext, call: Promise<unknown>, what: string): Promise<void> {
  const refused: unknown = await call.then(
    () => null,
    (error: unknown) => error,
  );
  ctx.holds(isSchedulerError(refused) && refused.retryable, `${what} is refused as retryable`, refused);
}
