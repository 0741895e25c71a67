/**
 * Cases that broken stores called for: data.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { every, job, key, once, SECOND } from '../factories.js';

/** Texts that some stores take for something else. */
const TEXTS = {
  windows: 'a\r\nb',
  mac: 'a\rb',
  blanks: '  a  ',
  controls: '\u0001\u001f\u007f\u0085',
  instant: '2026-03-02T10:00:00.000Z',
  day: '2026-03-02',
  number: '12345678901234567890',
  float: '1e3',
  yes: 'true',
  nothing: 'null',
  json: '{"a":[1]}',
  tagged: '{"$date":"2026-03-02T10:00:00Z"}',
  big: '1n',
  order: '\ufeffa\u200b',
} as const;

/** Numbers at the edges of their kinds. */
const NUMBERS = {
  least: Number.MIN_SAFE_INTEGER,
  tiny: Number.MIN_VALUE,
  huge: Number.MAX_VALUE,
  third: 1 / 3,
  beyond32: 2 ** 32 + 1,
  negative: -(2 ** 31) - 1,
  beyond64: 2n ** 64n,
  below64: -(2n ** 64n),
  zero: 0n,
} as const;

/** Data. */
export const provenDataCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'DAT-02/texts',
    title: 'texts are kept to the letter, and numbers to the last digit, whatever they look like',
    rules: ['JS-DAT-01'],
    async run(ctx) {
      const node = await ctx.open();
      const data = { ...TEXTS, ...NUMBERS, list: Object.values(TEXTS), within: { ...TEXTS, ...NUMBERS } };
      const of = job('j', { persistDataAfterExecution: true, data });
      await node.put(of, every('t', of, SECOND, { data }));
      ctx.same((await node.store.getJob(of.key))?.data, data, 'the data of the job');
      ctx.same((await node.stored(key('t'))).data, data, 'the data of the trigger');
      const run = await node.run();
      ctx.same([run.job.data, run.trigger.data], [data, data], 'the data of the run');
      const changed = { ...data, more: 1 };
      await node.complete(run, 'none', changed);
      ctx.same((await node.store.getJob(of.key))?.data, changed, 'the data that the run left');
    },
  },
  {
    id: 'DAT-02/tagged',
    title: 'plain objects that look like a store’s own notation come back as they were',
    rules: ['JS-DAT-01'],
    async run(ctx) {
      const { store } = await ctx.open();
      const data = Object.fromEntries(
        [
          '$date',
          '$bigint',
          '$bytes',
          '$type',
          '@type',
          '__type',
          '$',
          '$$',
          '_id',
          '$oid',
          '$numberLong',
        ].map((name) => [name, { [name]: '1', value: [{ [name]: { [name]: 2 } }] }]),
      );
      await store.storeJob(job('j', { data }));
      ctx.same((await store.getJob(key('j')))?.data, data, 'the data');
    },
  },
  {
    id: 'DAT-02/whole-bulk',
    title: 'a bulk with data that cannot be kept stores nothing, wherever they stand in it',
    rules: ['JS-DAT-02', 'JS-STO-07'],
    async run(ctx) {
      const { store } = await ctx.open();
      const odd = { odd: Number.NaN };
      const good = job('good');
      const bad = job('bad', { data: odd });
      const bulks = [
        [
          { job: good, triggers: [once('t', good)] },
          { job: bad, triggers: [] },
        ],
        [{ job: good, triggers: [once('t', good), once('u', good, { data: odd })] }],
      ];
      for (const bulk of bulks) {
        await ctx.rejects(store.storeJobsAndTriggers(bulk), 'ERR_INVALID_DATA', 'the bulk');
        await ctx.rejects(
          store.storeJobsAndTriggers(bulk, { replace: true }),
          'ERR_INVALID_DATA',
          'with replace',
        );
        ctx.includes(await store.getCounts(), { jobs: 0, triggers: 0 }, 'what is stored');
      }
    },
  },
]);
