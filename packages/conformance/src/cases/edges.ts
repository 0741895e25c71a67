/**
 * Cases at the edges of what a value may be: nothing, less than nothing, very long, very deep.
 *
 * @module
 */
import { ANY_GROUP, type JobData } from '@ametrine/core';
import { type ConformanceCase, defineCases } from '../case.js';
import { DAY, every, HOUR, job, key, once, T0 } from '../factories.js';

const EARLY = Date.UTC(1969, 11, 31);
const DEPTH = 40;
/** More than 16 bits can count. */
const LONG = 70_000;

/** Instants, texts and depths. */
export const edgeCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'ACQ-06/early',
    title: 'triggers that were due in 1970 and before are due, and remember that they fired then',
    rules: ['JS-ACQ-02', 'JS-GET-05'],
    routes: 'both',
    async run(ctx) {
      const node = await ctx.open();
      const of = job('j');
      const late = { misfireInstruction: 'ignore' } as const;
      const first = every('first', of, 100 * 365 * DAY, { ...late, at: 0 });
      await node.put(of, first, once('before', of, { ...late, at: EARLY }), once('now', of));
      const runs = await node.runAll();
      ctx.same(
        // Those that fired as they were claimed come first.
        runs
          .map(({ trigger, scheduledFireAt }) => [trigger.key.name, scheduledFireAt] as const)
          .sort((a, b) => a[1] - b[1]),
        [
          ['before', EARLY],
          ['first', 0],
          ['now', T0],
        ],
        'what runs, and when it was due',
      );
      ctx.includes(
        await node.stored(first),
        { startAt: 0, previousFireAt: 0, timesTriggered: 1 },
        'its past',
      );
    },
  },
  {
    id: 'JOB-10/empty-text',
    title: 'every group begins with, ends with and contains the empty text',
    rules: ['JS-GET-04'],
    async run(ctx) {
      const node = await ctx.open();
      const { store } = node;
      for (const of of [job('a', { group: 'one' }), job('b', { group: 'two' })])
        await node.put(of, once('t', of, { group: of.key.group }));
      const all = await store.listJobKeys(ANY_GROUP);
      ctx.same(all.length, 2, 'how many jobs there are');
      for (const matcher of [{ startsWith: '' }, { endsWith: '' }, { contains: '' }]) {
        const what = Object.keys(matcher).join();
        ctx.same(await store.listJobKeys(matcher), all, `jobs by ${what}`);
        ctx.same((await store.listTriggerKeys(matcher)).length, 2, `how many triggers by ${what}`);
        ctx.same(
          (await store.listTriggers({ jobGroup: matcher })).length,
          2,
          `how many by the job’s group, ${what}`,
        );
      }
    },
  },
  {
    id: 'DAT-02/reach',
    title: 'dates before 1970 and in far years, long texts, and deep objects are kept',
    rules: ['JS-DAT-01'],
    async run(ctx) {
      const node = await ctx.open();
      const data: JobData = {
        dates: [new Date(-1), new Date(0), new Date(-62_135_596_800_000), new Date(Date.UTC(9999, 11, 31))],
        text: 'ä'.repeat(LONG),
        deep: nested(DEPTH),
        many: Array.from({ length: 2000 }, (_, n) => n),
      };
      const of = job('j', { data });
      await node.put(of, every('t', of, HOUR, { data }));
      ctx.same((await node.store.getJob(of.key))?.data, data, 'the data of the job');
      ctx.same((await node.stored(key('t'))).data, data, 'the data of the trigger');
    },
  },
]);

function nested(levels: number): JobData {
  return levels === 0 ? { end: 'here' } : { list: [nested(levels - 2)] };
}
