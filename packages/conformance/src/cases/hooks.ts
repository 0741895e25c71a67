/**
 * HOK: resolving job classes, and options.
 *
 * @module
 */
import { ANY_GROUP } from '@ametrine/core';
import type { JobClassResolver } from '@ametrine/core/spi';
import { type ConformanceCase, defineCases } from '../case.js';
import { every, HOUR, holidays, job, key, once, SECOND } from '../factories.js';
import { offers } from '../needs.js';
import { Work } from '../settable-resolver.js';

/** The cases of the family. */
export const hookCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'HOK-01',
    title: 'a subclass’s resolver is asked at fire, by the stored name, and its class runs',
    rules: ['JS-FIR-07'],
    routes: 'both',
    needs: offers('resolverHook'),
    async run(ctx) {
      const asked: string[] = [];
      class FromHook {
        execute(): void {}
      }
      const resolverHook: JobClassResolver = {
        description: 'the hook',
        resolve(jobClass) {
          asked.push(jobClass);
          return jobClass === 'stored.Name' ? FromHook : null;
        },
      };
      const node = await ctx.open({ resolverHook });
      node.resolver.classes.set('stored.Name', Work);
      const of = job('j', { jobClass: 'stored.Name' });
      await node.put(of, every('t', of, SECOND));
      ctx.same(asked, [], 'asked before any fire');
      const run = await node.run();
      ctx.holds(run.jobClass === FromHook, 'the hook’s class runs', run.jobClass);
      ctx.holds(
        asked.length > 0 && asked.every((name) => name === 'stored.Name'),
        'the hook is asked for the stored name',
        asked,
      );
      ctx.same(node.resolver.asked, [], 'what the configured resolver is asked for');
    },
  },
  {
    id: 'HOK-02',
    title: 'a resolver that throws or finds nothing affects that job alone',
    rules: ['JS-FIR-07'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const refuse = node.resolver.resolve.bind(node.resolver);
      node.resolver.resolve = (name) => {
        if (name === 'Throws') throw new TypeError('broken resolver');
        return name === 'NotAClass' ? ('text' as never) : refuse(name);
      };
      for (const jobClass of ['Throws', 'NotAClass', 'Missing', 'Work']) {
        const of = job(jobClass, { jobClass });
        await node.put(of, every(jobClass, of, HOUR));
      }
      const results = await node.start();
      ctx.same(
        results.map((r) => r.kind).sort(),
        ['fired', 'jobClassNotFound', 'jobClassNotFound', 'jobClassNotFound'],
        'the results',
      );
      const missing = results.flatMap((r) => (r.kind === 'jobClassNotFound' ? [r.error] : []));
      ctx.same(
        missing.map((e) => e.details['jobClass']).sort(),
        ['Missing', 'NotAClass', 'Throws'],
        'the classes that the errors name',
      );
      const thrown = missing.find((e) => e.details['jobClass'] === 'Throws');
      ctx.holds(thrown?.cause instanceof TypeError, 'what the resolver threw is the cause', thrown?.cause);
    },
  },
  {
    id: 'HOK-03',
    title: 'the resolver’s latest answer runs',
    rules: ['JS-FIR-07'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { jobClass: 'Reloaded' });
      await node.put(of, every('t', of, SECOND));
      for (let version = 0; version < 3; version += 1) {
        const latest = class {
          execute(): void {}
        };
        node.resolver.classes.set('Reloaded', latest);
        const run = await node.run();
        ctx.holds(run.jobClass === latest, `version ${version} runs`, run.jobClass);
        await node.complete(run);
        ctx.advance(SECOND);
      }
    },
  },
  {
    id: 'HOK-03/reset',
    title:
      'a trigger put in error for want of its class fires once the class is there and the error is reset',
    rules: ['JS-FIR-07', 'JS-PAU-10'],
    routes: 'both',
    needs: ({ claim }) => !claim.clustering || 'in a cluster the trigger may be left to other nodes instead',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { jobClass: 'Late' });
      await node.put(of, once('t', of));
      ctx.same(
        (await node.start()).map((r) => r.kind),
        ['jobClassNotFound'],
        'before',
      );
      ctx.same(await node.state(key('t')), 'error', 'its state');
      node.resolver.classes.set('Late', Work);
      await node.store.resetTriggerFromErrorState(key('t'));
      ctx.same(await node.runNames(), ['t'], 'after');
    },
  },
  {
    id: 'HOK-04',
    title: 'an asynchronous resolver is awaited',
    rules: ['JS-FIR-07'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const answer = node.resolver.resolve.bind(node.resolver);
      (node.resolver as JobClassResolver).resolve = async (name) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (name === 'Rejects') throw new Error('not here');
        return answer(name);
      };
      const [of, rejects] = [job('j'), job('rejects', { jobClass: 'Rejects' })];
      await node.put(of, once('t', of));
      await node.put(rejects, once('r', rejects));
      const results = await node.start();
      ctx.same(results.map((r) => r.kind).sort(), ['fired', 'jobClassNotFound'], 'the results');
      const fired = results.find((r) => r.kind === 'fired');
      ctx.holds(fired?.kind === 'fired' && fired.bundle.jobClass === Work, 'the awaited class runs', fired);
    },
  },
  {
    id: 'HOK-05',
    title: 'storing, reading, pausing, acquiring and removing never ask the resolver',
    rules: ['JS-GET-06'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      node.resolver.failure = new Error('asked');
      const of = job('j', { jobClass: 'Vanished', nonConcurrent: true });
      await node.put(of, every('t', of, HOUR), once('u', of));
      await store.storeJob(of, { replace: true });
      await store.storeJobsAndTriggers([{ job: of, triggers: [once('v', of)] }], { replace: true });
      await store.replaceTrigger(key('u'), once('u', of));
      await store.storeCalendar('c', holidays(), { now: ctx.now });
      await Promise.all([
        store.getJob(of.key),
        store.listJobs(ANY_GROUP),
        store.listTriggers({}),
        store.listTriggersOfJob(of.key),
        node.state(key('t')),
      ]);
      await store.pauseAll();
      await store.resumeAll({ now: ctx.now });
      ctx.advance(HOUR / 2);
      await store.recoverMisfires({ now: ctx.now, limit: 10 });
      await node.release(...(await node.acquire()));
      await store.removeTrigger(key('u'));
      await store.removeJob(of.key);
      ctx.same(node.resolver.asked, [], 'what the resolver was asked for');
    },
  },
  {
    id: 'HOK-07',
    title: 'wrong numbers in the options are refused at construction',
    rules: ['JS-LIF-08'],
    async run(ctx) {
      for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '60000' as never]) {
        await ctx.rejects(
          ctx.prepare({ misfireThresholdMs: value }),
          'ERR_INVALID_ARGUMENT',
          `misfireThresholdMs ${String(value)}`,
          'misfireThresholdMs',
        );
      }
      for (const value of [0, -1, 1.5]) {
        await ctx.rejects(
          ctx.prepare({ maxMisfiresPerPass: value }),
          'ERR_INVALID_ARGUMENT',
          `maxMisfiresPerPass ${value}`,
          'maxMisfiresPerPass',
        );
      }
    },
  },
  {
    id: 'HOK-08',
    title: 'an unknown option is refused by its name',
    rules: ['JS-LIF-08'],
    async run(ctx) {
      await ctx.rejects(
        ctx.prepare({ extraOptions: { misfireTresholdMs: 1000 } }),
        'ERR_INVALID_ARGUMENT',
        'a misspelt option',
        'misfireTresholdMs',
      );
    },
  },
]);
