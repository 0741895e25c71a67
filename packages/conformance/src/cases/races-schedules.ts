/**
 * Several nodes that change what others are working on at the same time.
 *
 * @module
 */
import { isSchedulerError } from '@ametrine/core';
import type { ConformanceCase } from '../case.js';
import { fencing } from '../checkers/fencing.js';
import { misfirePolicy } from '../checkers/misfire-policy.js';
import { pauseAtomicity } from '../checkers/pause-atomicity.js';
import { singleClaim } from '../checkers/single-claim.js';
import { totalFirings } from '../checkers/total-firings.js';
import { cronAt, every, HOUR, job, key, MINUTE, once, T0, THRESHOLD } from '../factories.js';
import { drain } from '../race/drain.js';
import { heard } from '../race/events.js';
import { defineFleetCases, openAll } from '../race/fleet.js';
import { met, race, untilProvoked } from '../race/race.js';
import { nextTurn } from '../race/turn.js';

/** Races for schedules. */
export const scheduleRaceCases: readonly ConformanceCase[] = defineFleetCases([
  {
    id: 'CON-01/race',
    title: 'of twelve stores of one new trigger key on three nodes one wins, and its trigger is stored',
    rules: ['JS-STO-01', 'JS-STO-03'],
    async run(ctx, open) {
      const nodes = await openAll(3, open);
      const of = job('j');
      await nodes[0]?.put(of);
      await untilProvoked(ctx, 'two stores at the same time', async (attempt) => {
        const since = ctx.history.operations.length;
        const won = await race(nodes, 4, async ({ node, index }) => {
          try {
            await node.store.storeTrigger(once(`t${attempt}`, of, { description: `by ${index}` }));
            return index;
          } catch (error) {
            if (!isSchedulerError(error, 'ERR_ALREADY_EXISTS')) throw error;
            return null;
          }
        });
        const winners = won.filter((index) => index !== null);
        ctx.same(winners.length, 1, 'how many win');
        const stored = await Promise.all(nodes.map((node) => node.stored(key(`t${attempt}`))));
        ctx.same(
          stored.map(({ description }) => description),
          nodes.map(() => `by ${winners[0]}`),
          'the stored trigger, on every node',
        );
        return met(ctx.history.operations.slice(since), 'storeTrigger');
      });
    },
  },
  {
    id: 'CON-07/race',
    title: 'a trigger that one node replaces while another ends its last run keeps the new schedule',
    rules: ['JS-CMP-03', 'JS-STO-08', 'JS-STO-05'],
    async run(ctx, open) {
      const [runner, planner] = await openAll(2, open);
      if (runner === undefined || planner === undefined) return;
      const of = job('j');
      await runner.put(of);
      await untilProvoked(ctx, 'a replacement during a completion', async (attempt) => {
        const since = ctx.history.operations.length;
        for (let round = 0; round < 8; round += 1) {
          const trigger = once(`t${attempt}-${round}`, of);
          await runner.store.storeTrigger(trigger);
          const run = await runner.run();
          const renewed = once(trigger.key.name, of, { at: T0 + HOUR });
          const [replaced, ended] = await Promise.all([
            planner.store.replaceTrigger(trigger.key, renewed),
            runner.complete(run, 'deleteTrigger'),
          ]);
          ctx.same(ended, 'completed', `round ${round}: the end of the run`);
          const stored = await planner.store.getTrigger(trigger.key);
          ctx.same(
            stored?.nextFireAt ?? null,
            replaced === 'replaced' ? T0 + HOUR : null,
            `round ${round}: the next fire, when the trigger was ${replaced}`,
          );
        }
        return met(ctx.history.operations.slice(since), 'replaceTrigger', 'triggeredJobsComplete');
      });
    },
  },
  {
    id: 'MIS-18/race',
    title: 'misfires that two nodes find at the same time are handled and noticed once in total',
    rules: ['JS-MIS-03', 'JS-MIS-02', 'JS-MIS-04', 'JS-ACQ-06'],
    async run(ctx, open) {
      const nodes = await openAll(2, () => open({ maxMisfiresPerPass: 5 }));
      const of = job('j');
      await untilProvoked(ctx, 'two passes at the same time', async (attempt) => {
        const since = ctx.history.operations.length;
        for (const { signals } of nodes) signals.clear();
        ctx.now = T0;
        const late = Array.from({ length: 30 }, (_, n) =>
          cronAt(`t${attempt}-${n}`, of, '0 0 * * * ?', { misfireInstruction: 'doNothing' }),
        );
        await nodes[0]?.store.storeJobsAndTriggers([{ job: of, triggers: late }], { replace: true });
        ctx.now = T0 + THRESHOLD + MINUTE;
        const handled = await race(nodes, 2, async ({ node, index }) => {
          let total = 0;
          for (let more = true; more; ) {
            const pass = await node.store.recoverMisfires({ now: ctx.now, limit: 3 });
            total += pass.handled;
            more = pass.hasMore;
            // One worker of each node meets them as it acquires.
            if (index % 2 === 1) await node.acquire({ maxCount: 3 });
          }
          return total;
        });
        const operations = ctx.history.operations.slice(since);
        const notices = nodes.flatMap(({ instanceId, signals }) =>
          signals.misfired.map((trigger) => ({ node: instanceId, trigger })),
        );
        const missed = late.map(({ key }) => ({ key, at: T0 }));
        ctx.upheld(misfirePolicy(operations, { thresholdMs: THRESHOLD, notices, missed }));
        ctx.holds(handled.reduce((a, b) => a + b, 0) <= late.length, 'no misfire was counted twice', handled);
        const stored = await nodes[1]?.store.listTriggersOfJob(of.key);
        ctx.same(
          stored?.filter(({ nextFireAt }) => nextFireAt !== T0 + HOUR).map(({ key }) => key.name),
          [],
          'triggers whose instruction was not applied, or applied twice',
        );
        await nodes[0]?.store.removeJob(of.key);
        return met(operations, 'recoverMisfires');
      });
    },
  },
  {
    id: 'CLU-21/race',
    title:
      'when a pause is answered, no node starts anything it covers any more; what it held back fires later, once',
    rules: ['JS-CLU-05', 'JS-PAU-01', 'JS-PAU-03', 'JS-FIR-02'],
    async run(ctx, open) {
      const [pauser, ...workers] = await openAll(3, open);
      if (pauser === undefined) return;
      await untilProvoked(ctx, 'a pause in the middle of the work', async (attempt) => {
        const since = ctx.history.operations.length;
        const of = job(`j${attempt}`);
        const group = `g${attempt}`;
        const triggers = Array.from({ length: 80 }, (_, n) => once(`t${n}`, of, { group }));
        await pauser.store.storeJobsAndTriggers([{ job: of, triggers }]);
        let batches = ctx.random.integer(2, 6);
        let resumed = false;
        const pause = async (): Promise<number> => {
          try {
            ctx.same(await pauser.store.pauseTriggers({ equals: group }), [group], 'the paused groups');
            for (const node of workers)
              ctx.same(await node.acquireNames(), [], `what ${node.instanceId} acquires`);
            const left = await pauser.store.listTriggersOfJob(of.key);
            await pauser.store.resumeTriggers({ equals: group }, { now: ctx.now });
            return left.filter(({ nextFireAt }) => nextFireAt !== null).length;
          } finally {
            resumed = true;
          }
        };
        let pausing = null as Promise<number> | null;
        const onBatch = (): void => {
          batches -= 1;
          if (batches > 0 || pausing !== null) return;
          // In the turn in which the workers acquire again.
          pausing = nextTurn().then(pause);
          // It is waited for when the workers are done; until then its failure waits too.
          pausing.catch(() => {});
        };
        const isDone = async (): Promise<boolean> =>
          resumed || (await pauser.store.listTriggersOfJob(of.key)).length === 0;
        await race(workers, 2, ({ node }) => drain(ctx, node, { maxCount: 3, onBatch, isDone }));
        const left = (await pausing) ?? 0;
        for (const node of workers) await drain(ctx, node);
        const operations = ctx.history.operations.slice(since);
        ctx.upheld(pauseAtomicity(operations));
        ctx.upheld(singleClaim(operations));
        ctx.upheld(fencing(operations));
        const occurrences = triggers.map(({ key }) => ({ key, at: T0 }));
        ctx.upheld(totalFirings(operations, { occurrences, recovered: false }));
        return left > 0 && met(operations, 'pauseTriggers', 'acquireNextTriggers');
      });
    },
  },
  {
    id: 'CLU-22/race',
    title: 'a node that sleeps is told of an earlier fire that another node stored, and fires it',
    rules: ['JS-SIG-02', 'JS-CLU-05'],
    needs: ({ claim }) => claim.wakeup === 'push' || 'its nodes have to look again by themselves',
    async run(ctx, open) {
      const [sleeper, other] = await openAll(2, open);
      if (sleeper === undefined || other === undefined) return;
      const of = job('j');
      await other.put(of, every('later', of, HOUR, { at: T0 + HOUR }));
      ctx.same(await sleeper.acquireNames({ noLaterThan: T0 + MINUTE }), [], 'what is due within the minute');
      for (let n = 1; n <= 3; n += 1) {
        const at = T0 + MINUTE - n;
        sleeper.signals.clear();
        await other.store.storeTrigger(once(`sooner${n}`, of, { at }));
        await heard(
          ctx,
          sleeper.signals,
          () => sleeper.signals.wakesFor(at),
          'the signal of an earlier fire',
        );
        const [acquired] = await sleeper.acquire({ noLaterThan: at, maxCount: 1 });
        ctx.same(acquired?.trigger.key.name, `sooner${n}`, 'what it finds when it wakes');
        ctx.same(acquired?.trigger.nextFireAt, at, 'its time');
      }
    },
  },
]);
