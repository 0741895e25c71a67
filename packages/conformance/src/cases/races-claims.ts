/**
 * Several nodes that take from the same work at the same time: every fire once, no matter who, no matter what dies.
 *
 * @module
 */
import { RECOVERY_GROUP } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { exclusiveRuns } from '../checkers/exclusive-runs.js';
import { fencing } from '../checkers/fencing.js';
import { scheduleKept } from '../checkers/schedule.js';
import { singleClaim } from '../checkers/single-claim.js';
import { totalFirings } from '../checkers/total-firings.js';
import { CHECK_IN_INTERVAL, LAPSE } from '../context.js';
import { every, job, key, MINUTE, once, T0 } from '../factories.js';
import { ageable, all, offers } from '../needs.js';
import type { CaseNode } from '../node.js';
import { drain } from '../race/drain.js';
import { defineFleetCases, openAll } from '../race/fleet.js';
import { met, race, untilProvoked } from '../race/race.js';

const fleetCases = defineFleetCases([
  {
    id: 'CON-03/race',
    title: 'three nodes with four workers each acquire disjoint batches, and leave nothing out',
    rules: ['JS-ACQ-01', 'JS-EXE-01'],
    async run(ctx, open) {
      const nodes = await openAll(3, open);
      await untilProvoked(ctx, 'two acquisitions at the same time', async (attempt) => {
        const names = await putOnce(nodes, `a${attempt}-`, 120);
        const since = ctx.history.operations.at(-1)?.invoked ?? 0;
        const taken = await race(nodes, 4, async ({ node }) => {
          const taken: string[] = [];
          // A store that gives the same triggers again must come to an end.
          while (taken.length <= names.length) {
            const batch = await node.acquireNames({ maxCount: 7 });
            if (batch.length === 0) break;
            taken.push(...batch);
          }
          return taken;
        });
        ctx.upheld(singleClaim(ctx.history.operations));
        ctx.upheld(fencing(ctx.history.operations));
        ctx.same(taken.flat().sort(), names, 'what was acquired, by all of them');
        return met(ctx.history.operations, 'acquireNextTriggers', 'acquireNextTriggers', since);
      });
    },
  },
  {
    id: 'CLU-02/race',
    title: 'three nodes that race for two non-concurrent jobs never run one of them twice at a time',
    rules: ['JS-FIR-06', 'JS-ACQ-08', 'JS-CMP-08'],
    async run(ctx, open) {
      const nodes = await openAll(3, open);
      const occurrences = [];
      for (const name of ['j', 'k']) {
        const of = job(name, { nonConcurrent: true });
        const triggers = Array.from({ length: 10 }, (_, n) => once(`${name}${n}`, of));
        await nodes[0]?.store.storeJobsAndTriggers([{ job: of, triggers }]);
        occurrences.push(...triggers.map(({ key }) => ({ key, at: T0 })));
      }
      await race(nodes, 2, ({ node }) =>
        drain(ctx, node, { isDone: async () => (await node.store.getCounts()).triggers === 0 }),
      );
      const { operations } = ctx.history;
      ctx.upheld(exclusiveRuns(operations));
      ctx.upheld(singleClaim(operations));
      ctx.upheld(fencing(operations));
      ctx.upheld(totalFirings(operations, { occurrences, recovered: false }));
      if (!met(operations, 'acquireNextTriggers', 'triggersFired'))
        ctx.inconclusive('no node ever acquired while another fired');
    },
  },
  {
    id: 'CLU-01/race',
    title: 'a trigger that three nodes race for keeps its schedule: each time once, in order',
    rules: ['JS-FIR-05', 'JS-FIR-02', 'JS-ACQ-01'],
    async run(ctx, open) {
      const nodes = await openAll(3, open);
      const of = job('j');
      const trigger = every('t', of, MINUTE, { repeat: 11 });
      await nodes[0]?.put(of, trigger);
      const targets = [];
      for (let minute = 0; minute < 12; minute += 1) {
        ctx.now = T0 + minute * MINUTE;
        targets.push({ at: ctx.now, until: ctx.now });
        await race(nodes, 2, ({ node }) => drain(ctx, node, { instruction: 'none' }));
      }
      const { operations } = ctx.history;
      ctx.upheld(scheduleKept(operations, trigger.key, targets));
      ctx.upheld(singleClaim(operations));
      ctx.upheld(fencing(operations));
      ctx.same(await nodes[1]?.state(trigger), 'complete', 'the state after the last');
      if (!met(operations, 'acquireNextTriggers'))
        ctx.inconclusive('the nodes never acquired at the same time');
    },
  },
  {
    id: 'CLU-07/race',
    title: 'of three nodes that find a dead one at the same time one recovers it',
    rules: ['JS-CLU-01', 'JS-REC-03', 'JS-REC-06'],
    needs: ageable,
    async run(ctx, open) {
      const survivors = await openAll(3, open);
      await untilProvoked(ctx, 'two check-ins at the same time', async (attempt) => {
        const dead = await open();
        const of = job(`j${attempt}`, { requestsRecovery: true });
        await dead.put(of, once(`run${attempt}`, of), once(`held${attempt}`, of, { at: ctx.now + 1 }));
        await dead.run({ now: ctx.now, noLaterThan: ctx.now });
        await dead.acquireOne({ noLaterThan: ctx.now + 1 });
        await dead.abandon();
        const since = ctx.history.operations.at(-1)?.invoked ?? 0;
        const found = [];
        for (let passed = 0; passed < LAPSE; passed += CHECK_IN_INTERVAL) {
          await ctx.pass(CHECK_IN_INTERVAL);
          found.push(...(await race(survivors, 1, ({ node }) => node.checkIn())));
        }
        ctx.same(
          found.flatMap((f) => f.recoveries.map((r) => [r.instanceId, r.released, r.recovering.length])),
          [[dead.instanceId, 1, 1]],
          'the recoveries, of all nodes together',
        );
        ctx.same(
          found.filter(({ fenced }) => fenced),
          [],
          'survivors that were fenced off',
        );
        const [repeats, ...more] =
          (await survivors[0]?.store.listTriggers({ group: { equals: RECOVERY_GROUP } })) ?? [];
        ctx.same(
          [repeats?.recovers?.triggerKey, more],
          [key(`run${attempt}`), []],
          'what was made to run again',
        );
        await survivors[0]?.store.removeJob(of.key);
        return met(ctx.history.operations, 'checkIn', 'checkIn', since);
      });
    },
  },
  {
    id: 'CLU-18/race',
    title: 'two schedulers of different names work off equal keys at the same time, each its own',
    rules: ['JS-LIF-06'],
    async run(ctx, open) {
      const fleets = await Promise.all(
        ['one', 'two'].map(async (schedulerName) => {
          const nodes = await openAll(2, () => open({ schedulerName }));
          const of = job('j', { nonConcurrent: true, data: { schedulerName } });
          const plain = job('k', { data: { schedulerName } });
          await nodes[0]?.store.storeJobsAndTriggers([
            { job: of, triggers: Array.from({ length: 5 }, (_, n) => once(`nc${n}`, of)) },
            { job: plain, triggers: Array.from({ length: 30 }, (_, n) => once(`t${n}`, plain)) },
          ]);
          return { schedulerName, nodes };
        }),
      );
      const strays: string[] = [];
      await Promise.all(
        fleets.map(({ schedulerName, nodes }) =>
          race(nodes, 2, ({ node }) =>
            drain(ctx, node, {
              isDone: async () => (await node.store.getCounts()).triggers === 0,
              onBatch: (runs) => {
                for (const { job, trigger } of runs)
                  if (job.data['schedulerName'] !== schedulerName) strays.push(trigger.key.name);
              },
            }),
          ),
        ),
      );
      ctx.same(strays, [], 'runs of the other scheduler’s jobs');
      const occurrences = [
        ...Array.from({ length: 5 }, (_, n) => ({ key: key(`nc${n}`), at: T0 })),
        ...Array.from({ length: 30 }, (_, n) => ({ key: key(`t${n}`), at: T0 })),
      ];
      const histories = fleets.map(({ nodes }) => {
        const own = new Set(nodes.map(({ instanceId }) => instanceId));
        return ctx.history.operations.filter(({ node }) => own.has(node));
      });
      for (const own of histories) {
        ctx.upheld(totalFirings(own, { occurrences, recovered: false }));
        ctx.upheld(exclusiveRuns(own));
        ctx.upheld(singleClaim(own));
      }
      if (!met(ctx.history.operations, 'acquireNextTriggers'))
        ctx.inconclusive('the nodes never acquired at the same time');
    },
  },
  {
    id: 'CLU-17/race',
    title: 'a node that leaves in the middle of the work gives back what it holds, and nothing is recovered',
    rules: ['JS-LIF-04'],
    async run(ctx, open) {
      await untilProvoked(ctx, 'an acquisition while another node left', async (attempt) => {
        const since = ctx.history.operations.length;
        const schedulerName = `attempt${attempt}`;
        const [leaver, ...others] = await openAll(3, () => open({ schedulerName }));
        if (leaver === undefined) return false;
        const names = await putOnce([leaver], 't', 150);
        ctx.same((await leaver.acquire({ maxCount: 10 })).length, 10, 'what it holds');
        let left = false;
        const leave = async (): Promise<void> => {
          try {
            await drain(ctx, leaver, { maxCount: 2, mostRounds: 4 });
            await leaver.stop();
          } finally {
            left = true;
          }
        };
        const work = { maxCount: 2, isDone: async () => left };
        await Promise.all([leave(), race(others, 2, ({ node }) => drain(ctx, node, work))]);
        // What was given back last, if the others were done before.
        for (const node of others) await drain(ctx, node);
        const operations = ctx.history.operations.slice(since);
        const occurrences = names.map((name) => ({ key: key(name), at: T0 }));
        ctx.upheld(totalFirings(operations, { occurrences, recovered: false }));
        ctx.upheld(singleClaim(operations));
        const found = await ctx.checkInFor(LAPSE, ...others);
        ctx.same(
          found.flatMap(({ recoveries }) => recoveries),
          [],
          'what is left to recover',
        );
        // The next attempt begins at its own T0.
        ctx.now = T0;
        return met(operations, 'shutdown', 'acquireNextTriggers');
      });
    },
  },
]);

const killCases = defineCases([
  {
    id: 'CLU-04/kills',
    title:
      'three processes drain the work, two are killed in the middle of it: every fire ends once in total',
    rules: ['JS-REC-02', 'JS-REC-03', 'JS-REC-04', 'JS-CLU-01', 'JS-ACQ-01'],
    level: 'L3',
    needs: all(ageable, offers('processes')),
    async run(ctx) {
      await untilProvoked(ctx, 'a kill that cut a run', async (attempt) => {
        const schedulerName = `attempt${attempt}`;
        const since = ctx.history.operations.length;
        const nodes = await Promise.all([0, 1, 2].map(() => ctx.openProcess({ schedulerName })));
        const of = job('j', { requestsRecovery: true });
        const triggers = Array.from({ length: 90 }, (_, n) => once(nameOf('t', n), of));
        await nodes[0]?.store.storeJobsAndTriggers([{ job: of, triggers }]);
        await race(nodes, 2, ({ node, index }) => {
          let left = ctx.random.integer(1, 4);
          const victim = index === 0 || index === 2;
          // In the middle of a run, so that there is one to recover.
          const onFired = (): void => {
            left -= 1;
            if (victim && left === 0) void node.abandon();
          };
          return drain(ctx, node, { maxCount: 4, onFired });
        });
        const survivor = nodes[2];
        if (survivor === undefined) return false;
        const found = await ctx.checkInFor(LAPSE, survivor);
        await drain(ctx, survivor);
        const operations = ctx.history.operations.slice(since);
        const occurrences = triggers.map(({ key }) => ({ key, at: T0 }));
        ctx.upheld(totalFirings(operations, { occurrences, recovered: true }));
        ctx.upheld(fencing(operations));
        ctx.upheld(singleClaim(operations));
        ctx.same((await survivor.store.getCounts()).triggers, 0, 'the triggers left');
        ctx.now = T0;
        return found.some(({ recoveries }) => recoveries.some(({ recovering }) => recovering.length > 0));
      });
    },
  },
  {
    id: 'CLU-03/killed',
    title: 'what a killed process had acquired and was running is taken over by a living one',
    rules: ['JS-CLU-03', 'JS-REC-02', 'JS-REC-03', 'JS-CLU-01'],
    level: 'L3',
    needs: all(ageable, offers('processes')),
    async run(ctx) {
      const [dead, survivor] = [await ctx.openProcess(), await ctx.openProcess()];
      const of = job('j', { requestsRecovery: true });
      await dead.put(of, once('runs', of), once('held', of, { at: T0 + 1 }));
      await dead.run();
      await dead.acquireOne({ noLaterThan: T0 + 1 });
      await dead.kill();
      const recoveries = (await ctx.checkInFor(LAPSE, survivor)).flatMap((found) => found.recoveries);
      ctx.same(
        recoveries.map((r) => [r.instanceId, r.released, r.recovering.length, r.abandoned]),
        [[dead.instanceId, 1, 1, 0]],
        'the recoveries',
      );
      const runs = await survivor.runAll();
      ctx.same(
        runs.map(({ trigger, recovers }) => recovers?.triggerKey.name ?? trigger.key.name),
        ['runs', 'held'],
        'what fires',
      );
    },
  },
]);

/** Races for claims. */
export const claimRaceCases: readonly ConformanceCase[] = [...fleetCases, ...killCases];

function nameOf(prefix: string, n: number): string {
  return `${prefix}${String(n).padStart(3, '0')}`;
}

/** Stores so many one-shots, all due, of a job of their own; gives their names, sorted. */
async function putOnce(
  nodes: readonly CaseNode[],
  prefix: string,
  count: number,
): Promise<readonly string[]> {
  const of = job(`${prefix}job`);
  const names = Array.from({ length: count }, (_, n) => nameOf(prefix, n));
  await nodes[0]?.store.storeJobsAndTriggers([{ job: of, triggers: names.map((name) => once(name, of)) }]);
  return names;
}
