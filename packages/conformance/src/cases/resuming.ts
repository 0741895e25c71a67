/**
 * PAU, second part: what a resume and a reset do to a trigger, and what survives a restart.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, MINUTE, once, SECOND, T0, THRESHOLD } from '../factories.js';
import { durable } from '../needs.js';

/** Resuming and resetting. */
export const resumingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'PAU-30',
    title: 'resuming an overdue trigger applies its misfire instruction once, with notice',
    rules: ['JS-PAU-02', 'JS-MIS-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE, { group: 'g' });
      await node.put(of, t);
      const resumes = [
        ['resumeTrigger', () => node.store.resumeTrigger(t.key, { now: ctx.now })],
        ['resumeTriggers', () => node.store.resumeTriggers({ equals: 'g' }, { now: ctx.now })],
        ['resumeJob', () => node.store.resumeJob(of.key, { now: ctx.now })],
        ['resumeJobs', () => node.store.resumeJobs({ equals: of.key.group }, { now: ctx.now })],
        ['resumeAll', () => node.store.resumeAll({ now: ctx.now })],
      ] as const;
      let missedAt = T0;
      for (const [name, resume] of resumes) {
        await node.store.pauseTrigger(t.key);
        node.signals.clear();
        ctx.advance(2 * MINUTE + 30 * SECOND);
        const next = missedAt + 3 * MINUTE;
        await resume();
        ctx.same(
          node.signals.misfired.map((m) => [m.key.name, m.nextFireAt]),
          [['t', missedAt]],
          `${name}: the notices`,
        );
        ctx.same((await node.stored(t)).nextFireAt, next, `${name}: the next fire`);
        ctx.advance(30 * SECOND);
        missedAt = next;
      }
      ctx.same(await node.acquireNames(), ['t'], 'what can be acquired');
      ctx.same(node.signals.misfired.length, 1, 'notices after acquiring');
    },
  },
  {
    id: 'PAU-31',
    title: 'a trigger overdue by no more than the threshold fires when resumed, without misfire notice',
    rules: ['JS-PAU-02', 'JS-MIS-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, HOUR);
      await node.put(of, t);
      await node.store.pauseTrigger(t.key);
      ctx.advance(THRESHOLD);
      await node.store.resumeTrigger(t.key, { now: ctx.now });
      ctx.same(node.signals.misfired, [], 'notices');
      ctx.same((await node.run()).scheduledFireAt, T0, 'the fire');
    },
  },
  {
    id: 'PAU-32',
    title: 'a resume whose misfire leaves no time completes the trigger, with notice',
    rules: ['JS-PAU-02', 'JS-MIS-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = once('t', of, { misfireInstruction: 'nextWithExistingCount' });
      await node.put(of, t);
      await node.store.pauseTrigger(t.key);
      ctx.advance(THRESHOLD + 1);
      await node.store.resumeTrigger(t.key, { now: ctx.now });
      ctx.same(await node.state(t), 'complete', 'its state');
      ctx.same(
        node.signals.finalized.map((f) => f.key),
        [t.key],
        'finalized notices',
      );
      ctx.same(await node.acquireNames(), [], 'what can be acquired');
    },
  },
  {
    id: 'PAU-33',
    title: 'resetting a trigger in error makes it fire again',
    rules: ['JS-PAU-10'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, SECOND);
      await node.put(of, t);
      await node.complete(await node.run(), 'setTriggerError');
      ctx.advance(SECOND);
      ctx.same(await node.runNames(), [], 'what fires while in error');
      node.signals.clear();
      await node.store.resetTriggerFromErrorState(t.key);
      ctx.same(await node.state(t), 'normal', 'its state');
      ctx.holds(node.signals.wakesFor(T0 + SECOND), 'the scheduler is woken', node.signals.changes);
      ctx.same((await node.run()).scheduledFireAt, T0 + SECOND, 'the fire');
    },
  },
  {
    id: 'PAU-34',
    title: 'resetting a trigger in error within a pause makes it paused',
    rules: ['JS-PAU-10'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { group: 'jg' });
      const pauses = [
        ['its group', () => node.store.pauseTriggers({ equals: 'g' })],
        ['its job’s group', () => node.store.pauseJobs({ equals: 'jg' })],
        ['everything', () => node.store.pauseAll()],
      ] as const;
      for (const [what, pause] of pauses) {
        const t = every('t', of, HOUR, { group: 'g', at: ctx.now });
        await node.put(of, t);
        await node.complete(await node.run(), 'setTriggerError');
        await pause();
        await node.store.resetTriggerFromErrorState(t.key);
        ctx.same(await node.state(t), 'paused', `with ${what} paused`);
        await node.store.clearAllSchedulingData();
      }
    },
  },
  {
    id: 'PAU-35',
    title: 'resetting a trigger that is not in error changes nothing',
    rules: ['JS-PAU-10'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const [waiting, paused, done] = [
        once('waiting', of, { at: T0 + HOUR }),
        once('paused', of),
        every('done', of, HOUR),
      ];
      await node.put(of, waiting, paused, done);
      await node.store.pauseTrigger(paused.key);
      await node.complete(await node.run(), 'setTriggerComplete');
      for (const t of [waiting, paused, done]) await node.store.resetTriggerFromErrorState(t.key);
      const states = [await node.state(waiting), await node.state(paused), await node.state(done)];
      ctx.same(states, ['normal', 'paused', 'complete'], 'the states');
    },
  },
  {
    id: 'PAU-36',
    title: 'paused triggers, paused groups and pause-all survive a restart',
    rules: ['JS-PAU-12'],
    level: 'L2',
    needs: durable,
    async run(ctx) {
      const before = await ctx.open({ instanceId: 'n' });
      const of = job('j');
      const t = once('t', of);
      await before.put(of, t, once('free', of));
      await before.store.pauseTrigger(t.key);
      await before.store.pauseTriggers({ equals: 'g' });
      await before.store.pauseJobs({ equals: 'jg' });
      await before.stop();
      const after = await ctx.open({ instanceId: 'n' });
      ctx.same(await after.state(t), 'paused', 'the trigger');
      ctx.same(await after.store.listPausedTriggerGroups(), ['g'], 'the trigger groups');
      ctx.same(await after.store.listPausedJobGroups(), ['jg'], 'the job groups');
      ctx.same(await after.acquireNames(), ['free'], 'what can be acquired');
      await after.store.pauseAll();
      await after.stop();
      const last = await ctx.open({ instanceId: 'n' });
      const fresh = once('fresh', of, { group: 'new' });
      await last.store.storeTrigger(fresh);
      ctx.same(await last.state(fresh), 'paused', 'a new trigger after pause-all and a restart');
    },
  },
]);
