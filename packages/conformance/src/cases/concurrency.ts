/**
 * CON: calls that race each other.
 *
 * @module
 */
import { ANY_GROUP, isSchedulerError } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import type { CaseContext } from '../context.js';
import {
  DAY,
  every,
  HOUR,
  holidays,
  job,
  key,
  MINUTE,
  once,
  SECOND,
  T0,
  THRESHOLD,
  weekly,
} from '../factories.js';
import { clustered } from '../needs.js';
import type { CaseNode } from '../node.js';

/** The cases of the family. */
export const concurrencyCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'CON-01',
    title: 'of twenty stores of one trigger key one succeeds',
    rules: ['JS-STO-01'],
    async run(ctx) {
      await onlyOneStores(ctx, [await ctx.open()]);
    },
  },
  {
    id: 'CON-01/nodes',
    title: 'of twenty stores of one trigger key on two nodes one succeeds',
    rules: ['JS-STO-01'],
    level: 'L3',
    needs: clustered,
    async run(ctx) {
      await onlyOneStores(ctx, [await ctx.open(), await ctx.open()]);
    },
  },
  {
    id: 'CON-02',
    title: 'of twenty jobs stored with one trigger key one is stored, and none by half',
    rules: ['JS-STO-06'],
    async run(ctx) {
      const node = await ctx.open();
      const attempts = Array.from({ length: 20 }, (_, n) =>
        node.store.storeJobAndTrigger(job(`j${n}`), once('t', key(`j${n}`))),
      );
      const won = await countWins(ctx, attempts);
      ctx.same(won, 1, 'how many succeed');
      const jobs = await node.store.listJobKeys(ANY_GROUP);
      ctx.same(jobs.length, 1, 'how many jobs there are');
      ctx.same((await node.stored(key('t'))).jobKey, jobs[0], 'whose the trigger is');
    },
  },
  {
    id: 'CON-03',
    title: 'parallel acquisitions are disjoint, and leave nothing out',
    rules: ['JS-ACQ-01'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const names = Array.from({ length: 100 }, (_, n) => `t${String(n).padStart(2, '0')}`);
      await node.store.storeJobsAndTriggers([{ job: of, triggers: names.map((name) => once(name, of)) }]);
      const batches = await Promise.all(Array.from({ length: 20 }, () => node.runNames({ maxCount: 10 })));
      if (!ctx.history.overlapped('acquireNextTriggers')) ctx.inconclusive('the calls never overlapped');
      const seen = [...batches.flat(), ...(await node.runNames())];
      ctx.same([...seen].sort(), names, 'what was acquired');
    },
  },
  {
    id: 'CON-04',
    title: 'a trigger removed while it is acquired is removed, and disturbs nobody',
    rules: ['JS-ACQ-09', 'JS-REM-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of);
      for (let round = 0; round < 20; round += 1) {
        const [gone, kept] = [once(`gone${round}`, of), once(`kept${round}`, of)];
        await node.store.storeTrigger(gone);
        await node.store.storeTrigger(kept);
        const [batch, removal] = await Promise.all([node.acquire(), node.store.removeTrigger(gone.key)]);
        ctx.same(removal, 'removed', `round ${round}: the removal`);
        const results = await node.fire(...batch);
        const fired = results.flatMap((r) => (r.kind === 'fired' ? [r.bundle.trigger.key.name] : []));
        ctx.same(fired, [`kept${round}`], `round ${round}: what fires`);
        await node.release(...batch);
        ctx.same(await node.state(gone), 'none', `round ${round}: the removed one`);
      }
    },
  },
  {
    id: 'CON-05',
    title: 'after pause-all nothing fires, not even what was acquired beside it',
    rules: ['JS-PAU-08', 'JS-PAU-01', 'JS-FIR-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, ...Array.from({ length: 10 }, (_, n) => once(`t${n}`, of)));
      for (let round = 0; round < 10; round += 1) {
        const [first, , second] = await Promise.all([
          node.acquire({ maxCount: 5 }),
          node.store.pauseAll(),
          node.acquire({ maxCount: 5 }),
        ]);
        const claims = [...first, ...second];
        ctx.same(
          (await node.fire(...claims)).map((r) => r.kind),
          claims.map(() => 'notFired'),
          `round ${round}: the results`,
        );
        await node.release(...claims);
        ctx.same(await node.acquireNames(), [], `round ${round}: what can be acquired`);
        await node.store.resumeAll({ now: ctx.now });
      }
    },
  },
  {
    id: 'CON-06',
    title: 'a calendar update beside a fire loses no time',
    rules: ['JS-CAL-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of);
      for (let round = 0; round < 10; round += 1) {
        const name = `t${round}`;
        await node.store.storeCalendar(name, weekly(), { now: ctx.now });
        await node.store.storeTrigger(every(name, of, DAY, { calendarName: name }));
        const claimed = await node.acquireOne();
        const update = () =>
          node.store.storeCalendar(name, holidays('2026-03-03'), {
            now: ctx.now,
            replace: true,
            updateTriggers: true,
          });
        const fire = () => node.fire(claimed);
        const [results] =
          round % 2 === 0
            ? await Promise.all([fire(), update()])
            : await Promise.all([update(), fire()]).then(([, r]) => [r]);
        const fired = results?.[0]?.kind === 'fired';
        const expected = fired
          ? { nextFireAt: T0 + 2 * DAY, previousFireAt: T0 }
          : { nextFireAt: T0, previousFireAt: null };
        ctx.includes(
          await node.stored(key(name)),
          expected,
          `round ${round}: the trigger, ${fired ? 'fired' : 'not fired'}`,
        );
        await node.store.removeTrigger(key(name));
      }
    },
  },
  {
    id: 'CON-07',
    title: 'a trigger rescheduled beside the end of its last run keeps the new schedule',
    rules: ['JS-CMP-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      for (let round = 0; round < 20; round += 1) {
        const of = job(`j${round}`, { durable: false });
        const name = `t${round}`;
        await node.put(of, once(name, of));
        const run = await node.run();
        const reschedule = () => node.store.replaceTrigger(key(name), once(name, of, { at: T0 + HOUR }));
        const complete = () => node.complete(run, 'deleteTrigger');
        const [outcome] =
          round % 2 === 0
            ? await Promise.all([reschedule(), complete()])
            : await Promise.all([complete(), reschedule()]).then(([, r]) => [r]);
        const left = await node.store.getTrigger(key(name));
        ctx.same(
          left?.nextFireAt ?? null,
          outcome === 'replaced' ? T0 + HOUR : null,
          `round ${round}: its next fire, ${outcome}`,
        );
        const jobLeft = (await node.store.getJob(of.key)) !== null;
        ctx.same(jobLeft, outcome === 'replaced', `round ${round}: whether its job is there`);
      }
    },
  },
  {
    id: 'CON-08',
    title: 'workers that complete runs of many jobs beside misfire passes get no error, and no job is lost',
    rules: ['JS-CMP-01', 'JS-MIS-02'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const jobs = Array.from({ length: 10 }, (_, n) =>
        job(`j${n}`, { nonConcurrent: n % 2 === 0, persistDataAfterExecution: n % 3 === 0 }),
      );
      const triggers = (of: (typeof jobs)[number]) =>
        Array.from({ length: 20 }, (_, n) =>
          once(`${of.key.name}-${n}`, of, { at: T0 + (n % 2) * (THRESHOLD + 1) }),
        );
      await node.store.storeJobsAndTriggers(jobs.map((of) => ({ job: of, triggers: triggers(of) })));
      ctx.advance(THRESHOLD + SECOND);
      let done = 0;
      const worker = async (): Promise<void> => {
        for (let idle = 0; idle < 50 && done < 200; ) {
          const runs = await node.runAll({ maxCount: 3 });
          idle = runs.length === 0 ? idle + 1 : 0;
          for (const run of runs) {
            await node.complete(run, 'deleteTrigger', { by: run.trigger.key.name });
            done += 1;
          }
        }
      };
      const passes = async (): Promise<void> => {
        for (let n = 0; n < 20; n += 1) await node.store.recoverMisfires({ now: ctx.now, limit: 5 });
      };
      await Promise.all([...Array.from({ length: 50 }, worker), passes()]);
      ctx.same(done, 200, 'how many runs completed');
      ctx.includes(await node.store.getCounts(), { jobs: 10, triggers: 0 }, 'what is left');
    },
  },
  {
    id: 'CON-10',
    title: 'a reader beside writers sees every step whole',
    rules: ['JS-STO-07', 'JS-REM-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const entries = [{ job: of, triggers: ['a', 'b', 'c'].map((name) => once(name, of)) }];
      const write = async (): Promise<void> => {
        for (let n = 0; n < 20; n += 1) {
          await node.store.storeJobsAndTriggers(entries);
          await node.store.removeJob(of.key);
        }
      };
      const seen: number[] = [];
      const read = async (): Promise<void> => {
        for (let n = 0; n < 40; n += 1) {
          const { jobs, triggers } = await node.store.getCounts();
          ctx.same(triggers, 3 * jobs, 'triggers, for as many jobs as there are');
          seen.push((await node.store.listTriggersOfJob(of.key)).length);
        }
      };
      await Promise.all([write(), read(), read()]);
      ctx.same(
        seen.filter((n) => n !== 0 && n !== 3),
        [],
        'numbers of triggers that are neither none nor all',
      );
    },
  },
]);

async function onlyOneStores(ctx: CaseContext, nodes: readonly [CaseNode, ...CaseNode[]]): Promise<void> {
  const of = job('j');
  await nodes[0].put(of);
  const attempts = Array.from({ length: 20 }, (_, n) =>
    (nodes[n % nodes.length] ?? nodes[0]).store.storeTrigger(
      once('t', of, { description: `${n}`, at: T0 + MINUTE }),
    ),
  );
  ctx.same(await countWins(ctx, attempts), 1, 'how many succeed');
  ctx.same((await nodes[0].store.getCounts()).triggers, 1, 'how many triggers there are');
}

/** How many calls succeeded; the others must have been refused because the key exists. */
async function countWins(ctx: CaseContext, attempts: readonly Promise<void>[]): Promise<number> {
  const settled = await Promise.allSettled(attempts);
  const losers = settled.flatMap((s) => (s.status === 'rejected' ? [s.reason as unknown] : []));
  for (const reason of losers)
    ctx.holds(isSchedulerError(reason, 'ERR_ALREADY_EXISTS'), 'a loser is told ERR_ALREADY_EXISTS', reason);
  return settled.length - losers.length;
}
