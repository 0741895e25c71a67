import { type ConformanceCase, defineCases } from '../case.js';
import { HOUR, job, key, MINUTE, once, T0 } from '../factories.js';

/** Everything. */
export const pauseAllCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'PAU-25',
    title: 'pause-all pauses every trigger and lists every group, and no internal marker',
    rules: ['JS-PAU-08'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const groups = ['a', 'b', 'c'];
      await node.put(of, ...groups.map((group) => once('t', of, { group })));
      await node.store.pauseAll();
      for (const group of groups)
        ctx.same(await node.state(key('t', group)), 'paused', `the trigger in ${group}`);
      ctx.same(await node.store.listPausedTriggerGroups(), groups, 'the paused groups');
      ctx.same(await node.store.listPausedJobGroups(), [], 'the paused job groups');
      await node.store.resumeAll({ now: ctx.now });
      ctx.same(await node.store.listPausedTriggerGroups(), [], 'the paused groups after resume-all');
      ctx.same(await node.acquireNames(), ['t', 't', 't'], 'what can be acquired after resume-all');
    },
  },
  {
    id: 'PAU-26',
    title: 'after pause-all of an empty store, what is added is paused',
    rules: ['JS-STO-04', 'JS-PAU-08'],
    async run(ctx) {
      const node = await ctx.open();
      await node.store.pauseAll();
      ctx.same(await node.store.listPausedTriggerGroups(), [], 'the paused groups while there are none');
      const of = job('j');
      await node.put(of, once('one', of, { group: 'g' }));
      await node.store.storeJobAndTrigger(job('k'), once('two', key('k')));
      await node.store.storeJobsAndTriggers([
        { job: job('l'), triggers: [once('three', key('l'), { group: 'h' })] },
      ]);
      ctx.same(
        [
          await node.state(key('one', 'g')),
          await node.state(key('two')),
          await node.state(key('three', 'h')),
        ],
        ['paused', 'paused', 'paused'],
        'the states',
      );
      ctx.same(await node.store.listPausedTriggerGroups(), ['DEFAULT', 'g', 'h'], 'the paused groups then');
      ctx.same(await node.acquireNames(), [], 'what can be acquired');
    },
  },
  {
    id: 'PAU-27',
    title: 'resume-all resumes what was added while everything was paused',
    rules: ['JS-PAU-09'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { group: 'jg' });
      await node.put(of, once('old', of));
      await node.store.pauseAll();
      await node.store.pauseJobs({ equals: 'jg' });
      await node.store.storeTrigger(once('new', of, { group: 'new' }));
      await node.store.resumeAll({ now: ctx.now });
      ctx.same(
        [await node.store.listPausedTriggerGroups(), await node.store.listPausedJobGroups()],
        [[], []],
        'the paused groups',
      );
      ctx.same(await node.acquireNames(), ['old', 'new'], 'what can be acquired');
      await node.store.storeTrigger(once('later', of, { group: 'new' }));
      ctx.same(await node.acquireNames(), ['later'], 'a trigger stored afterwards');
    },
  },
  {
    id: 'PAU-28',
    title: 'resume-all also clears groups that have no triggers any more',
    rules: ['JS-PAU-09'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of, { group: 'g' }));
      await node.store.pauseTriggers({ equals: 'empty' });
      await node.store.pauseJobs({ equals: 'nobody' });
      await node.store.pauseAll();
      await node.store.removeTrigger(key('t', 'g'));
      await node.store.resumeAll({ now: ctx.now });
      ctx.same(
        [await node.store.listPausedTriggerGroups(), await node.store.listPausedJobGroups()],
        [[], []],
        'the paused groups',
      );
      await node.put(
        job('k', { group: 'nobody' }),
        once('g', key('k', 'nobody'), { group: 'g' }),
        once('e', of, { group: 'empty' }),
      );
      ctx.same(await node.acquireNames(), ['e', 'g'], 'what can be acquired');
    },
  },
  {
    id: 'PAU-29',
    title: 'one group resumed after pause-all runs alone, and new triggers are paused until resume-all',
    rules: ['JS-PAU-08'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('t', of, { group: 'g' }), once('u', of, { group: 'h' }));
      await node.store.pauseAll();
      await node.store.resumeTriggers({ equals: 'g' }, { now: ctx.now });
      ctx.same(await node.store.listPausedTriggerGroups(), ['h'], 'the paused groups');
      ctx.same(await node.acquireNames(), ['t'], 'what can be acquired');
      const fresh = once('fresh', of, { group: 'g' });
      await node.store.storeTrigger(fresh);
      ctx.same(await node.state(fresh), 'paused', 'a new trigger in the resumed group');
    },
  },
  {
    id: 'PAU-37',
    title: 'every call that makes a trigger fire earlier wakes the scheduler',
    rules: ['JS-SIG-01', 'JS-SIG-02'],
    async run(ctx) {
      const node = await ctx.open();
      const { store, signals } = node;
      const of = job('j', { group: 'jg' });
      const t = once('t', of, { group: 'g', at: T0 + MINUTE });
      const late = once('t', of, { group: 'g', at: T0 + HOUR });
      const at = { now: ctx.now };
      await node.put(of, late);
      const wakes = async (what: string, act: () => Promise<unknown>): Promise<void> => {
        signals.clear();
        await act();
        ctx.holds(signals.wakesFor(T0 + MINUTE), what, signals.changes);
      };
      await wakes('storeTrigger', () => store.storeTrigger(t, { replace: true }));
      await store.replaceTrigger(t.key, late);
      await wakes('replaceTrigger', () => store.replaceTrigger(t.key, t));
      await store.pauseTrigger(t.key);
      await wakes('resumeTrigger', () => store.resumeTrigger(t.key, at));
      await store.pauseJob(of.key);
      await wakes('resumeJob', () => store.resumeJob(of.key, at));
      await store.pauseTriggers({ equals: 'g' });
      await wakes('resumeTriggers', () => store.resumeTriggers({ equals: 'g' }, at));
      await store.pauseJobs({ equals: 'jg' });
      await wakes('resumeJobs', () => store.resumeJobs({ equals: 'jg' }, at));
      await store.pauseAll();
      await wakes('resumeAll', () => store.resumeAll(at));
      await wakes('storeJobAndTrigger', () =>
        store.storeJobAndTrigger(job('k'), { ...once('k', key('k')), nextFireAt: T0 + MINUTE }),
      );
      await wakes('storeJobsAndTriggers', () =>
        store.storeJobsAndTriggers([{ job: job('l'), triggers: [once('l', key('l'), { at: T0 + MINUTE })] }]),
      );
    },
  },
]);
