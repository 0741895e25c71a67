/**
 * Cases that broken stores called for: when signals are sent.
 *
 * @module
 */
import { ANY_GROUP } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import type { CaseContext } from '../context.js';
import { every, HOUR, job, key, once, SECOND, T0, weekly } from '../factories.js';
import type { CaseNode } from '../node.js';

/** Signals and what they tell. */
export const provenSignalCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'PAU-37/seen',
    title: 'who looks at the schedule when it is signalled sees the change',
    rules: ['JS-SIG-01'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      const of = job('j');
      const t = once('t', of, { at: T0 + HOUR });
      await node.put(of);
      await seenWhenSignalled(ctx, node, 'storeTrigger', T0 + HOUR, () => store.storeTrigger(t));
      await seenWhenSignalled(ctx, node, 'replaceTrigger', T0 + 2, () =>
        store.replaceTrigger(t.key, once('t', of, { at: T0 + 2 })),
      );
      await store.pauseTrigger(t.key);
      await seenWhenSignalled(ctx, node, 'resumeTrigger', T0 + 2, () =>
        store.resumeTrigger(t.key, { now: ctx.now }),
      );
      await store.pauseAll();
      await seenWhenSignalled(ctx, node, 'resumeAll', T0 + 2, () => store.resumeAll({ now: ctx.now }));
      const claimed = await node.acquireOne({ noLaterThan: T0 + SECOND });
      await seenWhenSignalled(ctx, node, 'releaseAcquiredTriggers', T0 + 2, () => node.release(claimed));
      const bulk = [{ job: of, triggers: [once('u', of, { at: T0 + 1 })] }];
      await seenWhenSignalled(ctx, node, 'storeJobsAndTriggers', T0 + 1, () =>
        store.storeJobsAndTriggers(bulk, { replace: true }),
      );
    },
  },
  {
    id: 'JOB-18/seen',
    title: 'who looks for a job when its end is told does not find it',
    rules: ['JS-SIG-01'],
    async run(ctx) {
      const node = await ctx.open();
      const loose = job('loose', { durable: false });
      await node.put(loose, once('t', loose));
      const looks: Promise<unknown>[] = [];
      node.signals.jobDeleted = (jobKey) => {
        looks.push(node.store.getJob(jobKey));
      };
      await node.store.removeTrigger(key('t'));
      ctx.same(await Promise.all(looks), [null], 'what was found');
    },
  },
  {
    id: 'PAU-37/refused',
    title: 'a call that is refused signals nothing',
    rules: ['JS-SIG-01'],
    async run(ctx) {
      const node = await ctx.open();
      const { store, signals } = node;
      const [of, other] = [job('j', { durable: false }), job('other')];
      await store.storeCalendar('c', weekly(), { now: ctx.now });
      await node.put(of, every('t', of, HOUR, { calendarName: 'c' }));
      await node.put(other);
      signals.clear();
      const soon = once('t', of, { at: T0 - 1 });
      const refused = [
        ['storeTrigger', 'ERR_ALREADY_EXISTS', () => store.storeTrigger(soon)],
        [
          'storeTrigger without a job',
          'ERR_JOB_NOT_FOUND',
          () => store.storeTrigger(once('u', key('nobody'))),
        ],
        [
          'storeJobAndTrigger',
          'ERR_ALREADY_EXISTS',
          () => store.storeJobAndTrigger(job('k'), once('t', key('k'))),
        ],
        [
          'replaceTrigger',
          'ERR_JOB_MISMATCH',
          () => store.replaceTrigger(key('t'), once('t', other, { at: T0 - 1 })),
        ],
        [
          'storeCalendar',
          'ERR_ALREADY_EXISTS',
          () => store.storeCalendar('c', weekly('SUN'), { now: ctx.now, updateTriggers: true }),
        ],
        [
          'storeJobsAndTriggers',
          'ERR_ALREADY_EXISTS',
          () =>
            store.storeJobsAndTriggers([
              { job: job('l'), triggers: [once('new', key('l')), once('t', key('l'))] },
            ]),
        ],
      ] as const;
      for (const [what, code, call] of refused) {
        await ctx.rejects(call(), code, what);
        ctx.same(signals.changes, [], `the scheduling signals of ${what}`);
      }
      ctx.same([signals.deleted, signals.finalized, signals.misfired], [[], [], []], 'the notices');
      ctx.same(await store.listTriggerKeys(ANY_GROUP), [key('t')], 'the triggers');
    },
  },
]);

/** Makes the call, looks at the next fire from within every scheduling signal, and expects it to be `at`. */
async function seenWhenSignalled(
  ctx: CaseContext,
  node: CaseNode,
  what: string,
  at: number,
  call: () => Promise<unknown>,
): Promise<void> {
  const looks: Promise<number | null | undefined>[] = [];
  node.signals.schedulingChanged = () => {
    looks.push(node.store.listUpcomingTriggers(1).then(([next]) => next?.nextFireAt));
  };
  await call();
  const seen = await Promise.all(looks);
  ctx.holds(seen.length > 0, `${what} signals`, seen);
  ctx.same(
    seen,
    seen.map(() => at),
    `${what}: the next fire, as seen when it was signalled`,
  );
}
