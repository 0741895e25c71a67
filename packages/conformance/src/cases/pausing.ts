/**
 * PAU, first part: pausing and resuming single triggers and jobs.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, key, MINUTE, once, SECOND, T0 } from '../factories.js';

/** Single triggers and jobs. */
export const pausingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'PAU-01',
    title: 'a paused trigger is not acquired, a resumed one is',
    rules: ['JS-PAU-01', 'JS-PAU-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE);
      await node.put(of, t, once('other', of));
      await node.store.pauseTrigger(t.key);
      ctx.same(await node.state(t), 'paused', 'paused');
      ctx.same(await node.acquireNames(), ['other'], 'what can be acquired while paused');
      await node.store.resumeTrigger(t.key, { now: ctx.now });
      ctx.same(await node.state(t), 'normal', 'resumed');
      ctx.includes(await node.stored(t), t, 'the trigger');
      ctx.same(await node.acquireNames(), ['t'], 'what can be acquired when resumed');
    },
  },
  {
    id: 'PAU-02',
    title: 'one resume undoes any number of pauses',
    rules: ['JS-PAU-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = once('t', of, { group: 'g' });
      await node.put(of, t);
      for (let n = 0; n < 3; n += 1) await node.store.pauseTrigger(t.key);
      await node.store.resumeTrigger(t.key, { now: ctx.now });
      ctx.same(await node.state(t), 'normal', 'the trigger');
      for (let n = 0; n < 3; n += 1) await node.store.pauseTriggers({ equals: 'g' });
      ctx.same(await node.store.listPausedTriggerGroups(), ['g'], 'the paused groups');
      await node.store.resumeTriggers({ equals: 'g' }, { now: ctx.now });
      ctx.same(await node.store.listPausedTriggerGroups(), [], 'the paused groups then');
      ctx.same(await node.acquireNames(), ['t'], 'what can be acquired');
    },
  },
  {
    id: 'PAU-03',
    title: 'pausing leaves a complete trigger complete',
    rules: ['JS-PAU-01'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE);
      await node.put(of, t);
      await node.complete(await node.run(), 'setTriggerComplete');
      await node.store.pauseTrigger(t.key);
      await node.store.pauseTriggers({ equals: t.key.group });
      await node.store.pauseJob(of.key);
      await node.store.pauseAll();
      ctx.same(await node.state(t), 'complete', 'after every kind of pause');
      await node.store.resumeAll({ now: ctx.now });
      await node.store.resumeTrigger(t.key, { now: ctx.now });
      ctx.same(await node.state(t), 'complete', 'after resuming');
      ctx.same(await node.acquireNames({ noLaterThan: T0 + HOUR }), [], 'what can be acquired');
    },
  },
  {
    id: 'PAU-04',
    title: 'pausing and resuming does not make an error forgotten',
    rules: ['JS-PAU-01', 'JS-PAU-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE);
      await node.put(of, t);
      await node.complete(await node.run(), 'setTriggerError');
      await node.store.pauseTrigger(t.key);
      ctx.same(await node.state(t), 'error', 'after pauseTrigger');
      await node.store.resumeTrigger(t.key, { now: ctx.now });
      ctx.same(await node.state(t), 'error', 'after resumeTrigger');
      await node.store.pauseAll();
      await node.store.resumeAll({ now: ctx.now });
      ctx.same(await node.state(t), 'error', 'after pauseAll and resumeAll');
      ctx.same(await node.acquireNames({ noLaterThan: T0 + HOUR }), [], 'what can be acquired');
    },
  },
  {
    id: 'PAU-05',
    title: 'a trigger paused between acquire and fire does not fire, and its release leaves it paused',
    rules: ['JS-PAU-01', 'JS-FIR-02', 'JS-REL-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE);
      await node.put(of, t);
      const claimed = await node.acquireOne();
      await node.store.pauseTrigger(t.key);
      const [result] = await node.fire(claimed);
      const lost = { kind: 'notFired', fireInstanceId: claimed.fireInstanceId, reason: 'claimLost' };
      ctx.includes(result, lost, 'the result');
      ctx.same(await node.state(t), 'paused', 'before the release');
      await node.release(claimed);
      ctx.same(await node.state(t), 'paused', 'after the release');
      ctx.includes(await node.stored(t), t, 'the trigger');
    },
  },
  {
    id: 'PAU-05/resumed',
    title: 'a claim lost to a pause stays lost when the trigger is resumed',
    rules: ['JS-PAU-01', 'JS-FIR-02', 'JS-REL-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, MINUTE);
      await node.put(of, t);
      const lost = await node.acquireOne();
      await node.store.pauseTrigger(t.key);
      await node.store.resumeTrigger(t.key, { now: ctx.now });
      const mine = await node.acquireOne();
      ctx.same(
        (await node.fire(lost)).map((r) => r.kind),
        ['notFired'],
        'firing the lost claim',
      );
      await node.release(lost);
      ctx.same((await node.fireOne(mine)).scheduledFireAt, T0, 'firing the new claim');
    },
  },
  {
    id: 'PAU-06',
    title: 'a trigger paused while its non-concurrent job runs stays paused when the run ends',
    rules: ['JS-STA-02', 'JS-PAU-11', 'JS-CMP-08'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      const t = every('t', of, SECOND);
      await node.put(of, t);
      const run = await node.run();
      await node.store.pauseTrigger(t.key);
      ctx.same(await node.state(t), 'paused', 'while it runs');
      await node.complete(run);
      ctx.same(await node.state(t), 'paused', 'when the run ended');
      ctx.advance(SECOND);
      ctx.same(await node.runNames(), [], 'what fires');
      await node.store.resumeTrigger(t.key, { now: ctx.now });
      ctx.same(await node.runNames(), ['t'], 'what fires when resumed');
    },
  },
  {
    id: 'PAU-07',
    title: 'a trigger paused and resumed while its non-concurrent job runs is blocked, not fired',
    rules: ['JS-STA-02'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { nonConcurrent: true });
      const t = every('t', of, SECOND);
      const sibling = once('sibling', of, { at: T0 + SECOND });
      await node.put(of, t, sibling);
      const run = await node.run();
      await node.store.pauseJob(of.key);
      await node.store.resumeJob(of.key, { now: ctx.now });
      ctx.same([await node.state(t), await node.state(sibling)], ['blocked', 'blocked'], 'the states');
      ctx.advance(SECOND);
      ctx.same(await node.runNames(), [], 'what fires');
      await node.complete(run);
      ctx.same(
        [await node.state(t), await node.state(sibling)],
        ['normal', 'normal'],
        'the states when it ended',
      );
    },
  },
  {
    id: 'PAU-08',
    title: 'pausing does not disturb a run, and no new one starts',
    rules: ['JS-PAU-11'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { persistDataAfterExecution: true });
      const t = every('t', of, SECOND);
      await node.put(of, t);
      const run = await node.run();
      await node.store.pauseJob(of.key);
      ctx.advance(SECOND);
      ctx.same(await node.runNames(), [], 'what fires while paused');
      ctx.same(await node.complete(run, 'none', { left: 1 }), 'completed', 'the end of the run');
      ctx.same((await node.store.getJob(of.key))?.data, { left: 1 }, 'what the run left');
      ctx.same(await node.state(t), 'paused', 'the state');
    },
  },
  {
    id: 'PAU-17',
    title: 'pausing a job pauses its triggers in every group, and no other’s',
    rules: ['JS-PAU-05'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const other = job('j', { group: 'other' });
      const mine = [once('a', of), once('b', of, { group: 'g' })];
      const theirs = once('c', other);
      await node.put(of, ...mine);
      await node.put(other, theirs);
      await node.store.pauseJob(of.key);
      for (const t of mine) ctx.same(await node.state(t), 'paused', t.key.name);
      ctx.same(await node.state(theirs), 'normal', 'the other job’s');
      ctx.same(await node.store.listPausedTriggerGroups(), [], 'paused groups');
      await node.store.resumeJob(of.key, { now: ctx.now });
      ctx.same(await node.acquireNames(), ['a', 'c', 'b'], 'what can be acquired when resumed');
    },
  },
  {
    id: 'PAU-18',
    title: 'pausing and resuming what does not exist is no error',
    rules: ['JS-PAU-01'],
    async run(ctx) {
      const node = await ctx.open();
      await node.store.pauseJob(key('nobody'));
      await node.store.resumeJob(key('nobody'), { now: ctx.now });
      await node.store.pauseTrigger(key('nobody'));
      await node.store.resumeTrigger(key('nobody'), { now: ctx.now });
      await node.store.resetTriggerFromErrorState(key('nobody'));
      const of = job('nobody');
      const t = once('nobody', of);
      await node.put(of, t);
      ctx.same(await node.state(t), 'normal', 'one stored afterwards under that key');
    },
  },
]);
