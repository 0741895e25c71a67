/**
 * MIS, second part: the table of the contract for simple triggers.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import type { CaseContext } from '../context.js';
import { every, job, SECOND, T0, type TriggerOverrides } from '../factories.js';
import type { CaseNode } from '../node.js';

/** The example of the contract's table (§7.1): every 10 s, fired once, then missed for 25 s, and 9 repeats. */
const MISSED_FOR = 25 * SECOND;

/** The table. */
export const simpleMisfireCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'MIS-03',
    title: 'simple, smart, endless: goes on with the next time, the missed ones counted',
    rules: ['JS-MIS-04'],
    async run(ctx) {
      const node = await ctx.open({ misfireThresholdMs: 5 * SECOND });
      const { t } = await missed(ctx, node, { repeat: -1 });
      ctx.includes(
        t,
        { nextFireAt: T0 + 30 * SECOND, timesTriggered: 4, startAt: T0 - 10 * SECOND },
        'the trigger',
      );
    },
  },
  {
    id: 'MIS-04',
    title: 'simple, smart, counted: starts again now with the existing count',
    rules: ['JS-MIS-04'],
    async run(ctx) {
      const node = await ctx.open({ misfireThresholdMs: 5 * SECOND });
      for (const misfireInstruction of ['smart', 'nowWithExistingCount'] as const) {
        const { t, now } = await missed(ctx, node, { misfireInstruction });
        const schedule = { type: 'simple', repeatCount: 8, repeatIntervalMs: 10 * SECOND };
        ctx.includes(t, { nextFireAt: now, startAt: now, timesTriggered: 0, schedule }, misfireInstruction);
      }
    },
  },
  {
    id: 'MIS-05',
    title: 'simple, now with remaining count: starts again now without the missed ones',
    rules: ['JS-MIS-04'],
    async run(ctx) {
      const node = await ctx.open({ misfireThresholdMs: 5 * SECOND });
      for (const misfireInstruction of ['fireNow', 'nowWithRemainingCount'] as const) {
        const { t, now } = await missed(ctx, node, { misfireInstruction });
        const schedule = { type: 'simple', repeatCount: 6, repeatIntervalMs: 10 * SECOND };
        ctx.includes(t, { nextFireAt: now, startAt: now, timesTriggered: 0, schedule }, misfireInstruction);
      }
    },
  },
  {
    id: 'MIS-06',
    title: 'simple, now, but past its end: complete, with notice',
    rules: ['JS-MIS-04'],
    async run(ctx) {
      const node = await ctx.open({ misfireThresholdMs: 5 * SECOND });
      for (const misfireInstruction of ['nowWithExistingCount', 'nowWithRemainingCount'] as const) {
        const { t } = await missed(ctx, node, { misfireInstruction, endAt: T0 + 20 * SECOND });
        ctx.same(
          [t.nextFireAt, await node.state(t)],
          [null, 'complete'],
          `${misfireInstruction}: next fire and state`,
        );
        ctx.same(
          node.signals.finalized.map((f) => f.key),
          [t.key],
          `${misfireInstruction}: the notices`,
        );
      }
    },
  },
  {
    id: 'MIS-08',
    title: 'simple, next with remaining count: the missed ones are counted, and the total is not exceeded',
    rules: ['JS-MIS-04'],
    async run(ctx) {
      const node = await ctx.open({ misfireThresholdMs: 5 * SECOND });
      const { t } = await missed(ctx, node, { misfireInstruction: 'nextWithRemainingCount' });
      ctx.includes(
        t,
        { nextFireAt: T0 + 30 * SECOND, timesTriggered: 4, startAt: T0 - 10 * SECOND },
        'the trigger',
      );
      const fires: number[] = [];
      ctx.now = T0 + 30 * SECOND;
      for (let next: number | null = T0 + 30 * SECOND; next !== null && fires.length < 20; ) {
        ctx.now = next;
        const run = await node.run();
        fires.push((run.scheduledFireAt - T0) / SECOND);
        next = run.trigger.nextFireAt;
        await node.complete(run, next === null ? 'deleteTrigger' : 'none');
      }
      ctx.same(fires, [30, 40, 50, 60, 70, 80], 'the remaining fires, in seconds from the missed one');
    },
  },
  {
    id: 'MIS-08/existing',
    title: 'simple, next with existing count: goes on with the next time, nothing counted',
    rules: ['JS-MIS-04'],
    async run(ctx) {
      const node = await ctx.open({ misfireThresholdMs: 5 * SECOND });
      const { t } = await missed(ctx, node, { misfireInstruction: 'nextWithExistingCount' });
      ctx.includes(
        t,
        { nextFireAt: T0 + 30 * SECOND, timesTriggered: 1, startAt: T0 - 10 * SECOND },
        'the trigger',
      );
    },
  },
]);

/**
 * Stores the example of the contract's table, and nothing else, lets it misfire and applies the instruction by a pass.
 *
 * @returns the trigger as it is stored then, and the instant of the pass
 */
async function missed(
  ctx: CaseContext,
  node: CaseNode,
  overrides: TriggerOverrides & { readonly repeat?: number },
): Promise<{ t: Trigger; now: number }> {
  await node.store.clearAllSchedulingData();
  node.signals.clear();
  const of = job('j');
  const past = { previousFireAt: T0 - 10 * SECOND, startAt: T0 - 10 * SECOND, timesTriggered: 1 };
  const example = every('t', of, 10 * SECOND, { repeat: 9, ...past, ...overrides });
  await node.put(of, example);
  const now = T0 + MISSED_FOR;
  ctx.includes(
    await node.store.recoverMisfires({ now, limit: 10 }),
    { handled: 1, hasMore: false },
    'the pass',
  );
  const t = await node.stored(example);
  ctx.same(
    [t.previousFireAt, node.signals.misfired.length],
    [T0 - 10 * SECOND, 1],
    'the previous fire, and the notices',
  );
  return { t, now };
}
