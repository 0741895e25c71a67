/**
 * Nodes as processes: stopped and woken, two of one name, killed on their way in and out, ending by themselves.
 *
 * @module
 */
import { isSchedulerError } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { fencing } from '../checkers/fencing.js';
import { totalFirings } from '../checkers/total-firings.js';
import { CHECK_IN_INTERVAL, LAPSE } from '../context.js';
import { every, HOUR, job, key, once, T0 } from '../factories.js';
import { ageable, all, clustered, durable, offers } from '../needs.js';
import { happened } from '../race/events.js';
import { seededMoment } from '../race/killed-stream.js';
import { untilProvoked } from '../race/race.js';

/** Cases that only processes can show. */
export const processCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'CLU-10/suspended',
    title:
      'a process that was stopped, taken for dead and recovered is told so, and its late completion is refused',
    rules: ['JS-CMP-02', 'JS-CLU-04', 'JS-CLU-03', 'JS-FIR-02'],
    level: 'L3',
    needs: all(ageable, offers('processes')),
    async run(ctx) {
      const [zombie, survivor] = [await ctx.openProcess(), await ctx.openProcess()];
      const of = job('j', { requestsRecovery: true });
      await zombie.put(of, once('t', of), once('held', of, { at: T0 + 1 }));
      const run = await zombie.run();
      const held = await zombie.acquireOne({ noLaterThan: T0 + 1 });
      zombie.suspend();
      // Asked for before it was declared dead, and done after: the process finds them when it wakes.
      const lateEnd = zombie.complete(run, 'deleteTrigger');
      const lateFire = zombie.fire(held);
      const found = (await ctx.checkInFor(LAPSE, survivor)).flatMap(({ recoveries }) => recoveries);
      ctx.same(
        found.map((r) => [r.instanceId, r.released, r.recovering.length]),
        [[zombie.instanceId, 1, 1]],
        'the recovery',
      );
      const again = await survivor.runAll();
      ctx.same(
        again.map(({ trigger, recovers }) => recovers?.triggerKey.name ?? trigger.key.name),
        ['t', 'held'],
        'what the survivor runs',
      );
      zombie.resume();
      ctx.same(await lateEnd, 'stale', 'the late completion');
      ctx.same(
        (await lateFire).map(({ kind }) => kind),
        ['notFired'],
        'the late fire',
      );
      ctx.same((await zombie.checkIn()).fenced, true, 'what the woken node is told');
      for (const other of again)
        ctx.same(await survivor.complete(other, 'deleteTrigger'), 'completed', 'the survivor’s runs');
      await survivor.store.storeTrigger(once('next', of, { at: ctx.now }));
      ctx.same(await zombie.runNames(), ['next'], 'what the woken node runs as a member');
      ctx.upheld(fencing(ctx.history.operations));
      const occurrences = [
        { key: key('t'), at: T0 },
        { key: key('held'), at: T0 + 1 },
        { key: key('next'), at: ctx.now },
      ];
      ctx.upheld(totalFirings(ctx.history.operations, { occurrences, recovered: false }));
    },
  },
  {
    id: 'CLU-16',
    title:
      'a second process under the name of a living one is refused, and disturbs nothing; a dead one’s name is free',
    rules: ['JS-CLU-06', 'JS-CLU-02'],
    level: 'L3',
    needs: all(clustered, offers('processes')),
    async run(ctx) {
      const first = await ctx.openProcess({ instanceId: 'same' });
      const of = job('j', { requestsRecovery: true });
      await first.put(of, once('t', of), once('held', of, { at: T0 + 1 }));
      const run = await first.run();
      const held = await first.acquireOne({ noLaterThan: T0 + 1 });
      for (const open of [
        () => ctx.openProcess({ instanceId: 'same' }),
        () => ctx.open({ instanceId: 'same' }),
      ]) {
        const refused = await open().then(
          () => null,
          (error: unknown) => error,
        );
        ctx.holds(isSchedulerError(refused), 'the second is refused with an error of ours', refused);
      }
      ctx.advance(1);
      ctx.includes(await first.checkIn(), { fenced: false, recoveries: [] }, 'what the first finds');
      ctx.same(await first.complete(run, 'deleteTrigger'), 'completed', 'its run');
      ctx.same(
        (await first.fire(held)).map(({ kind }) => kind),
        ['fired'],
        'its claim',
      );
      await first.kill();
      const next = await ctx.openProcess({ instanceId: 'same' });
      ctx.same(
        next.recoveries.map((r) => [r.instanceId, r.recovering.length]),
        [['same', 1]],
        'what the next of that name recovers',
      );
    },
  },
  {
    id: 'CLU-13',
    title:
      'claims of a process that was killed as it joined or left are found, whether or not it was still registered',
    rules: ['JS-REC-01', 'JS-REC-02', 'JS-LIF-04'],
    level: 'L3',
    needs: all(ageable, offers('processes')),
    async run(ctx) {
      await untilProvoked(ctx, 'a kill while the node left', async (attempt) => {
        const schedulerName = `attempt${attempt}`;
        const leaver = await ctx.openProcess({ schedulerName });
        const other = await ctx.openProcess({ schedulerName });
        const of = job('j');
        const names = Array.from({ length: 40 }, (_, n) => `t${String(n).padStart(2, '0')}`);
        await other.store.storeJobsAndTriggers([{ job: of, triggers: names.map((name) => once(name, of)) }]);
        ctx.same((await leaver.acquire()).length, names.length, 'what it holds');
        const leaving = leaver.stop().then(
          () => true,
          () => false,
        );
        await seededMoment(ctx.random, 3);
        await leaver.kill();
        const left = await leaving;
        await ctx.checkInFor(LAPSE, other);
        ctx.same(await other.acquireNames({ now: T0, noLaterThan: T0 }), names, 'what the other acquires');
        const newcomer = await ctx.openProcess({ schedulerName, instanceId: leaver.instanceId });
        ctx.same(newcomer.recoveries, [], 'what is left to recover');
        ctx.now = T0;
        return !left;
      });
    },
  },
  {
    id: 'CLU-02/killed',
    title: 'a non-concurrent job whose run was killed runs again only when it was recovered, and then alone',
    rules: ['JS-ACQ-08', 'JS-REC-05', 'JS-CLU-03'],
    level: 'L3',
    needs: all(ageable, offers('processes')),
    async run(ctx) {
      const [dead, survivor] = [await ctx.openProcess(), await ctx.openProcess()];
      const of = job('j', { nonConcurrent: true, requestsRecovery: true });
      await dead.put(of, once('a', of), every('b', of, HOUR, { at: T0 + 1 }));
      await dead.run();
      ctx.advance(2);
      ctx.same(await survivor.runNames(), [], 'what runs beside it');
      await dead.kill();
      ctx.same(await survivor.runNames(), [], 'what runs when it was killed, before it is recovered');
      const found = await ctx.checkInFor(LAPSE, survivor);
      ctx.same(found.flatMap(({ recoveries }) => recoveries).length, 1, 'the recoveries');
      const [again, ...beside] = await survivor.runAll();
      ctx.same([again?.recovers?.triggerKey, beside], [key('a'), []], 'what runs then');
      if (again !== undefined) await survivor.complete(again, 'deleteTrigger');
      ctx.same(await survivor.runNames(), ['b'], 'what runs after it');
    },
  },
  {
    id: 'LIF-07/process',
    title: 'an open store does not keep its process alive, and a store that was shut down even less',
    rules: ['JS-LIF-07'],
    level: 'L2',
    needs: all(durable, offers('processes')),
    async run(ctx) {
      const open = await ctx.openProcess();
      const of = job('j');
      await open.put(of, every('t', of, HOUR));
      await open.acquire();
      open.process.letGo();
      const end = await happened(ctx, open.process.ended, 'the end of a process with an open store');
      ctx.same(end, { code: 0, signal: null }, 'how it ended');
      const closed = await ctx.openProcess({ instanceId: open.instanceId });
      ctx.same(
        closed.recoveries.map(({ released }) => released),
        [1],
        'what it had held',
      );
      ctx.same((await closed.acquire()).length, 1, 'what its next life acquires');
      ctx.advance(CHECK_IN_INTERVAL);
      await closed.stop();
      closed.process.letGo();
      const last = await happened(
        ctx,
        closed.process.ended,
        'the end of a process whose store was shut down',
      );
      ctx.same(last, { code: 0, signal: null }, 'how it ended');
    },
  },
]);
