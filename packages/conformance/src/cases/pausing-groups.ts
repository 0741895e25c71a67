/**
 * PAU, third part: pausing and resuming trigger groups.
 *
 * @module
 */
import { ANY_GROUP, type GroupMatcher } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { job, key, once } from '../factories.js';

/** Trigger groups. */
export const groupPausingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'PAU-09',
    title: 'pausing a trigger group pauses all in it, and the group is returned and listed',
    rules: ['JS-PAU-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(
        of,
        once('a', of, { group: 'g' }),
        once('b', of, { group: 'g' }),
        once('c', of, { group: 'G' }),
      );
      ctx.same(await node.store.pauseTriggers({ equals: 'g' }), ['g'], 'the answer');
      ctx.same(await node.store.pauseTriggers({ equals: 'g' }), ['g'], 'the answer the second time');
      ctx.same(await node.store.listPausedTriggerGroups(), ['g'], 'the paused groups');
      const states = [
        await node.state(key('a', 'g')),
        await node.state(key('b', 'g')),
        await node.state(key('c', 'G')),
      ];
      ctx.same(states, ['paused', 'paused', 'normal'], 'the states');
    },
  },
  {
    id: 'PAU-10',
    title: 'a pause of an empty group is remembered',
    rules: ['JS-STO-04', 'JS-PAU-03'],
    async run(ctx) {
      const node = await ctx.open();
      ctx.same(await node.store.pauseTriggers({ equals: 'g' }), ['g'], 'the answer');
      ctx.same(await node.store.listPausedTriggerGroups(), ['g'], 'the paused groups');
      const of = job('j');
      const t = once('t', of, { group: 'g' });
      await node.put(of, t, once('u', of, { group: 'g2' }));
      ctx.same(await node.state(t), 'paused', 'a trigger stored later');
      ctx.same(await node.acquireNames(), ['u'], 'what can be acquired');
    },
  },
  {
    id: 'PAU-11',
    title: 'a pause by prefix, suffix or part pauses, lists and returns every matching group',
    rules: ['JS-PAU-03'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const groups = ['aa1', 'aa2', 'b_1', 'bx1'];
      await node.put(of, ...groups.map((group) => once('t', of, { group })));
      const expected: readonly [GroupMatcher, readonly string[]][] = [
        [{ startsWith: 'aa' }, ['aa1', 'aa2']],
        [{ endsWith: '1' }, ['aa1', 'b_1', 'bx1']],
        [{ contains: '_' }, ['b_1']],
        [{ startsWith: 'nobody' }, []],
        [ANY_GROUP, groups],
      ];
      for (const [matcher, paused] of expected) {
        const what = JSON.stringify(matcher);
        ctx.same(await node.store.pauseTriggers(matcher), paused, `${what}: the answer`);
        ctx.same(await node.store.listPausedTriggerGroups(), paused, `${what}: the paused groups`);
        for (const group of groups) {
          ctx.same(
            await node.state(key('t', group)),
            paused.includes(group) ? 'paused' : 'normal',
            `${what}: the trigger in ${group}`,
          );
        }
        await node.store.resumeAll({ now: ctx.now });
      }
    },
  },
  {
    id: 'PAU-12',
    title: 'a trigger added to a group that was paused by prefix is paused',
    rules: ['JS-STO-04', 'JS-PAU-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of, { group: 'aa1' }), once('t', of, { group: 'aa2' }));
      await node.store.pauseTriggers({ startsWith: 'aa' });
      for (const group of ['aa1', 'aa2']) {
        const added = once('added', of, { group });
        await node.store.storeTrigger(added);
        ctx.same(await node.state(added), 'paused', `in ${group}`);
      }
    },
  },
  {
    id: 'PAU-13',
    title: 'resuming one trigger of a paused group leaves the group paused',
    rules: ['JS-PAU-04'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('a', of, { group: 'g' }), once('b', of, { group: 'g' }));
      await node.store.pauseTriggers({ equals: 'g' });
      await node.store.resumeTrigger(key('a', 'g'), { now: ctx.now });
      await node.store.storeTrigger(once('c', of, { group: 'g' }));
      ctx.same(await node.store.listPausedTriggerGroups(), ['g'], 'the paused groups');
      ctx.same(await node.acquireNames(), ['a'], 'what can be acquired');
    },
  },
  {
    id: 'PAU-14',
    title: 'resuming a trigger group resumes all in it, and the group is no longer listed',
    rules: ['JS-PAU-07'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('a', of, { group: 'g' }), once('b', of, { group: 'g' }));
      await node.store.pauseTriggers({ equals: 'g' });
      ctx.same(await node.store.resumeTriggers({ equals: 'g' }, { now: ctx.now }), ['g'], 'the answer');
      ctx.same(await node.store.listPausedTriggerGroups(), [], 'the paused groups');
      await node.store.storeTrigger(once('c', of, { group: 'g' }));
      ctx.same(await node.acquireNames(), ['a', 'b', 'c'], 'what can be acquired');
    },
  },
  {
    id: 'PAU-15',
    title: 'resuming by prefix, suffix or part clears the matching groups only',
    rules: ['JS-PAU-07'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const groups = ['aa1', 'aa2', 'b_1', 'bx1'];
      await node.put(of, ...groups.map((group) => once('t', of, { group })));
      const expected: readonly [GroupMatcher, readonly string[]][] = [
        [{ startsWith: 'aa' }, ['aa1', 'aa2']],
        [{ endsWith: '1' }, ['aa1', 'b_1', 'bx1']],
        [{ contains: '_' }, ['b_1']],
      ];
      for (const [matcher, resumed] of expected) {
        const what = JSON.stringify(matcher);
        for (const group of groups) await node.store.pauseTriggers({ equals: group });
        ctx.same(await node.store.resumeTriggers(matcher, { now: ctx.now }), resumed, `${what}: the answer`);
        const left = groups.filter((group) => !resumed.includes(group));
        ctx.same(await node.store.listPausedTriggerGroups(), left, `${what}: the groups still paused`);
        for (const group of groups) {
          ctx.same(
            await node.state(key('t', group)),
            left.includes(group) ? 'paused' : 'normal',
            `${what}: the trigger in ${group}`,
          );
        }
      }
    },
  },
  {
    id: 'PAU-16',
    title: 'a paused group that lost its triggers can be resumed',
    rules: ['JS-PAU-07'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of, { group: 'g1' }), once('t', of, { group: 'g2' }));
      await node.store.pauseTriggers({ startsWith: 'g' });
      await node.store.removeTriggers([key('t', 'g1'), key('t', 'g2')]);
      ctx.same(await node.store.listPausedTriggerGroups(), ['g1', 'g2'], 'the groups without triggers');
      await node.store.resumeTriggers({ equals: 'g1' }, { now: ctx.now });
      await node.store.resumeTriggers({ endsWith: '2' }, { now: ctx.now });
      ctx.same(await node.store.listPausedTriggerGroups(), [], 'after resuming each');
      await node.store.storeTrigger(once('t', of, { group: 'g1' }));
      await node.store.storeTrigger(once('t', of, { group: 'g2' }));
      ctx.same(await node.acquireNames(), ['t', 't'], 'what can be acquired');
    },
  },
]);
