/**
 * DAT: the data of jobs and triggers.
 *
 * @module
 */
import type { JobData } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { dataOfEveryKind, every, job, key, once, SECOND } from '../factories.js';

/** What no store keeps; each as somebody might pass it by mistake. */
function unstorable(): readonly (readonly [what: string, value: unknown])[] {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  return [
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['an invalid Date', new Date(Number.NaN)],
    ['a Map', new Map([['k', 1]])],
    ['a Set', new Set([1])],
    [
      'an instance of a class',
      new (class Custom {
        readonly n: number = 1;
      })(),
    ],
    ['a cycle', cycle],
    ['a lone surrogate', '\ud800'],
    ['a list with a hole', Object.assign([1], { 2: 3 })],
  ];
}

/** The cases of the family. */
export const dataCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'DAT-02',
    title: 'data of every kind comes back equal, types included, from jobs, triggers and bundles',
    rules: ['JS-DAT-01'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const data = dataOfEveryKind();
      const of = job('j', { data, persistDataAfterExecution: true });
      await node.put(of, every('t', of, SECOND, { data }));
      ctx.same((await node.store.getJob(of.key))?.data, data, 'the job’s');
      ctx.same((await node.stored(key('t'))).data, data, 'the trigger’s');
      const run = await node.run();
      ctx.same([run.job.data, run.trigger.data], [data, data], 'the bundle’s');
      const changed = { after: dataOfEveryKind() };
      await node.complete(run, 'none', changed);
      ctx.same((await node.store.getJob(of.key))?.data, changed, 'what a run left');
    },
  },
  {
    id: 'DAT-02/refused',
    title: 'data that cannot be kept are refused before anything is written',
    rules: ['JS-DAT-02'],
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { data: { ok: true } });
      await node.put(of);
      for (const [what, value] of unstorable()) {
        for (const data of [{ value }, { deep: [{ value }] }] as JobData[]) {
          await ctx.rejects(
            node.store.storeJob(job('bad', { data })),
            'ERR_INVALID_DATA',
            `a job with ${what}`,
          );
          await ctx.rejects(
            node.store.storeJob(job('j', { data }), { replace: true }),
            'ERR_INVALID_DATA',
            `a replacement with ${what}`,
          );
          await ctx.rejects(
            node.store.storeTrigger(once('bad', of, { data })),
            'ERR_INVALID_DATA',
            `a trigger with ${what}`,
          );
        }
      }
      ctx.includes(await node.store.getCounts(), { jobs: 1, triggers: 0 }, 'the counts');
      ctx.same((await node.store.getJob(of.key))?.data, { ok: true }, 'the job’s data');
    },
  },
  {
    id: 'DAT-04',
    title: 'empty data come back empty, from the store and from a run',
    rules: ['JS-DAT-01'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j', { data: {}, persistDataAfterExecution: true });
      await node.put(of, every('t', of, SECOND, { data: {} }));
      const run = await node.run();
      ctx.same(
        [run.job.data, run.trigger.data, (await node.stored(key('t'))).data],
        [{}, {}, {}],
        'never filled',
      );
      await node.complete(run, 'none', { n: 1 });
      ctx.advance(SECOND);
      await node.complete(await node.run(), 'none', {});
      ctx.same((await node.store.getJob(of.key))?.data, {}, 'emptied by a run');
    },
  },
  {
    id: 'DAT-05',
    title: 'keys of any shape come back as they were',
    rules: ['JS-DAT-01'],
    async run(ctx) {
      const node = await ctx.open();
      const keys = [
        'a.b',
        '.',
        '$set',
        '$date',
        '$$date',
        '$bigint',
        '$bytes',
        '',
        ' ',
        "'",
        '"',
        '\\',
        '\n',
        '0',
        'constructor',
        'toString',
        '🙂',
        'k'.repeat(10_000),
      ];
      const data = {
        ...Object.fromEntries(keys.map((k, n) => [k, n])),
        nested: Object.fromEntries(keys.map((k, n) => [k, { [k]: String(n) }])),
      };
      const lone = Object.fromEntries(keys.map((k) => [`x${k}`, { [k]: 5 }]));
      const of = job('j', { data: { ...data, lone } });
      await node.put(of, once('t', of, { data: { ...data, lone } }));
      ctx.same((await node.store.getJob(of.key))?.data, { ...data, lone }, 'the job’s');
      ctx.same((await node.stored(key('t'))).data, { ...data, lone }, 'the trigger’s');
    },
  },
  {
    id: 'DAT-06',
    title: 'a megabyte of data is kept; more than the declared limit is refused before anything is written',
    rules: ['JS-STO-09'],
    async run(ctx) {
      const node = await ctx.open();
      const { maxDataBytes } = node.store.capabilities;
      ctx.holds(maxDataBytes >= 1024 * 1024, 'a megabyte is allowed', maxDataBytes);
      // Leaves room for what encloses the text.
      const large = { text: 'x'.repeat(1024 * 1024 - 1024) };
      const of = job('j', { data: large });
      await node.put(of, once('t', of, { data: large }));
      ctx.holds(
        (await node.store.getJob(of.key))?.data['text'] === large.text,
        'the job’s data come back',
        'other data',
      );
      ctx.holds(
        (await node.stored(key('t'))).data['text'] === large.text,
        'the trigger’s data come back',
        'other data',
      );
      if (maxDataBytes > 64 * 1024 * 1024) return;
      const tooLarge = { text: 'x'.repeat(maxDataBytes + 1) };
      await ctx.rejects(
        node.store.storeJob(job('more', { data: tooLarge })),
        'ERR_INVALID_DATA',
        'a job with more',
      );
      await ctx.rejects(
        node.store.storeTrigger(once('more', of, { data: tooLarge })),
        'ERR_INVALID_DATA',
        'a trigger with more',
      );
      // Two bytes each.
      const wide = { text: 'ä'.repeat(maxDataBytes / 2 + 1) };
      await ctx.rejects(
        node.store.storeJob(job('more', { data: wide })),
        'ERR_INVALID_DATA',
        'a job with more bytes, in fewer characters',
      );
      ctx.includes(await node.store.getCounts(), { jobs: 1, triggers: 1 }, 'the counts');
    },
  },
  {
    id: 'DAT-08',
    title: 'a key named __proto__ is plain data and pollutes nothing',
    rules: ['JS-DAT-01'],
    async run(ctx) {
      const node = await ctx.open();
      const data = JSON.parse(
        '{"__proto__":{"polluted":true},"nested":{"__proto__":{"polluted":true}},"constructor":{"prototype":{"polluted":true}}}',
      ) as JobData;
      const of = job('j', { data });
      await node.put(of, once('t', of, { data }));
      for (const read of [
        (await node.store.getJob(of.key))?.data,
        (await node.stored(key('t'))).data,
        (await node.run()).job.data,
      ]) {
        const seen = ctx.present(read, 'the data');
        ctx.same(seen, data, 'what is read back');
        ctx.holds(Object.hasOwn(seen, '__proto__'), 'the key is an own property', Object.keys(seen));
        ctx.same((seen as { polluted?: boolean }).polluted, undefined, 'what is inherited');
      }
      ctx.same(({} as { polluted?: boolean }).polluted, undefined, 'what every object inherits');
    },
  },
]);
