/**
 * REC: what a node finds when its earlier life ended without a word.
 *
 * @module
 */
import { RECOVERY_GROUP, type Trigger } from '@ametrine/core';
import { type CaseDefinition, type ConformanceCase, defineCases } from '../case.js';
import type { CaseContext } from '../context.js';
import { DAY, every, HOUR, job, key, once, SECOND, T0 } from '../factories.js';
import { durable } from '../needs.js';
import type { CaseNode } from '../node.js';

const RULES = ['JS-REC-01'];

const definitions: readonly Omit<CaseDefinition, 'level' | 'needs'>[] = [
  {
    id: 'REC-01',
    title: 'triggers acquired by a life that ended fire in the next',
    rules: ['JS-REC-01', 'JS-REC-02'],
    async run(ctx) {
      const node = await life(ctx);
      const of = job('j', { requestsRecovery: true });
      await node.put(of, once('t', of), every('u', of, HOUR));
      const lost = await node.acquire();
      const next = await nextLife(ctx, node);
      ctx.includes(next.recoveries[0], { released: 2, recovering: [], abandoned: 0 }, 'the recovery');
      ctx.same(
        (await next.fire(...lost)).map((r) => r.kind),
        ['notFired', 'notFired'],
        'the lost claims',
      );
      ctx.same(await next.runNames(), ['t', 'u'], 'what fires');
    },
  },
  {
    id: 'REC-02',
    title: 'triggers blocked by a life that ended wait again, paused ones stay paused',
    rules: ['JS-REC-04', 'JS-STA-02'],
    async run(ctx) {
      const node = await life(ctx);
      const of = job('j', { nonConcurrent: true });
      await node.put(
        of,
        every('own', of, HOUR),
        once('sibling', of, { at: T0 + HOUR }),
        once('paused', of, { at: T0 + HOUR }),
      );
      await node.run();
      await node.store.pauseTrigger(key('paused'));
      const states = async (of: CaseNode): Promise<string[]> =>
        Promise.all(['own', 'sibling', 'paused'].map((n) => of.state(key(n))));
      ctx.same(await states(node), ['blocked', 'blocked', 'paused'], 'before');
      const next = await nextLife(ctx, node);
      ctx.same(await states(next), ['normal', 'normal', 'paused'], 'after');
    },
  },
  {
    id: 'REC-03',
    title: 'a lost run whose job asked for recovery runs again, once',
    rules: ['JS-REC-03'],
    routes: 'both',
    async run(ctx) {
      const node = await life(ctx);
      const of = job('j', { requestsRecovery: true });
      await node.put(of, once('t', of));
      await node.run();
      ctx.advance(SECOND);
      const next = await nextLife(ctx, node);
      const again = await next.run();
      ctx.same(again.recovers?.triggerKey, key('t'), 'the run it repeats');
      ctx.same(again.scheduledFireAt, T0, 'its scheduled time: that of the lost run');
      ctx.same(await next.runNames(), [], 'what else fires');
      await next.complete(again, 'deleteTrigger');
      ctx.includes(await next.store.getCounts(), { jobs: 1, triggers: 0 }, 'what is left');
      const last = await nextLife(ctx, next);
      ctx.same(await last.runNames(), [], 'what fires in the life after');
    },
  },
  {
    id: 'REC-03/twice',
    title: 'a recovery that is lost itself is recovered, and still names the first lost run',
    rules: ['JS-REC-03'],
    routes: 'both',
    async run(ctx) {
      let node = await life(ctx);
      const of = job('j', { requestsRecovery: true });
      await node.put(of, once('t', of));
      await node.run();
      for (let n = 0; n < 2; n += 1) {
        ctx.advance(SECOND);
        node = await nextLife(ctx, node);
        const again = await node.run();
        ctx.same(again.recovers, { triggerKey: key('t'), firedAt: T0, scheduledFireAt: T0 }, `life ${n}`);
      }
    },
  },
  {
    id: 'REC-04',
    title: 'a lost run of a repeating trigger is recovered once, and the schedule goes on',
    rules: ['JS-REC-03'],
    routes: 'both',
    async run(ctx) {
      const node = await life(ctx);
      const of = job('j', { requestsRecovery: true });
      await node.put(of, every('t', of, 10 * SECOND));
      await node.run();
      ctx.advance(10 * SECOND);
      const next = await nextLife(ctx, node);
      const fired = await next.runAll();
      const seen = fired.map((b) => [b.trigger.key.group === RECOVERY_GROUP, b.scheduledFireAt - T0]);
      ctx.same(
        seen,
        [
          [true, 0],
          [false, 10 * SECOND],
        ],
        'what fires: recovery or not, and scheduled when',
      );
      for (const run of fired)
        await next.complete(run, run.trigger.nextFireAt === null ? 'deleteTrigger' : 'none');
      ctx.advance(10 * SECOND);
      ctx.same(await next.runNames(), ['t'], 'what fires next');
    },
  },
  {
    id: 'REC-05',
    title: 'a lost run whose job did not ask for recovery is gone; its schedule goes on',
    rules: ['JS-REC-04'],
    async run(ctx) {
      const node = await life(ctx);
      const [of, loose] = [job('j'), job('loose', { durable: false })];
      await node.put(of, every('repeating', of, HOUR));
      await node.put(loose, once('last', loose));
      await node.runAll();
      const next = await nextLife(ctx, node);
      ctx.includes(next.recoveries[0], { released: 0, recovering: [], abandoned: 2 }, 'the recovery');
      ctx.same(
        [await next.state(key('last')), await next.state(key('repeating'))],
        ['none', 'normal'],
        'the states',
      );
      ctx.same(await next.store.getJob(loose.key), null, 'the non-durable job');
      ctx.advance(HOUR);
      ctx.same(await next.runNames(), ['repeating'], 'what fires');
    },
  },
  {
    id: 'REC-06',
    title: 'a recovery sees the original trigger’s data, its key and the times of the lost run',
    rules: ['JS-REC-03'],
    async run(ctx) {
      const node = await life(ctx);
      const of = job('j', { requestsRecovery: true, data: { of: 'job' } });
      await node.put(
        of,
        once('t', of, { group: 'g', at: T0 - SECOND, data: { of: 'trigger', at: new Date(T0) } }),
      );
      await node.run();
      ctx.advance(SECOND);
      const next = await nextLife(ctx, node);
      const again = await next.run();
      ctx.same(again.trigger.key.group, RECOVERY_GROUP, 'the group');
      ctx.same(again.trigger.data, { of: 'trigger', at: new Date(T0) }, 'the trigger’s data');
      ctx.same(again.job.data, { of: 'job' }, 'the job’s data');
      const lost = { triggerKey: key('t', 'g'), firedAt: T0, scheduledFireAt: T0 - SECOND };
      ctx.same(
        [again.recovers, again.trigger.recovers],
        [lost, lost],
        'the lost run, in the bundle and in its trigger',
      );
    },
  },
  {
    id: 'REC-07',
    title: 'a recovery keeps the original priority',
    rules: ['JS-REC-03'],
    async run(ctx) {
      const node = await life(ctx);
      const of = job('j', { requestsRecovery: true });
      await node.put(of, once('low', of, { priority: -3 }), once('high', of, { priority: 42 }));
      await node.runAll();
      await node.store.storeTrigger(once('between', of, { priority: 5 }));
      const next = await nextLife(ctx, node);
      const fired = await next.runAll();
      ctx.same(
        fired.map((b) => b.recovers?.triggerKey.name ?? b.trigger.key.name),
        ['high', 'between', 'low'],
        'the order',
      );
      ctx.same(
        fired.map((b) => b.trigger.priority),
        [42, 5, -3],
        'the priorities',
      );
    },
  },
  {
    id: 'REC-08',
    title: 'a lost run whose job was deleted is not recovered',
    rules: ['JS-REC-03'],
    async run(ctx) {
      const node = await life(ctx);
      const of = job('j', { requestsRecovery: true });
      await node.put(of, once('t', of));
      await node.run();
      await node.store.removeJob(of.key);
      const next = await nextLife(ctx, node);
      ctx.same(
        next.recoveries.flatMap((r) => r.recovering),
        [],
        'what recovers',
      );
      ctx.includes(await next.store.getCounts(), { jobs: 0, triggers: 0 }, 'what is stored');
      await next.put(of, every('new', of, HOUR));
      ctx.same(await next.runNames(), ['new'], 'what fires of a new job of that key');
    },
  },
  {
    id: 'REC-08/trigger',
    title: 'a lost run whose trigger was deleted is recovered all the same',
    rules: ['JS-REC-03'],
    async run(ctx) {
      const node = await life(ctx);
      const of = job('j', { requestsRecovery: true });
      await node.put(of, every('t', of, HOUR));
      await node.run();
      await node.store.removeTrigger(key('t'));
      const next = await nextLife(ctx, node);
      ctx.same((await next.run()).recovers?.triggerKey, key('t'), 'the run it repeats');
    },
  },
  {
    id: 'REC-09',
    title: 'a job whose class is missing does not keep the others from being recovered',
    rules: ['JS-REC-03', 'JS-FIR-07'],
    async run(ctx) {
      const node = await life(ctx);
      node.resolver.classes.set(
        'Passing',
        class {
          execute(): void {}
        },
      );
      const [lost, of] = [
        job('lost', { jobClass: 'Passing', requestsRecovery: true }),
        job('j', { requestsRecovery: true }),
      ];
      await node.put(lost, once('a', lost));
      await node.put(of, once('b', of));
      await node.runAll();
      const next = await nextLife(ctx, node);
      ctx.same(next.recoveries.flatMap((r) => r.recovering).length, 2, 'how many recover');
      ctx.same(
        (await next.start()).map((r) => r.kind).sort(),
        ['fired', 'jobClassNotFound'],
        'what becomes of them',
      );
    },
  },
  {
    id: 'REC-10',
    title: 'recoveries of a job that is not to run twice run one after another',
    rules: ['JS-REC-05'],
    routes: 'both',
    async run(ctx) {
      const node = await life(ctx);
      const of = job('j', { requestsRecovery: true });
      await node.put(of, once('a', of), once('b', of));
      await node.runAll();
      await node.store.storeJob({ ...of, nonConcurrent: true }, { replace: true });
      const next = await nextLife(ctx, node);
      const [first, ...rest] = await next.runAll();
      ctx.same(rest, [], 'what runs beside the first');
      await next.complete(ctx.present(first, 'the first recovery'), 'deleteTrigger');
      const second = await next.runAll();
      ctx.same(
        second.map((b) => b.recovers !== null),
        [true],
        'what runs after it',
      );
    },
  },
  {
    id: 'REC-11',
    title: 'recoveries obey pause-all, but not the pause of a group',
    rules: ['JS-REC-05'],
    async run(ctx) {
      const node = await life(ctx);
      const of = job('j', { group: 'jg', requestsRecovery: true });
      await node.put(of, once('t', of));
      await node.run();
      await node.store.pauseTriggers({ equals: RECOVERY_GROUP });
      await node.store.pauseJobs({ equals: 'jg' });
      const second = await nextLife(ctx, node);
      ctx.same((await second.run()).recovers?.triggerKey, key('t'), 'what runs with the groups paused');
      await second.store.pauseAll();
      const third = await nextLife(ctx, second);
      ctx.same(await third.runNames(), [], 'what runs with everything paused');
      await third.store.resumeAll({ now: ctx.now });
      ctx.same((await third.run()).recovers?.triggerKey, key('t'), 'what runs after resume-all');
    },
  },
  {
    id: 'REC-12',
    title: 'complete triggers are removed at the start, with the non-durable jobs they leave',
    rules: ['JS-REC-07'],
    async run(ctx) {
      const node = await life(ctx);
      const [loose, kept] = [job('loose', { durable: false }), job('kept')];
      const errored: Trigger = every('errored', kept, HOUR, { at: T0 + SECOND });
      await node.put(loose, every('a', loose, HOUR));
      await node.put(kept, every('b', kept, HOUR), every('waits', kept, DAY, { at: T0 + DAY }));
      for (const run of await node.runAll()) await node.complete(run, 'setTriggerComplete');
      await node.store.storeTrigger(errored);
      ctx.advance(SECOND);
      await node.complete(await node.run(), 'setTriggerError');
      ctx.same([await node.state(key('a')), await node.state(key('b'))], ['complete', 'complete'], 'before');
      const next = await nextLife(ctx, node);
      const states = await Promise.all(['a', 'b', 'waits', 'errored'].map((n) => next.state(key(n))));
      ctx.same(states, ['none', 'none', 'normal', 'error'], 'the states after');
      ctx.same(
        [await next.store.getJob(loose.key), (await next.store.getJob(kept.key))?.key],
        [null, kept.key],
        'the jobs',
      );
      ctx.same(next.signals.deleted, [loose.key], 'notices of deleted jobs');
    },
  },
];

/** The cases of the family: all need data that outlive a process. */
export const recoveryCases: readonly ConformanceCase[] = defineCases(
  definitions.map((definition) => ({
    ...definition,
    rules: [...new Set([...RULES, ...definition.rules])],
    level: 'L2',
    needs: durable,
  })),
);

/** The first life of a node. */
async function life(ctx: CaseContext): Promise<CaseNode> {
  return ctx.open({ instanceId: 'same' });
}

/** Ends the node as if its process had died, and starts it again under the same name. */
async function nextLife(ctx: CaseContext, node: CaseNode): Promise<CaseNode> {
  await node.abandon();
  return ctx.open({ instanceId: 'same' });
}
