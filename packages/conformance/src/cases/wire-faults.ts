/**
 * Faults on the wire between a store and its backend: connections cut before a request and behind it, at every request
 * of a call; networks that are silent, slow, or away for one node. Each ends with all the work done, once.
 *
 * @module
 */
import { ANY_GROUP } from '@ametrine/core';
import { type CaseDefinition, type ConformanceCase, defineCases } from '../case.js';
import { fencing } from '../checkers/fencing.js';
import { singleClaim } from '../checkers/single-claim.js';
import { totalFirings } from '../checkers/total-firings.js';
import { CHECK_IN_INTERVAL, LAPSE } from '../context.js';
import { every, HOUR, job, key, once, T0 } from '../factories.js';
import { ageable, all, clustered, durable, wired } from '../needs.js';
import type { CaseNode } from '../node.js';
import { drain } from '../race/drain.js';
import { race } from '../race/race.js';
import { asked, knownOrNot, openWired, sweepCuts, untilAnswered } from '../race/wire.js';

const definitions: readonly Omit<CaseDefinition, 'level'>[] = [
  {
    id: 'TRG-23/wire',
    title:
      'a bulk whose connection is cut is stored whole or not at all, and stored once when it is repeated',
    rules: ['JS-STO-07', 'JS-SIG-01'],
    needs: wired,
    async run(ctx) {
      const { node, proxy } = await openWired(ctx);
      await sweepCuts(ctx, proxy, async ({ name }, cutting) => {
        const of = job(name);
        const names = ['a', 'b', 'c'].map((part) => `${name}${part}`);
        const bulk = [{ job: of, triggers: names.map((one) => once(one, of, { at: T0 + HOUR })) }];
        const { known } = await cutting(() => node.store.storeJobsAndTriggers(bulk));
        const stored = await untilAnswered(ctx, () => node.store.listTriggersOfJob(of.key));
        ctx.holds(
          stored.length === names.length || (stored.length === 0 && !known),
          known
            ? 'a bulk that was acknowledged is there'
            : 'a bulk of unknown fate is there whole, or not at all',
          stored.map((one) => one.key.name),
        );
        await untilAnswered(ctx, () => node.store.storeJobsAndTriggers(bulk, { replace: true }));
        ctx.same(
          (await node.store.listTriggersOfJob(of.key)).length,
          names.length,
          'how many there are then',
        );
      });
    },
  },
  {
    id: 'ACQ-01/wire',
    title: 'a claim whose connection is cut loses no trigger: what nobody was told of runs in the next life',
    rules: ['JS-ACQ-01', 'JS-LIF-04', 'JS-REC-02'],
    needs: all(wired, durable),
    async run(ctx) {
      const proxy = await ctx.proxy();
      await sweepCuts(ctx, proxy, async ({ name }, cutting) => {
        const schedulerName = `acquire ${name}`;
        const node = await ctx.open({
          endpoint: proxy.endpoint,
          patienceMs: 500,
          instanceId: 'same',
          schedulerName,
        });
        const of = job('j');
        const names = ['a', 'b', 'c'];
        await node.put(of, ...names.map((one) => once(one, of)));
        const first = await cutting(() => node.acquireNames({ maxCount: 1 }));
        const rest = await untilAnswered(ctx, () => node.acquireNames());
        if (first.known)
          ctx.same(
            [...first.answer, ...rest].toSorted(),
            names,
            'what is claimed: all that was due, each once',
          );
        else ctx.same(new Set(rest).size, rest.length, 'what is claimed, once each');
        // The node knows what it was told; whatever else it holds it gives back when it leaves, or loses with its life.
        await untilAnswered(ctx, () => node.stop());
        const next = await ctx.open({ instanceId: 'same', schedulerName });
        ctx.same((await next.runNames()).toSorted(), names, 'what runs in the next life');
        await next.stop();
      });
    },
  },
  {
    id: 'FIR-21/wire',
    title: 'a fire whose connection is cut happened or did not: it runs once, here or as a recovery',
    rules: ['JS-FIR-02', 'JS-FIR-05', 'JS-REC-03'],
    needs: all(wired, durable),
    async run(ctx) {
      const proxy = await ctx.proxy();
      await sweepCuts(ctx, proxy, async ({ name }, cutting) => {
        const schedulerName = `fire ${name}`;
        const node = await ctx.open({
          endpoint: proxy.endpoint,
          patienceMs: 500,
          instanceId: 'same',
          schedulerName,
        });
        const of = job('j', { requestsRecovery: true });
        await node.put(of, every('t', of, HOUR));
        const claim = await node.acquireOne();
        const first = await cutting(() => node.fire(claim));
        const again = await untilAnswered(ctx, () => node.fire(claim));
        const told = [...(first.known ? first.answer : []), ...again].filter(
          (r) => r.kind === 'fired',
        ).length;
        ctx.holds(told <= 1, 'the claim fires once at most', told);
        ctx.holds(!first.known || told === 1, 'a claim whose fire was answered fired', told);
        ctx.includes(
          await node.stored(key('t')),
          { timesTriggered: 1, previousFireAt: T0, nextFireAt: T0 + HOUR },
          'the trigger, which fired once',
        );
        await node.abandon();
        const next = await ctx.open({ instanceId: 'same', schedulerName });
        ctx.same(
          (await next.runAll()).map(({ recovers }) => recovers?.triggerKey),
          [key('t')],
          'what runs again in the next life: the run that was under way',
        );
        await next.stop();
      });
    },
  },
  {
    id: 'COM-11/wire',
    title:
      'a completion whose connection is cut can be repeated: the run ends once, and nothing of its end is lost',
    rules: ['JS-CMP-01', 'JS-CMP-02', 'JS-CMP-07', 'JS-CMP-08'],
    needs: wired,
    async run(ctx) {
      const { node, proxy } = await openWired(ctx);
      await sweepCuts(ctx, proxy, async ({ name }, cutting) => {
        const of = job(name, { nonConcurrent: true, persistDataAfterExecution: true });
        await node.put(of, once(name, of, { priority: 9 }), once(`${name}-sibling`, of));
        const run = await node.run();
        const first = await cutting(() => node.complete(run, 'deleteTrigger', { ended: name }));
        if (first.known) ctx.same(first.answer, 'completed', 'the outcome, which is known');
        const trigger = await untilAnswered(ctx, () => node.store.getTrigger(key(name)));
        if (first.known) ctx.same(trigger, null, 'the trigger of a run that was said to have ended');
        const again = await untilAnswered(ctx, () => node.complete(run, 'deleteTrigger', { ended: name }));
        if (first.known) ctx.same(again, 'stale', 'the outcome of the same completion, repeated');
        ctx.same(await node.store.getTrigger(key(name)), null, 'the trigger, in the end');
        ctx.same((await node.store.getJob(of.key))?.data, { ended: name }, 'the data that the run left');
        const next = await node.run();
        ctx.same(next.trigger.key.name, `${name}-sibling`, 'what runs next');
        await node.complete(next, 'deleteTrigger');
      });
    },
  },
  {
    id: 'ACQ-28/wire',
    title: 'a release whose connection is cut can be repeated, and takes no other claim away',
    rules: ['JS-REL-01', 'JS-REL-02'],
    needs: wired,
    async run(ctx) {
      const { node, proxy } = await openWired(ctx);
      await sweepCuts(ctx, proxy, async ({ name }, cutting) => {
        const of = job(name);
        await node.put(of, once(name, of));
        const claim = await node.acquireOne();
        const first = await cutting(() => node.release(claim));
        const held = first.known ? await untilAnswered(ctx, () => node.acquire()) : [];
        ctx.same(held.length, first.known ? 1 : 0, 'what can be acquired after an answered release');
        await untilAnswered(ctx, () => node.release(claim));
        const now = held[0] ?? (await node.acquireOne());
        ctx.same(
          (await node.fire(now)).map((r) => r.kind),
          ['fired'],
          'the claim that was made after it',
        );
        await node.store.removeJob(of.key);
      });
    },
  },
  {
    id: 'CLU-11/wire',
    title:
      'a check-in whose connection is cut can be repeated: nobody is fenced, and one node recovers a dead one',
    rules: ['JS-CLU-01', 'JS-CLU-02'],
    needs: all(wired, ageable),
    async run(ctx) {
      const proxy = await ctx.proxy();
      await sweepCuts(ctx, proxy, async ({ name }, cutting) => {
        const schedulerName = `check-in ${name}`;
        const node = await ctx.open({ endpoint: proxy.endpoint, patienceMs: 500, schedulerName });
        const dead = await ctx.open({ schedulerName });
        const of = job('j', { requestsRecovery: true });
        await node.put(of, once('runs', of), once('held', of, { at: T0 + 1 }));
        await dead.run();
        await dead.acquireOne({ noLaterThan: T0 + 1 });
        await dead.abandon();
        ctx.now = T0;
        await ctx.checkInFor(CHECK_IN_INTERVAL, node);
        await ctx.pass(2 * CHECK_IN_INTERVAL);
        await node.checkIn();
        await ctx.pass(CHECK_IN_INTERVAL);
        const first = await cutting(() => node.checkIn());
        const again = await untilAnswered(ctx, () => node.checkIn());
        const answers = [...(first.known ? [first.answer] : []), again];
        ctx.same(answers.map(({ fenced }) => fenced).includes(true), false, 'whether it was fenced');
        await ctx.checkInFor(LAPSE, node);
        const names = (await node.runAll()).map(
          ({ trigger, recovers }) => recovers?.triggerKey.name ?? trigger.key.name,
        );
        ctx.same(names.toSorted(), ['held', 'runs'], 'what runs, once each');
        await node.stop();
        ctx.now = T0;
      });
    },
  },
  {
    id: 'FIR-20/silence',
    title: 'a network that falls silent and wakes loses and doubles nothing of the calls under way',
    rules: ['JS-ACQ-01', 'JS-FIR-02', 'JS-CMP-01'],
    needs: wired,
    async run(ctx) {
      const { node, proxy } = await openWired(ctx);
      const of = job('j');
      const names = ['a', 'b', 'c', 'd', 'e', 'f'];
      await node.put(of, ...names.map((name) => once(name, of)));
      const claims = await node.acquire({ maxCount: 3 });
      const silence = async <T>(call: () => Promise<T>) => {
        const before = proxy.traffic.roundTrips;
        proxy.blackHole();
        const pending = knownOrNot(ctx, call());
        await Promise.race([asked(proxy, before), pending]);
        proxy.heal();
        return pending;
      };
      const fired = await silence(() => node.fire(...claims));
      const results = fired.known ? fired.answer : await untilAnswered(ctx, () => node.fire(...claims));
      if (fired.known)
        ctx.same(
          results.map((r) => r.kind),
          ['fired', 'fired', 'fired'],
          'the fires',
        );
      const more = await silence(() => node.acquireNames({ maxCount: 2 }));
      if (more.known) ctx.same(more.answer, ['d', 'e'], 'what is acquired');
      const counts = await silence(() => node.store.getCounts());
      if (counts.known) ctx.same(counts.answer.triggers, names.length, 'how many triggers there are');
      for (const name of names)
        ctx.holds((await node.stored(key(name))).timesTriggered <= 1, `trigger ${name} fired once at most`);
    },
  },
  {
    id: 'CLU-01/slow',
    title:
      'two nodes drain the work, one over a slow network and one over a network that is cut: each fire ends once',
    rules: ['JS-ACQ-01', 'JS-CMP-01', 'JS-LIF-04'],
    needs: all(wired, clustered, durable),
    async run(ctx) {
      const slow = await openWired(ctx);
      const cut = await openWired(ctx, { instanceId: 'cut' });
      const of = job('j', { requestsRecovery: true });
      const names = Array.from({ length: 60 }, (_, n) => `t${String(n).padStart(2, '0')}`);
      await slow.node.store.storeJobsAndTriggers([
        { job: of, triggers: names.map((name) => once(name, of)) },
      ]);
      slow.proxy.delay(1);
      // Work goes on until a call is refused: what it held then is known to its next life only.
      const untilRefused = async ({ node }: { readonly node: CaseNode }): Promise<void> => {
        await drain(ctx, node, { maxCount: 3, mostRounds: 20 }).catch(() => {});
      };
      void cut.proxy.cutAt(ctx.random.integer(4, 12), ctx.random.integer(0, 1) === 0 ? 'request' : 'answer');
      await race([slow.node, cut.node], 1, untilRefused);
      slow.proxy.heal();
      cut.proxy.heal();
      await cut.node.abandon();
      const next = await ctx.open({ instanceId: 'cut' });
      await drain(ctx, next);
      await drain(ctx, slow.node);
      ctx.same(await next.store.listTriggerKeys(ANY_GROUP), [], 'the triggers left');
      ctx.upheld(singleClaim(ctx.history.operations));
      ctx.upheld(fencing(ctx.history.operations));
    },
  },
  {
    id: 'CLU-10/partition',
    title:
      'a node that the network cut off is taken over; when it is back its runs are stale, and it goes on as a member',
    rules: ['JS-CLU-03', 'JS-CLU-04', 'JS-CMP-02'],
    needs: all(wired, ageable),
    async run(ctx) {
      const { node, proxy } = await openWired(ctx);
      const survivor = await ctx.open();
      const of = job('j', { requestsRecovery: true });
      await node.put(of, once('t', of), once('held', of, { at: T0 + 1 }));
      const run = await node.run();
      const held = await node.acquireOne({ noLaterThan: T0 + 1 });
      proxy.takeDown();
      ctx.same((await knownOrNot(ctx, node.checkIn())).known, false, 'whether its check-in is answered');
      const found = (await ctx.checkInFor(LAPSE, survivor)).flatMap(({ recoveries }) => recoveries);
      ctx.same(
        found.map((r) => [r.instanceId, r.released, r.recovering.length]),
        [[node.instanceId, 1, 1]],
        'what is recovered',
      );
      const again = await survivor.runAll();
      ctx.same(
        again.map(({ trigger, recovers }) => recovers?.triggerKey.name ?? trigger.key.name),
        ['t', 'held'],
        'what the survivor runs',
      );
      proxy.heal();
      ctx.same(
        await untilAnswered(ctx, () => node.complete(run, 'deleteTrigger')),
        'stale',
        'its late completion',
      );
      ctx.same(
        (await untilAnswered(ctx, () => node.fire(held))).map((r) => r.kind),
        ['notFired'],
        'its late fire',
      );
      ctx.same((await untilAnswered(ctx, () => node.checkIn())).fenced, true, 'what it is told');
      for (const one of again) await survivor.complete(one, 'deleteTrigger');
      await survivor.store.storeTrigger(once('next', of, { at: ctx.now }));
      ctx.same(await node.runNames(), ['next'], 'what it runs as a member');
      const occurrences = [
        { key: key('t'), at: T0 },
        { key: key('held'), at: T0 + 1 },
        { key: key('next'), at: ctx.now },
      ];
      ctx.upheld(totalFirings(ctx.history.operations, { occurrences, recovered: false }));
    },
  },
];

/** Cases of level L4, for harnesses that name the address of their backend. */
export const wireFaultCases: readonly ConformanceCase[] = defineCases(
  definitions.map((definition) => ({ ...definition, level: 'L4' })),
);
