/**
 * CLU: job classes that some nodes of a cluster have and others lack.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { type CaseContext, LAPSE } from '../context.js';
import { every, HOUR, job, key, once, SECOND } from '../factories.js';
import { ageable, all, clustered, offers } from '../needs.js';
import type { CaseNode } from '../node.js';
import { SettableResolver, Work } from '../settable-resolver.js';

/** How long a missing class is left to other nodes at most, by default. */
const RETRY = 30 * SECOND;

/** Who knows what. */
export const missingClassCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'CLU-19/nobody',
    title: 'a trigger whose class no living node has goes to error once every node was asked, and not before',
    rules: ['JS-FIR-07'],
    level: 'L3',
    routes: 'both',
    needs: clustered,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      await putRare(a);
      await lacksIt(ctx, a);
      ctx.same(await a.state(key('r')), 'normal', 'the state when one node was asked');
      await lacksIt(ctx, b);
      ctx.same(await a.state(key('r')), 'error', 'the state when both were asked');
      ctx.same(
        b.signals.inError.map(({ error }) => error?.details['jobClass']),
        ['Rare'],
        'the missing classes that the scheduler is told of',
      );
      a.resolver.classes.set('Rare', Work);
      await b.store.resetTriggerFromErrorState(key('r'));
      ctx.advance(RETRY);
      ctx.same(await a.runNames(), ['r'], 'what a node that has got the class runs after the reset');
    },
  },
  {
    id: 'CLU-19/newcomer',
    title: 'a node that joins may have the class: the trigger waits for it',
    rules: ['JS-FIR-07'],
    level: 'L3',
    routes: 'both',
    needs: clustered,
    async run(ctx) {
      const [a, b] = [await ctx.open(), await ctx.open()];
      await putRare(a);
      await lacksIt(ctx, a);
      const newcomer = await ctx.open({ resolver: resolverOf('Rare') });
      await lacksIt(ctx, b);
      ctx.same(await a.state(key('r')), 'normal', 'the state when all but the newcomer were asked');
      ctx.same(await newcomer.runNames(), ['r'], 'what the newcomer runs');
    },
  },
  {
    id: 'CLU-19/new-life',
    title: 'what a node lacked in an earlier life is not held against it',
    rules: ['JS-FIR-07'],
    level: 'L3',
    routes: 'both',
    needs: clustered,
    async run(ctx) {
      const old = await ctx.open({ instanceId: 'same' });
      const other = await ctx.open();
      await putRare(old);
      await lacksIt(ctx, old);
      await old.checkIn();
      await old.abandon();
      const redeployed = await ctx.open({ instanceId: 'same', resolver: resolverOf('Rare') });
      await lacksIt(ctx, other);
      ctx.same(await other.state(key('r')), 'normal', 'the state');
      ctx.same(await redeployed.runNames(), ['r'], 'what the new life runs');
    },
  },
  {
    id: 'CLU-19/dead',
    title: 'nobody waits for the class of a node that is dead',
    rules: ['JS-FIR-07', 'JS-CLU-03'],
    level: 'L3',
    needs: ageable,
    async run(ctx) {
      const had = await ctx.open({ resolver: resolverOf('Rare') });
      const lacks = await ctx.open();
      await putRare(had);
      await had.abandon();
      await lacksIt(ctx, lacks);
      await ctx.checkInFor(Math.max(LAPSE, RETRY), lacks);
      await lacksIt(ctx, lacks);
      ctx.same(await lacks.state(key('r')), 'error', 'the state');
    },
  },
  {
    id: 'CLU-19/processes',
    title: 'of two processes the one that has the class runs the job; when none has, the trigger is in error',
    rules: ['JS-FIR-07'],
    level: 'L3',
    needs: all(clustered, offers('processes')),
    async run(ctx) {
      const lacks = await ctx.openProcess({ resolver: resolverOf() });
      const has = await ctx.openProcess({ resolver: resolverOf('Rare') });
      await putRare(lacks);
      await lacksIt(ctx, lacks);
      ctx.same(await lacks.state(key('r')), 'normal', 'the state');
      const run = await has.run();
      ctx.same(run.trigger.key.name, 'r', 'what the other runs');
      ctx.same(await has.complete(run), 'completed', 'the end of its run');
      const nobodys = job('nobodys', { jobClass: 'Nobodys' });
      await has.put(nobodys, once('n', nobodys));
      await lacksIt(ctx, lacks);
      await lacksIt(ctx, has);
      ctx.same(await has.state(key('n')), 'error', 'the state of a trigger whose class neither has');
    },
  },
]);

function resolverOf(...names: readonly string[]): SettableResolver {
  const resolver = new SettableResolver();
  for (const name of names) resolver.classes.set(name, Work);
  return resolver;
}

async function putRare(node: CaseNode): Promise<void> {
  const rare = job('rare', { jobClass: 'Rare' });
  await node.put(rare, every('r', rare, HOUR));
}

/** The node starts what is due, and must find that it lacks the class. */
async function lacksIt(ctx: CaseContext, node: CaseNode): Promise<void> {
  const results = await node.start();
  ctx.same(
    results.map(({ kind }) => kind),
    ['jobClassNotFound'],
    `what ${node.instanceId} is answered`,
  );
}
