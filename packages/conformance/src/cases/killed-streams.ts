/**
 * Streams of calls that are cut by killing the process that answers them: every call of the stream happened or did not,
 * and what was answered happened.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import { type CaseDefinition, type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, key, once, T0 } from '../factories.js';
import { all, durable, offers } from '../needs.js';
import { killDuring, seededMoment } from '../race/killed-stream.js';
import { nextLife, severalLives } from '../race/lives.js';

const definitions: readonly Omit<CaseDefinition, 'level' | 'needs'>[] = [
  {
    id: 'TRG-23/killed',
    title:
      'of batches stored in a stream that a kill cuts, the acknowledged are there and every other is whole or absent',
    rules: ['JS-STO-07'],
    async run(ctx) {
      const perBatch = 25;
      await severalLives(ctx, 'a kill during a call', async (attempt) => {
        const writer = await ctx.openProcess({ schedulerName: `life${attempt}` });
        const { acknowledged, uncertain } = await killDuring(writer, ctx.random, {
          count: 12,
          call: (n) => {
            const of = job(`j${n}`);
            const triggers = Array.from({ length: perBatch }, (_, m) => once(`t${n}-${m}`, of));
            const empty = { job: job(`k${n}`), triggers: [] };
            return writer.store.storeJobsAndTriggers([{ job: of, triggers }, empty]);
          },
        });
        const reader = await nextLife(ctx, writer, `life${attempt}`);
        for (const n of [...acknowledged, ...uncertain]) {
          const stored = (await reader.store.listTriggersOfJob(key(`j${n}`))).length;
          const jobs = [await reader.store.getJob(key(`j${n}`)), await reader.store.getJob(key(`k${n}`))];
          const seen = [stored, ...jobs.map((found) => found !== null)];
          const whole = [perBatch, true, true];
          if (acknowledged.includes(n)) ctx.same(seen, whole, `batch ${n}, which was acknowledged`);
          else if (stored > 0 || jobs.some((found) => found !== null))
            ctx.same(seen, whole, `batch ${n}, which was under way`);
        }
        return uncertain.length > 0;
      });
    },
  },
  {
    id: 'TRG-08/killed',
    title: 'a trigger whose replacing is cut by a kill is the old one or the new one, never gone',
    rules: ['JS-STO-08', 'JS-STO-05'],
    async run(ctx) {
      await severalLives(ctx, 'a kill during a call', async (attempt) => {
        const writer = await ctx.openProcess({ schedulerName: `life${attempt}` });
        const of = job('j', { durable: false });
        await writer.put(of, every('t', of, HOUR, { at: T0 + HOUR }));
        // Large enough for the kill to come while the store writes.
        const data = { text: 'x'.repeat(100_000) };
        const { acknowledged, uncertain } = await killDuring(writer, ctx.random, {
          count: 20,
          call: (n) => writer.store.replaceTrigger(key('t'), once('t', of, { at: T0 + HOUR + n + 1, data })),
        });
        const reader = await nextLife(ctx, writer, `life${attempt}`);
        const { nextFireAt } = await reader.stored(key('t'));
        const made = ctx.history.operations.filter(
          ({ node, call }) => node === writer.instanceId && call === 'replaceTrigger',
        );
        const lasting = made.filter(
          (one, n) =>
            uncertain.includes(n) ||
            !made.some((other, m) => acknowledged.includes(m) && other.invoked > (one.settled ?? 0)),
        );
        ctx.holds(
          lasting.some(({ args }) => (args[1] as Trigger).nextFireAt === nextFireAt),
          'the trigger is the one that was stored last, or one that was under way',
          { nextFireAt, lasting: lasting.map(({ args }) => (args[1] as Trigger).nextFireAt) },
        );
        ctx.same((await reader.store.getJob(of.key))?.key, of.key, 'the job, which is not durable');
        return uncertain.length > 0;
      });
    },
  },
  {
    id: 'COM-11/killed',
    title:
      'of runs that end in a stream that a kill cuts, each is over or runs again, never both and never neither',
    rules: ['JS-CMP-01', 'JS-REC-03', 'JS-REC-04'],
    async run(ctx) {
      await severalLives(ctx, 'a kill during a call', async (attempt) => {
        const schedulerName = `life${attempt}`;
        const writer = await ctx.openProcess({ schedulerName });
        const of = job('j', { requestsRecovery: true });
        const names = Array.from({ length: 24 }, (_, n) => `t${String(n).padStart(2, '0')}`);
        await writer.store.storeJobsAndTriggers([{ job: of, triggers: names.map((name) => once(name, of)) }]);
        const runs = await writer.runAll();
        ctx.same(runs.length, names.length, 'what runs');
        const { acknowledged, uncertain } = await killDuring(writer, ctx.random, {
          count: runs.length,
          call: async (n) => {
            const run = runs[n];
            if (run !== undefined) await writer.complete(run, 'deleteTrigger');
          },
        });
        const reader = await nextLife(ctx, writer, schedulerName);
        const again = (await reader.runAll()).map(({ recovers }) => recovers?.triggerKey.name ?? '?');
        const over = acknowledged.map((n) => names[n] ?? '?');
        const open = uncertain.map((n) => names[n] ?? '?');
        ctx.same(
          again.filter((name) => over.includes(name)),
          [],
          'what runs again though its end was acknowledged',
        );
        ctx.same([...again].sort(), [...new Set(again)].sort(), 'what runs again, once each');
        ctx.same(
          names.filter((name) => !over.includes(name) && !open.includes(name) && !again.includes(name)),
          [],
          'what neither ended nor runs again',
        );
        const left = await reader.store.listTriggerKeys({ equals: key('x').group });
        ctx.same(
          left.map(({ name }) => name).filter((name) => over.includes(name)),
          [],
          'one-shots left of ended runs',
        );
        return uncertain.length > 0;
      });
    },
  },
  {
    id: 'FIR-21',
    title: 'a fire whose outcome nobody learnt happened or did not: it runs again as what it was, once',
    rules: ['JS-FIR-02', 'JS-FIR-05', 'JS-REC-02', 'JS-REC-03'],
    async run(ctx) {
      await severalLives(ctx, 'a kill during a call', async (attempt) => {
        const schedulerName = `life${attempt}`;
        const writer = await ctx.openProcess({ schedulerName });
        const of = job('j', { requestsRecovery: true });
        const names = Array.from({ length: 24 }, (_, n) => `t${String(n).padStart(2, '0')}`);
        await writer.store.storeJobsAndTriggers([
          { job: of, triggers: names.map((name) => every(name, of, HOUR)) },
        ]);
        const claims = await writer.acquire();
        const { acknowledged, uncertain } = await killDuring(writer, ctx.random, {
          count: claims.length,
          call: async (n) => writer.fire(...claims.slice(n, n + 1)),
        });
        const reader = await nextLife(ctx, writer, schedulerName);
        const runs = await reader.runAll();
        const again = runs.map(({ recovers, trigger }) => (recovers?.triggerKey ?? trigger.key).name);
        ctx.same([...again].sort(), names, 'what runs in the next life, once each');
        for (const [n, name] of names.entries()) {
          const repeats = runs.some(({ recovers }) => recovers?.triggerKey.name === name);
          if (!uncertain.includes(n))
            ctx.same(repeats, acknowledged.includes(n), `whether the run of ${name} repeats one`);
          ctx.includes(
            await reader.stored(key(name)),
            { timesTriggered: 1, previousFireAt: T0, nextFireAt: T0 + HOUR },
            `trigger ${name}, which fired once in all`,
          );
        }
        return uncertain.length > 0;
      });
    },
  },
  {
    id: 'REC-13',
    title: 'a recovery that is cut by a kill begins anew: no lost run is forgotten, and none runs twice',
    rules: ['JS-REC-06', 'JS-REC-03', 'JS-LIF-03'],
    async run(ctx) {
      await severalLives(ctx, 'a kill during the recovery', async (attempt) => {
        const schedulerName = `life${attempt}`;
        const first = await ctx.openProcess({ schedulerName });
        const of = job('j', { requestsRecovery: true });
        const names = Array.from({ length: 40 }, (_, n) => `t${String(n).padStart(2, '0')}`);
        await first.store.storeJobsAndTriggers([{ job: of, triggers: names.map((name) => once(name, of)) }]);
        await first.runAll({ maxCount: 30 });
        await first.acquire();
        await first.kill();
        const instanceId = first.instanceId;
        const second = await ctx.openProcess({ schedulerName, instanceId, start: false });
        const started = second.store.schedulerStarted({ now: ctx.now, checkInIntervalMs: 7500 }).then(
          () => true,
          () => false,
        );
        await seededMoment(ctx.random, 4);
        await second.kill();
        const cut = !(await started);
        const third = await nextLife(ctx, second, schedulerName);
        const runs = await third.runAll();
        const ran = runs.map(({ recovers, trigger }) => recovers?.triggerKey.name ?? trigger.key.name);
        ctx.same([...ran].sort(), names, 'what runs: the lost runs again, and the lost claims');
        ctx.same(
          runs.filter(({ recovers }) => recovers !== null).length,
          30,
          'how many of them repeat a lost run',
        );
        return cut;
      });
    },
  },
];

/** The cases of the family: all say that the claimed durability is true. */
export const killedStreamCases: readonly ConformanceCase[] = defineCases(
  definitions.map((definition) => ({
    ...definition,
    rules: [...definition.rules, 'JS-CAP-01'],
    level: 'L2',
    needs: all(durable, offers('processes')),
  })),
);
