/**
 * ACQ, third part: what a claim excludes.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import type { AcquireResult } from '@ametrine/core/spi';
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, job, key, MINUTE, once, SECOND, T0 } from '../factories.js';
import { durable, offers } from '../needs.js';

/** Claims. */
export const acquiringClaimCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'ACQ-15',
    title: 'a batch holds one trigger of a non-concurrent job',
    rules: ['JS-ACQ-08'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const [x, y] = [job('x', { nonConcurrent: true }), job('y')];
      await node.put(x, once('x1', x), once('x2', x, { at: T0 + 1 }));
      await node.put(y, once('y1', y, { at: T0 + 2 }));
      ctx.advance(10);
      ctx.same(await node.runNames(), ['x1', 'y1'], 'what starts');
    },
  },
  {
    id: 'ACQ-16',
    title: 'many due triggers of one non-concurrent job do not starve the batch',
    rules: ['JS-ACQ-08'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const [x, y] = [job('x', { nonConcurrent: true }), job('y')];
      await node.put(y, once('y1', y, { at: T0 + SECOND }));
      const crowd = Array.from({ length: 50 }, (_, n) => once(`x${String(n).padStart(2, '0')}`, x));
      await node.store.storeJobsAndTriggers([{ job: x, triggers: crowd }]);
      ctx.advance(SECOND);
      ctx.same(await node.runNames({ maxCount: 2 }), ['x00', 'y1'], 'what starts');
    },
  },
  {
    id: 'ACQ-17',
    title: 'while one trigger of a non-concurrent job is acquired, its siblings are not',
    rules: ['JS-ACQ-08'],
    async run(ctx) {
      const node = await ctx.open();
      const x = job('x', { nonConcurrent: true });
      await node.put(x, once('x1', x), once('x2', x));
      const first = await node.acquireOne();
      ctx.same(await node.acquireNames(), [], 'a second acquisition');
      const asked = { now: ctx.now, noLaterThan: ctx.now, maxCount: 10, timeWindowMs: 0, fireDue: true };
      ctx.includes(
        await node.store.acquireNextTriggers(asked),
        { acquired: [], fired: [] },
        'one that fires at once',
      );
      await node.release(first);
      ctx.same((await node.acquireNames()).length, 1, 'after the release');
    },
  },
  {
    id: 'ACQ-18',
    title: 'while a non-concurrent job runs, none of its triggers is acquired',
    rules: ['JS-ACQ-08'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const x = job('x', { nonConcurrent: true });
      await node.put(x, every('own', x, SECOND), once('sibling', x));
      const run = await node.run({ maxCount: 1 });
      ctx.advance(10 * SECOND);
      ctx.same(await node.runNames(), [], 'what starts while it runs');
      await node.complete(run);
      ctx.same((await node.runNames()).length, 1, 'how many start when it ended');
    },
  },
  {
    id: 'ACQ-18/replaced',
    title: 'a job that becomes non-concurrent while it runs is not started a second time',
    rules: ['JS-ACQ-08'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      for (const bulk of [false, true]) {
        const name = bulk ? 'bulk' : 'single';
        const of = job(name);
        await node.put(of, every(name, of, SECOND));
        const run = await node.run({ maxCount: 1 });
        const exclusive = job(name, { nonConcurrent: true });
        if (bulk)
          await node.store.storeJobsAndTriggers([{ job: exclusive, triggers: [] }], { replace: true });
        else await node.store.storeJob(exclusive, { replace: true });
        ctx.advance(10 * SECOND);
        ctx.same(await node.runNames(), [], `what starts while ${name} runs`);
        await node.complete(run);
        await node.store.removeJob(of.key);
      }
    },
  },
  {
    id: 'ACQ-19',
    title: 'an ordinary job may run twice at a time',
    rules: ['JS-ACQ-08'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('a', of), once('b', of), every('c', of, SECOND));
      ctx.same(await node.runNames(), ['a', 'b', 'c'], 'what starts in one batch');
      ctx.advance(SECOND);
      ctx.same(await node.runNames(), ['c'], 'the same trigger again while its first run lasts');
    },
  },
  {
    id: 'ACQ-20',
    title: 'paused, blocked, errored, complete and acquired triggers are not acquired',
    rules: ['JS-ACQ-04'],
    async run(ctx) {
      const node = await ctx.open();
      const names = ['errored', 'complete', 'blocked', 'acquired', 'paused'];
      for (const name of names) {
        const of = job(name, { nonConcurrent: true });
        await node.put(of, every(name, of, SECOND));
        if (name === 'acquired') await node.acquireOne();
        else if (name === 'paused') await node.store.pauseTrigger(key(name));
        else {
          const run = await node.run();
          if (name === 'errored') await node.complete(run, 'setTriggerError');
          if (name === 'complete') await node.complete(run, 'setTriggerComplete');
        }
      }
      ctx.advance(10 * SECOND);
      ctx.same(await node.acquireNames(), [], 'what is acquired');
    },
  },
  {
    id: 'ACQ-22',
    title: 'a job removed while its triggers are acquired does not disturb the rest of the batch',
    rules: ['JS-ACQ-09'],
    async run(ctx) {
      const node = await ctx.open();
      for (let round = 0; round < 10; round += 1) {
        const [gone, kept] = [job(`gone${round}`), job(`kept${round}`)];
        await node.put(gone, once(`g${round}`, gone));
        await node.put(kept, once(`k1-${round}`, kept), once(`k2-${round}`, kept));
        const [batch] = await Promise.all([node.acquire(), node.store.removeJob(gone.key)]);
        const fired = await node.fire(...batch);
        const names = fired.flatMap((r) => (r.kind === 'fired' ? [r.bundle.trigger.key.name] : []));
        ctx.same(names, [`k1-${round}`, `k2-${round}`], `round ${round}: what fires`);
      }
    },
  },
  {
    id: 'ACQ-23',
    title: 'a trigger whose class this process lacks is dealt with alone; the rest of the batch fires',
    rules: ['JS-ACQ-09', 'JS-FIR-07'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const [lost, found] = [job('lost', { jobClass: 'Vanished' }), job('found')];
      await node.put(found, once('a', found, { at: T0 - 2 }), once('c', found));
      await node.put(lost, every('b', lost, HOUR, { at: T0 - 1 }));
      const results = await node.start();
      ctx.same(results.map((r) => r.kind).sort(), ['fired', 'fired', 'jobClassNotFound'], 'the results');
      const state = await node.state(key('b'));
      ctx.holds(state === 'error' || state === 'normal', 'it is in error, or left to other nodes', state);
      ctx.same(
        node.signals.inError.map((n) => n.trigger.key.name),
        state === 'error' ? ['b'] : [],
        'notices of errors',
      );
      ctx.includes(
        await node.stored(key('b')),
        { nextFireAt: T0 - 1, previousFireAt: null, timesTriggered: 0 },
        'its times',
      );
      ctx.same(await node.runNames(), [], 'what starts next');
    },
  },
  {
    id: 'ACQ-24',
    title: 'an unreadable trigger is skipped and reported; the others are acquired',
    rules: ['JS-ACQ-09'],
    needs: offers('damage'),
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, once('a', of), once('b', of), once('c', of));
      await ctx.namespace.damageTrigger?.('conformance', key('b'));
      ctx.same(await node.acquireNames(), ['a', 'c'], 'what is acquired');
      ctx.same(
        node.signals.errors.map(({ error }) => error.code),
        ['ERR_RECORD_UNREADABLE'],
        'what is reported',
      );
      ctx.same(await node.acquireNames(), [], 'what is acquired next');
    },
  },
  {
    id: 'ACQ-25',
    title: 'every claim has a token of its own, and shows the times before the fire',
    rules: ['JS-EXE-01', 'JS-ACQ-10'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const triggers = ['a', 'b', 'c'].map((name) => every(name, of, HOUR));
      await node.put(of, ...triggers);
      const tokens = new Set<string>();
      for (let round = 0; round < 20; round += 1) {
        const batch = await node.acquire();
        for (const { fireInstanceId, trigger, jobClass } of batch) {
          ctx.holds(fireInstanceId !== '' && !tokens.has(fireInstanceId), 'the token is new', fireInstanceId);
          tokens.add(fireInstanceId);
          ctx.includes(
            trigger,
            { nextFireAt: T0, previousFireAt: null, timesTriggered: 0 },
            'the claimed trigger',
          );
          ctx.same(
            [jobClass, await node.state(trigger)],
            ['Work', 'normal'],
            'the class’s name, and the state',
          );
        }
        await node.release(...batch);
      }
      ctx.same(tokens.size, 60, 'the number of tokens');
    },
  },
  {
    id: 'ACQ-25/restart',
    title: 'tokens are not used again after a restart or by another node',
    rules: ['JS-EXE-01', 'JS-ACQ-10'],
    level: 'L2',
    needs: durable,
    async run(ctx) {
      const tokens: string[] = [];
      const of = job('j');
      for (let life = 0; life < 3; life += 1) {
        const node = await ctx.open({ instanceId: 'same' });
        if (life === 0) await node.put(of, ...['a', 'b', 'c'].map((name) => every(name, of, HOUR)));
        const batch = await node.acquire();
        tokens.push(...batch.map((a) => a.fireInstanceId));
        await node.release(...batch);
        await node.stop();
      }
      ctx.same([tokens.length, new Set(tokens).size], [9, 9], 'claims, and tokens');
    },
  },
  {
    id: 'ACQ-26',
    title: 'a trigger that was rescheduled and claimed again does not fire by its old claim',
    rules: ['JS-STO-05', 'JS-FIR-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = once('t', of);
      await node.put(of, t);
      const reschedules = [
        ['replaceTrigger', (at: number) => node.store.replaceTrigger(t.key, once('t', of, { at }))],
        ['storeTrigger', (at: number) => node.store.storeTrigger(once('t', of, { at }), { replace: true })],
      ] as const;
      for (const [name, reschedule] of reschedules) {
        const old = await node.acquireOne();
        await reschedule(T0 + SECOND);
        ctx.same(
          (await node.fire(old)).map((r) => r.kind),
          ['notFired'],
          `${name}: the old claim while the trigger waits`,
        );
        const mine = await node.acquireOne({ noLaterThan: T0 + SECOND });
        ctx.same(
          (await node.fire(old)).map((r) => r.kind),
          ['notFired'],
          `${name}: the old claim beside the new`,
        );
        await node.release(old);
        ctx.same((await node.fireOne(mine)).scheduledFireAt, T0 + SECOND, `${name}: the new claim`);
        await reschedule(T0);
      }
    },
  },
  {
    id: 'ACQ-35',
    title: 'what is left for its time is told of, and fires then',
    rules: ['JS-ACQ-12'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { durable: true });
      await node.put(of, once('warmup', of));
      await node.complete(await node.run(), 'deleteTrigger');
      const ask = (): Promise<AcquireResult> =>
        node.store.acquireNextTriggers({
          now: ctx.now,
          noLaterThan: ctx.now + MINUTE,
          maxCount: 10,
          timeWindowMs: 0,
          fireDue: true,
          mayLeave: true,
        });
      type Plan = (now: number) => readonly Trigger[];
      const plans: readonly Plan[] = [
        () => [],
        (now) => [once('shot', of, { at: now + SECOND })],
        (now) => [every('beat', of, HOUR, { at: now + SECOND })],
        (now) => [once('due', of, { at: now }), once('shot', of, { at: now + SECOND })],
        (now) => [once('due', of, { at: now }), every('beat', of, HOUR, { at: now + SECOND })],
        (now) => [every('due', of, SECOND, { at: now })],
        (now) => [every('due', of, 2 * SECOND, { at: now }), once('shot', of, { at: now + SECOND })],
        (now) => [once('due', of, { at: now }), once('far', of, { at: now + HOUR })],
        (now) => [once('shot', of, { at: now + SECOND }), every('beat', of, HOUR, { at: now + 2 * SECOND })],
      ];
      for (const plan of plans) {
        const triggers = plan(ctx.now);
        const names = triggers.map(({ key }) => key.name).join(' and ') || 'nothing';
        for (const trigger of triggers) await node.store.storeTrigger(trigger);
        const { acquired, fired, nextDueAt } = await ask();
        const left = await node.acquire({ noLaterThan: ctx.now + MINUTE, timeWindowMs: MINUTE });
        await node.release(...left);
        const firstAt = left[0]?.trigger.nextFireAt ?? null;
        if (nextDueAt !== undefined) {
          // What fired says by itself when it comes again.
          const again = fired.flatMap((result) =>
            result.kind === 'fired' ? [result.bundle.trigger.nextFireAt ?? Infinity] : [],
          );
          const inTime = firstAt === null || Math.min(nextDueAt ?? Infinity, ...again) <= firstAt;
          ctx.holds(inTime, `of ${names}: the store is asked again in time`, { nextDueAt, firstAt });
        }
        if (firstAt !== null && acquired.length + fired.length === 0) {
          ctx.holds(nextDueAt !== undefined, `of ${names}: what is left is told of`, firstAt);
          ctx.advance(firstAt - ctx.now);
          const then = await ask();
          ctx.same(
            then.fired.map((result) =>
              result.kind === 'fired' ? result.bundle.trigger.key.name : result.kind,
            ),
            [left[0]?.trigger.key.name],
            `of ${names}: what is fired at that time`,
          );
          await node.release(...then.acquired);
        }
        await node.release(...acquired);
        await node.store.removeTriggers(triggers.map(({ key }) => key));
      }
    },
  },
]);
