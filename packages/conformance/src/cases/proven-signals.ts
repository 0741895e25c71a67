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
    id: 'PAU-37/seen-groups',
    title: 'who looks when groups, jobs, calendars, errors or runs are signalled sees the change',
    rules: ['JS-SIG-01'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      const of = job('j', { group: 'jobs' });
      const at = { now: ctx.now };
      const soon = T0 + 2;
      await store.storeCalendar('c', weekly('MON'), at);
      await seenWhenSignalled(ctx, node, 'storeJobAndTrigger', soon, () =>
        store.storeJobAndTrigger(of, every('t', of, HOUR, { group: 'g', at: soon })),
      );
      await store.pauseTriggers({ equals: 'g' });
      await seenWhenSignalled(ctx, node, 'resumeTriggers', soon, () =>
        store.resumeTriggers({ equals: 'g' }, at),
      );
      await store.pauseJobs({ equals: 'jobs' });
      await seenWhenSignalled(ctx, node, 'resumeJobs', soon, () => store.resumeJobs({ equals: 'jobs' }, at));
      await store.pauseJob(of.key);
      await seenWhenSignalled(ctx, node, 'resumeJob', soon, () => store.resumeJob(of.key, at));
      const later = { calendarName: 'c', at: soon, nextFireAt: T0 + 30 * HOUR };
      await store.storeTrigger(every('t', of, HOUR, { group: 'g', ...later }), { replace: true });
      await seenWhenSignalled(ctx, node, 'storeCalendar', soon, () =>
        store.storeCalendar('c', weekly(), { ...at, replace: true, updateTriggers: true }),
      );
      ctx.advance(2);
      await node.complete(await node.run(), 'setTriggerError');
      const next = (await node.stored(key('t', 'g'))).nextFireAt ?? 0;
      await seenWhenSignalled(ctx, node, 'resetTriggerFromErrorState', next, () =>
        store.resetTriggerFromErrorState(key('t', 'g')),
      );
    },
  },
  {
    id: 'PAU-37/freed',
    title:
      'what frees the triggers of a job that ran wakes the scheduler: its claim given back, its flag taken off',
    rules: ['JS-SIG-02'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      await node.put(of, every('t', of, HOUR, { priority: 9 }), once('sibling', of));
      const claim = await node.acquireOne();
      await node.store.pauseTrigger(key('t'));
      node.signals.clear();
      await node.release(claim);
      ctx.holds(
        node.signals.wakesFor(T0),
        'the release of a claim that was lost wakes it',
        node.signals.changes,
      );
      ctx.same((await node.run()).trigger.key.name, 'sibling', 'what runs then');
      await node.store.storeTrigger(once('other', of));
      node.signals.clear();
      await node.store.storeJob(job('j'), { replace: true });
      ctx.holds(node.signals.wakesFor(T0), 'the job that may run twice now wakes it', node.signals.changes);
      ctx.same(await node.runNames(), ['other'], 'what runs beside it');
      await node.store.storeTrigger(every('failing', of, HOUR));
      await node.complete(await node.run(), 'setTriggerError');
      node.signals.clear();
      await node.store.resetTriggerFromErrorState(key('failing'));
      ctx.holds(node.signals.wakesFor(T0 + HOUR), 'the reset of an error wakes it', node.signals.changes);
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
