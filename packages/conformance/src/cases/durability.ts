/**
 * What a store acknowledged survives the death of its process: the node runs in a process of its own, which is killed
 * in the middle of its work, and another node opens what it left.
 *
 * @module
 */
import { ANY_GROUP, type Calendar, type Trigger } from '@ametrine/core';
import { type CaseDefinition, type ConformanceCase, defineCases } from '../case.js';
import {
  dataOfEveryKind,
  every,
  HOUR,
  holidays,
  job,
  key,
  once,
  oneOfEachType,
  SECOND,
  T0,
  weekly,
} from '../factories.js';
import { all, durable, offers } from '../needs.js';
import type { CaseNode } from '../node.js';
import { nextLife } from '../race/lives.js';

const definitions: readonly Omit<CaseDefinition, 'level' | 'needs'>[] = [
  {
    id: 'TRG-01/killed',
    title: 'jobs, triggers of every type and calendars that were stored are there after a kill',
    rules: ['JS-GET-05', 'JS-DAT-01'],
    async run(ctx) {
      const writer = await ctx.openProcess();
      const jobs = [
        job('plain', { durable: false, description: 'd' }),
        job('flags', { requestsRecovery: true, nonConcurrent: true, persistDataAfterExecution: true }),
        job('data', { group: 'g', data: dataOfEveryKind() }),
      ] as const;
      const calendars: readonly (readonly [string, Calendar])[] = [
        ['days', holidays('2026-03-04')],
        ['nested', { ...weekly('SUN'), description: 'n', base: holidays('2026-05-01') }],
      ];
      for (const [name, calendar] of calendars)
        await writer.store.storeCalendar(name, calendar, { now: ctx.now });
      const triggers: readonly (readonly Trigger[])[] = [
        oneOfEachType(jobs[0], { at: T0 + HOUR }),
        [every('calendar', jobs[1], HOUR, { calendarName: 'days', endAt: T0 + 24 * HOUR, priority: 9 })],
        [once('data', jobs[2], { group: 'g', data: dataOfEveryKind(), misfireInstruction: 'ignore' })],
      ];
      await writer.store.storeJobsAndTriggers(
        jobs.map((of, n) => ({ job: of, triggers: triggers[n] ?? [] })),
      );
      await writer.kill();
      const reader = await nextLife(ctx, writer);
      for (const of of jobs) ctx.same(await reader.store.getJob(of.key), of, `job ${of.key.name}`);
      for (const trigger of triggers.flat())
        ctx.same(await reader.stored(trigger), trigger, `trigger ${trigger.key.name}`);
      for (const [name, calendar] of calendars)
        ctx.same(await reader.store.getCalendar(name), calendar, `calendar ${name}`);
      ctx.same(await reader.store.getCounts(), { jobs: 3, triggers: 6, calendars: 2 }, 'the counts');
    },
  },
  {
    id: 'PAU-36/killed',
    title: 'pauses of triggers, groups, empty groups and job groups hold after a kill',
    rules: ['JS-PAU-12'],
    async run(ctx) {
      const writer = await ctx.openProcess();
      const [of, grouped] = [job('j'), job('g', { group: 'jobs' })];
      await writer.put(
        of,
        every('one', of, HOUR),
        every('free', of, HOUR),
        every('t', of, HOUR, { group: 'g' }),
      );
      await writer.put(grouped, every('u', grouped, HOUR));
      await writer.store.pauseTrigger(key('one'));
      await writer.store.pauseTriggers({ equals: 'g' });
      await writer.store.pauseTriggers({ equals: 'empty' });
      await writer.store.pauseJobs({ equals: 'jobs' });
      await writer.kill();
      const reader = await nextLife(ctx, writer);
      ctx.same(
        await Promise.all([key('one'), key('free'), key('t', 'g'), key('u')].map((of) => reader.state(of))),
        ['paused', 'normal', 'paused', 'paused'],
        'the states',
      );
      ctx.same(await reader.store.listPausedTriggerGroups(), ['empty', 'g'], 'the paused groups');
      ctx.same(await reader.store.listPausedJobGroups(), ['jobs'], 'the paused job groups');
      await reader.store.storeTrigger(every('late', of, HOUR, { group: 'empty' }));
      ctx.same(
        await reader.state(key('late', 'empty')),
        'paused',
        'one that is stored in a paused group later',
      );
      await reader.store.pauseAll();
      const last = await nextLife(ctx, await killed(reader));
      ctx.same(await last.acquireNames(), [], 'what is acquired after pause-all and one more life');
    },
  },
  {
    id: 'COM-15/killed',
    title:
      'what a run left in its job’s data, where its trigger went on, and what was removed last through a kill',
    rules: ['JS-CMP-07', 'JS-FIR-05', 'JS-REM-01', 'JS-REM-02'],
    async run(ctx) {
      const writer = await ctx.openProcess();
      const of = job('j', { persistDataAfterExecution: true, data: { n: 1 } });
      const gone = job('gone');
      await writer.put(
        of,
        every('t', of, HOUR),
        once('done', of),
        every('removed', of, HOUR, { at: T0 + 1 }),
      );
      await writer.put(gone, every('with', gone, HOUR, { at: T0 + 1 }));
      for (const run of await writer.runAll())
        await writer.complete(run, run.trigger.nextFireAt === null ? 'deleteTrigger' : 'none', { n: 2 });
      await writer.store.removeJob(gone.key);
      await writer.store.removeTriggers([key('removed')]);
      await writer.kill();
      const reader = await nextLife(ctx, writer);
      ctx.same(
        reader.recoveries.flatMap((r) => [...r.recovering, r.abandoned]).filter((r) => r !== 0),
        [],
        'what was left to recover',
      );
      ctx.same((await reader.store.getJob(of.key))?.data, { n: 2 }, 'the data');
      ctx.includes(
        await reader.stored(key('t')),
        { previousFireAt: T0, nextFireAt: T0 + HOUR, timesTriggered: 1 },
        'the trigger that goes on',
      );
      ctx.same(await reader.store.listTriggerKeys(ANY_GROUP), [key('t')], 'the triggers left');
      ctx.same(await reader.store.listJobKeys(ANY_GROUP), [of.key], 'the jobs left');
    },
  },
  {
    id: 'REC-01/killed',
    title: 'claims of a killed process are given back',
    rules: ['JS-REC-01', 'JS-REC-02'],
    async run(ctx) {
      const writer = await ctx.openProcess();
      const of = job('j', { nonConcurrent: true, requestsRecovery: true });
      const other = job('other');
      await writer.put(of, once('a', of), once('b', of));
      await writer.put(other, once('c', other));
      const lost = await writer.acquire();
      ctx.same(
        lost.map(({ trigger }) => trigger.key.name),
        ['a', 'c'],
        'what it holds',
      );
      await writer.kill();
      const reader = await nextLife(ctx, writer);
      ctx.same(
        reader.recoveries.map((r) => [r.released, r.recovering.length, r.abandoned]),
        [[2, 0, 0]],
        'the recovery',
      );
      ctx.same(
        (await reader.fire(...lost)).map((r) => r.kind),
        ['notFired', 'notFired'],
        'the lost claims',
      );
      ctx.same(await reader.acquireNames(), ['a', 'c'], 'what can be acquired again');
    },
  },
  {
    id: 'REC-03/killed',
    title: 'runs cut short by a kill run again when their job asked for it, flagged, and else are over',
    rules: ['JS-REC-03', 'JS-REC-04', 'JS-REC-01'],
    async run(ctx) {
      const writer = await ctx.openProcess();
      const [asks, plain] = [job('asks', { requestsRecovery: true }), job('plain', { nonConcurrent: true })];
      await writer.put(
        asks,
        once('once', asks, { priority: 8, data: { n: 1n } }),
        every('often', asks, HOUR),
      );
      await writer.put(plain, once('lost', plain), every('on', plain, HOUR, { at: T0 + HOUR }));
      const cut = await writer.runAll();
      ctx.same(
        cut.map(({ trigger }) => trigger.key.name),
        ['once', 'lost', 'often'],
        'what runs when it is killed',
      );
      await writer.kill();
      ctx.advance(SECOND);
      const reader = await nextLife(ctx, writer);
      const again = await reader.runAll();
      ctx.same(
        again.map(({ recovers, trigger }) => [
          recovers?.triggerKey.name,
          recovers?.scheduledFireAt,
          recovers?.firedAt,
          trigger.data,
        ]),
        [
          ['once', T0, T0, { n: 1n }],
          ['often', T0, T0, {}],
        ],
        'what runs again',
      );
      ctx.same(await reader.state(key('lost')), 'none', 'the one-shot whose job did not ask');
      ctx.same(await reader.state(key('on')), 'normal', 'the sibling that its run had blocked');
      for (const run of again) await reader.complete(run, 'deleteTrigger');
      ctx.same(await reader.runNames(), [], 'what else runs');
      const last = await nextLife(ctx, await killed(reader));
      ctx.same(
        [last.recoveries.flatMap((r) => r.recovering), await last.runNames()],
        [[], []],
        'what is left to the life after',
      );
    },
  },
  {
    id: 'ACQ-25/killed',
    title: 'tokens of one life are none of another’s',
    rules: ['JS-EXE-01'],
    async run(ctx) {
      const of = job('j');
      const names = Array.from({ length: 10 }, (_, n) => `t${n}`);
      const tokens: string[] = [];
      for (let life = 0; life < 3; life += 1) {
        const node = await ctx.openProcess({ instanceId: 'same' });
        if (life === 0)
          await node.store.storeJobsAndTriggers([{ job: of, triggers: names.map((name) => once(name, of)) }]);
        const batch = await node.acquire();
        ctx.same(batch.length, names.length, `what life ${life} acquires`);
        tokens.push(...batch.map(({ fireInstanceId }) => fireInstanceId));
        await node.kill();
      }
      ctx.same(new Set(tokens).size, tokens.length, 'how many tokens there are');
    },
  },
];

/** The cases of the family: all kill a process, and say that the claimed durability is true. */
export const durabilityCases: readonly ConformanceCase[] = defineCases(
  definitions.map((definition) => ({
    ...definition,
    rules: [...definition.rules, 'JS-CAP-01'],
    level: 'L2',
    needs: all(durable, offers('processes')),
  })),
);

/** Ends a life without a word. */
async function killed(node: CaseNode): Promise<CaseNode> {
  await node.abandon();
  return node;
}
