/**
 * PAU, fourth part: pausing and resuming job groups.
 *
 * @module
 */
import { ANY_GROUP, type GroupMatcher } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { job, key, once } from '../factories.js';

/** Job groups. */
export const jobGroupPausingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'PAU-19',
    title: 'pausing a job group pauses its jobs’ triggers and those of jobs added later',
    rules: ['JS-STO-04', 'JS-PAU-05'],
    async run(ctx) {
      const node = await ctx.open();
      const [inside, outside] = [job('in', { group: 'jg' }), job('out', { group: 'other' })];
      await node.put(inside, once('in', inside));
      await node.put(outside, once('out', outside));
      ctx.same(await node.store.pauseJobs({ equals: 'jg' }), ['jg'], 'the answer');
      ctx.same(await node.store.listPausedJobGroups(), ['jg'], 'the paused job groups');
      ctx.same(await node.store.listPausedTriggerGroups(), [], 'the paused trigger groups');
      ctx.same(
        [await node.state(key('in')), await node.state(key('out'))],
        ['paused', 'normal'],
        'the states',
      );
      const later = job('later', { group: 'jg' });
      await node.store.storeJobAndTrigger(later, once('later', later));
      await node.store.storeJobsAndTriggers([
        { job: job('bulk', { group: 'jg' }), triggers: [once('bulk', key('bulk', 'jg'))] },
      ]);
      ctx.same(
        [await node.state(key('later')), await node.state(key('bulk'))],
        ['paused', 'paused'],
        'triggers of jobs added later',
      );
      ctx.same(
        await node.store.resumeJobs({ equals: 'jg' }, { now: ctx.now }),
        ['jg'],
        'the answer of resumeJobs',
      );
      ctx.same(await node.store.listPausedJobGroups(), [], 'the paused job groups then');
      ctx.same(await node.acquireNames(), ['bulk', 'in', 'later', 'out'], 'what can be acquired then');
    },
  },
  {
    id: 'PAU-20',
    title: 'a pause of an empty job group is remembered',
    rules: ['JS-PAU-05'],
    async run(ctx) {
      const node = await ctx.open();
      ctx.same(await node.store.pauseJobs({ equals: 'jg' }), ['jg'], 'the answer');
      const of = job('j', { group: 'jg' });
      const t = once('t', of);
      await node.put(of, t);
      ctx.same(await node.state(t), 'paused', 'a trigger stored later');
      ctx.same(await node.acquireNames(), [], 'what can be acquired');
    },
  },
  {
    id: 'PAU-21',
    title: 'pausing job groups by prefix, suffix or part pauses the matching groups only',
    rules: ['JS-PAU-05'],
    async run(ctx) {
      const node = await ctx.open();
      const groups = ['aa1', 'aa2', 'b_1', 'bx1'];
      for (const group of groups) await node.put(job('j', { group }), once(group, key('j', group)));
      const expected: readonly [GroupMatcher, readonly string[]][] = [
        [{ startsWith: 'aa' }, ['aa1', 'aa2']],
        [{ endsWith: '1' }, ['aa1', 'b_1', 'bx1']],
        [{ contains: '_' }, ['b_1']],
      ];
      for (const [matcher, paused] of expected) {
        const what = JSON.stringify(matcher);
        ctx.same(await node.store.pauseJobs(matcher), paused, `${what}: the answer`);
        ctx.same(await node.store.listPausedJobGroups(), paused, `${what}: the paused groups`);
        for (const group of groups) {
          ctx.same(
            await node.state(key(group)),
            paused.includes(group) ? 'paused' : 'normal',
            `${what}: the trigger of ${group}`,
          );
        }
        await node.store.resumeJobs(ANY_GROUP, { now: ctx.now });
        ctx.same(await node.store.listPausedJobGroups(), [], `${what}: the paused groups after resuming any`);
      }
    },
  },
  {
    id: 'PAU-22',
    title: 'a trigger whose own group is paused stays paused when its job’s group is resumed',
    rules: ['JS-PAU-06'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { group: 'jg' });
      const t = once('t', of, { group: 'g' });
      await node.put(of, t, once('free', of));
      await node.store.pauseJobs({ equals: 'jg' });
      await node.store.pauseTriggers({ equals: 'g' });
      await node.store.resumeJobs({ equals: 'jg' }, { now: ctx.now });
      ctx.same(await node.state(t), 'paused', 'the trigger');
      ctx.same(await node.acquireNames(), ['free'], 'what can be acquired');
      await node.store.resumeTriggers({ equals: 'g' }, { now: ctx.now });
      ctx.same(await node.acquireNames(), ['t'], 'what can be acquired when both are resumed');
    },
  },
  {
    id: 'PAU-23',
    title: 'a trigger whose job’s group is paused stays paused when its own group is resumed',
    rules: ['JS-PAU-06'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { group: 'jg' });
      const t = once('t', of, { group: 'g' });
      await node.put(of, t);
      await node.store.pauseJobs({ equals: 'jg' });
      await node.store.pauseTriggers({ equals: 'g' });
      await node.store.resumeTriggers({ equals: 'g' }, { now: ctx.now });
      ctx.same(await node.state(t), 'paused', 'the trigger');
      await node.store.resumeJobs({ equals: 'jg' }, { now: ctx.now });
      ctx.same(await node.acquireNames(), ['t'], 'what can be acquired when both are resumed');
    },
  },
  {
    id: 'PAU-24',
    title: 'groups paused and resumed before they have members are not paused',
    rules: ['JS-PAU-07'],
    async run(ctx) {
      const node = await ctx.open();
      await node.store.pauseTriggers({ equals: 'g' });
      await node.store.pauseJobs({ equals: 'jg' });
      await node.store.resumeTriggers({ equals: 'g' }, { now: ctx.now });
      await node.store.resumeJobs({ equals: 'jg' }, { now: ctx.now });
      const of = job('j', { group: 'jg' });
      await node.put(of, once('t', of, { group: 'g' }));
      ctx.same(await node.acquireNames(), ['t'], 'what can be acquired');
    },
  },
]);
