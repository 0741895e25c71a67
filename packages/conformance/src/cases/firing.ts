/**
 * FIR, first part: what a fire tells, and what it does to its trigger.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import {
  DAY,
  every,
  HOUR,
  holidays,
  job,
  key,
  MINUTE,
  once,
  oneOfEachType,
  SECOND,
  T0,
} from '../factories.js';
import { durable } from '../needs.js';

/** Fires. */
export const firingCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'FIR-02',
    title: 'the bundle tells the scheduled, the actual, the previous and the next fire',
    rules: ['JS-ACQ-10', 'JS-FIR-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { data: { n: 1 } });
      const t = every('t', of, MINUTE, { data: { m: 2 } });
      await node.put(of, t);
      const first = await node.run();
      const times = {
        firedAt: T0,
        scheduledFireAt: T0,
        previousFireAt: null,
        recovers: null,
        calendar: null,
      };
      ctx.includes(first, times, 'the first fire');
      ctx.includes(
        first.trigger,
        { ...t, nextFireAt: T0 + MINUTE, previousFireAt: T0, timesTriggered: 1 },
        'its trigger',
      );
      ctx.includes(first.job, of, 'its job');
      await node.complete(first);
      ctx.advance(MINUTE + 5 * SECOND);
      const second = await node.run();
      const late = { firedAt: T0 + MINUTE + 5 * SECOND, scheduledFireAt: T0 + MINUTE, previousFireAt: T0 };
      ctx.includes(second, late, 'the second fire, five seconds late');
      ctx.includes(
        second.trigger,
        { nextFireAt: T0 + 2 * MINUTE, previousFireAt: T0 + MINUTE, timesTriggered: 2 },
        'its trigger',
      );
    },
  },
  {
    id: 'FIR-03',
    title: 'a fire moves the stored trigger of every type on by one occurrence',
    rules: ['JS-FIR-05'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const triggers = oneOfEachType(of);
      await node.put(of, ...triggers);
      const bundles = await node.runAll();
      ctx.same(bundles.length, triggers.length, 'how many fire');
      for (const { trigger } of bundles) {
        const times = { previousFireAt: T0, nextFireAt: T0 + DAY };
        ctx.includes(trigger, times, `${trigger.key.name} in the bundle`);
        ctx.includes(
          await node.stored(trigger),
          { ...times, timesTriggered: trigger.timesTriggered },
          `${trigger.key.name} as stored`,
        );
      }
      ctx.same((await node.stored(key('simple'))).timesTriggered, 1, 'the count of the simple one');
      ctx.same(await node.runNames(), [], 'what fires again at the same time');
    },
  },
  {
    id: 'FIR-04',
    title: 'a trigger that fired for the last time is readable until its run ends',
    rules: ['JS-STA-03', 'JS-FIR-05'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, SECOND, { repeat: 1 });
      await node.put(of, t);
      await node.complete(await node.run());
      ctx.advance(SECOND);
      const last = await node.run();
      ctx.includes(
        last.trigger,
        { nextFireAt: null, previousFireAt: T0 + SECOND, timesTriggered: 2 },
        'the bundle’s trigger',
      );
      ctx.includes(await node.stored(t), { nextFireAt: null, timesTriggered: 2 }, 'the stored trigger');
      ctx.advance(HOUR);
      ctx.same(await node.runNames(), [], 'what fires later');
      ctx.same(await node.state(t), 'normal', 'its state while it runs');
      await node.complete(last, 'deleteTrigger');
      ctx.same(await node.store.getTrigger(t.key), null, 'the trigger when the run ended');
    },
  },
  {
    id: 'FIR-05',
    title: 'an overdue trigger fires its occurrences one after another while they have not misfired',
    rules: ['JS-FIR-05'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      await node.put(of, every('t', of, 10 * SECOND));
      ctx.advance(35 * SECOND);
      const scheduled: number[] = [];
      for (let n = 0; n < 4; n += 1) {
        const run = await node.run();
        scheduled.push(run.scheduledFireAt - T0);
        await node.complete(run);
      }
      ctx.same(scheduled, [0, 10 * SECOND, 20 * SECOND, 30 * SECOND], 'the scheduled times, from the start');
      ctx.same(await node.runNames(), [], 'what fires after them');
    },
  },
  {
    id: 'FIR-07',
    title: 'the next fire skips what the calendar excludes, through its chain',
    rules: ['JS-FIR-05'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const chained = { ...holidays('2026-03-03'), base: holidays('2026-03-04') };
      await node.store.storeCalendar('c', chained, { now: ctx.now });
      await node.put(of, ...oneOfEachType(of, { calendarName: 'c' }));
      for (const bundle of await node.runAll()) {
        ctx.same(bundle.trigger.nextFireAt, T0 + 3 * DAY, `the next fire of ${bundle.trigger.key.name}`);
        ctx.same(bundle.calendar, chained, `the calendar of ${bundle.trigger.key.name}`);
      }
    },
  },
  {
    id: 'FIR-09',
    title: 'a job replaced between acquire and fire runs as it is now',
    rules: ['JS-FIR-03'],
    async run(ctx) {
      const node = await ctx.open();
      class Newer {
        execute(): void {}
      }
      node.resolver.classes.set('Newer', Newer);
      await node.put(job('j'), once('t', key('j')));
      const claimed = await node.acquireOne();
      const next = job('j', {
        jobClass: 'Newer',
        description: 'new',
        data: { v: 2 },
        requestsRecovery: true,
      });
      await node.store.storeJob(next, { replace: true });
      const run = await node.fireOne(claimed);
      ctx.includes(run.job, next, 'the bundle’s job');
      ctx.holds(run.jobClass === Newer, 'the class that runs is the new one', run.jobClass);
    },
  },
  {
    id: 'FIR-16',
    title: 'what a run does to its trigger’s data is not stored',
    rules: ['JS-FIR-08', 'JS-GET-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { persistDataAfterExecution: true });
      const t = every('t', of, SECOND, { data: { n: 1, at: new Date(T0) } });
      await node.put(of, t);
      const run = await node.run();
      (run.trigger.data['at'] as Date).setTime(0);
      await node.complete({ ...run, trigger: { ...run.trigger, data: { n: 2 } } });
      ctx.same((await node.stored(t)).data, { n: 1, at: new Date(T0) }, 'the data');
    },
  },
  {
    id: 'FIR-17',
    title: 'what a run does to the bundle’s job is not stored',
    rules: ['JS-FIR-08'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      for (const persistDataAfterExecution of [false, true]) {
        const of = job(`j-${persistDataAfterExecution}`, {
          persistDataAfterExecution,
          data: { at: new Date(T0), bytes: new Uint8Array([1]) },
        });
        await node.put(of, once(`t-${persistDataAfterExecution}`, of));
        const run = await node.run();
        (run.job.data['at'] as Date).setTime(0);
        (run.job.data['bytes'] as Uint8Array)[0] = 9;
        await node.complete({ ...run, job: { ...run.job, data: { other: true } } });
        ctx.includes(
          await node.store.getJob(of.key),
          { ...of, data: { at: new Date(T0), bytes: new Uint8Array([1]) } },
          'the job',
        );
      }
    },
  },
  {
    id: 'FIR-18',
    title: 'a run that repeats a lost one says so, any other does not',
    rules: ['JS-FIR-03', 'JS-REC-03'],
    level: 'L2',
    routes: 'both',
    needs: durable,
    async run(ctx) {
      const first = await ctx.open({ instanceId: 'n' });
      const of = job('j', { requestsRecovery: true });
      await first.put(of, once('t', of));
      ctx.same((await first.run()).recovers, null, 'the ordinary run');
      await first.abandon();
      ctx.advance(SECOND);
      const second = await ctx.open({ instanceId: 'n' });
      const again = await second.run();
      ctx.same(
        again.recovers,
        { triggerKey: key('t'), firedAt: T0, scheduledFireAt: T0 },
        'the run that repeats it',
      );
    },
  },
  {
    id: 'FIR-19',
    title: 'priority, description and data survive firing',
    rules: ['JS-FIR-03'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const t = every('t', of, SECOND, {
        priority: 9,
        description: 'why',
        data: { k: 'v' },
        misfireInstruction: 'nextWithExistingCount',
        endAt: T0 + DAY,
      });
      await node.put(of, t);
      for (let n = 1; n <= 3; n += 1) {
        await node.complete(await node.run());
        const moved = { ...t, previousFireAt: ctx.now, nextFireAt: ctx.now + SECOND, timesTriggered: n };
        ctx.includes(await node.stored(t), moved, `after fire ${n}`);
        ctx.advance(SECOND);
      }
    },
  },
]);
