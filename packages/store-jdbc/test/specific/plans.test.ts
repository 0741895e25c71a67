import { defineCalendar } from '@ametrine/core';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SqliteStatement } from '../../src/sqlite.js';
import { aJob, aTrigger, endOf, run, start, T0 } from './makers.js';

/** A database that remembers the statements it was asked to prepare. */
class RecordingDatabase extends Database {
  readonly texts = new Set<string>();
  override prepare(text: string): never {
    this.texts.add(text);
    return super.prepare(text) as never;
  }
}

const TRIGGERS = 1000;

/** Goes through every step of the hot path, with overlapping runs, a non-concurrent job and misfires among them. */
async function everyStep(database: RecordingDatabase): Promise<void> {
  const { store } = await start({ database });
  const jobs = [aJob('many'), aJob('exclusive', { nonConcurrent: true }), aJob('own', { durable: false })];
  const [many, exclusive, own] = jobs as [(typeof jobs)[0], (typeof jobs)[0], (typeof jobs)[0]];
  await store.storeCalendar('c', defineCalendar({ weekly: ['SUN'], timeZone: 'UTC' }), { now: T0 });
  const triggers = Array.from({ length: TRIGGERS }, (_, index) =>
    aTrigger(many, `t${index}`, { at: T0 + 3_600_000 + index, calendar: 'c' }),
  );
  await store.storeJobsAndTriggers([
    { job: many, triggers: [...triggers, aTrigger(many, 'overlapping', { everyMs: 1000 })] },
    { job: exclusive, triggers: [aTrigger(exclusive, 'x1'), aTrigger(exclusive, 'x2')] },
    { job: own, triggers: [aTrigger(own, 'o1'), aTrigger(own, 'late', { at: T0 - 3_600_000 })] },
  ]);
  const bundles = [...(await run(store)), ...(await run(store, { now: T0 + 1000 }))];
  const ahead = await store.acquireNextTriggers({
    now: T0,
    noLaterThan: T0 + 7_200_000,
    maxCount: 3,
    timeWindowMs: 0,
    fireDue: true,
  });
  await store.releaseAcquiredTriggers(ahead.acquired);
  await store.triggeredJobsComplete(
    bundles.map((bundle) => endOf(bundle, bundle.trigger.nextFireAt === null ? 'deleteTrigger' : 'none')),
    { now: T0 },
  );
  await store.checkIn({ now: T0 });
  await store.getTriggerState({ group: 'DEFAULT', name: 'x2' });
  await store.removeCalendar('c').catch(() => undefined);
  await store.listUpcomingTriggers(5);
  await store.listTriggersOfJob(many.key);
  await store.listJobGroups();
  await store.listTriggerGroups();
  await store.pauseTriggers({ equals: 'none' });
  await store.pauseJob(exclusive.key);
  await store.resumeJob(exclusive.key, { now: T0 });
}

/** The lines of the plans of all statements that read or write triggers. */
function planned(database: RecordingDatabase): ReadonlyMap<string, readonly string[]> {
  const plans = new Map<string, readonly string[]>();
  for (const text of database.texts) {
    if (!/^(SELECT|UPDATE|DELETE|INSERT|WITH)/.test(text)) continue;
    const explain = Database.prototype.prepare.call(
      database,
      `EXPLAIN QUERY PLAN ${text}`,
    ) as SqliteStatement;
    const count = (text.match(/\?/g) ?? []).length;
    // Lists are JSON; any other parameter may be any value.
    const rows = explain.all(Array.from({ length: count }, () => '[]')) as { detail: string }[];
    plans.set(
      text,
      rows.map(({ detail }) => detail),
    );
  }
  return plans;
}

/**
 * What goes through all triggers, or all of one scheduler, by the table or by an index. The indexes of what runs hold
 * what runs only.
 */
const WHOLE_SCAN =
  /^SCAN (t|f|ametrine_triggers)\b(?! USING (COVERING )?INDEX ametrine_triggers_(running|exclusive))|^SEARCH (t|f|ametrine_triggers) USING INDEX ametrine_triggers_key \(scheduler_id=\?\)$/;

describe('the plans of the statements', () => {
  let database: RecordingDatabase;
  beforeEach(async () => {
    database = new RecordingDatabase(':memory:');
    await everyStep(database);
  });

  it.each(['as it is', 'with statistics'])('read no more than is asked for: %s', (statistics) => {
    if (statistics === 'with statistics') database.exec('ANALYZE');
    const plans = planned(database);
    expect(plans.size).toBeGreaterThan(30);
    for (const [text, lines] of plans) {
      expect({ text, scans: lines.filter((line) => WHOLE_SCAN.test(line)) }).toEqual({ text, scans: [] });
    }
  });

  it.each(['as it is', 'with statistics'])('find what is due in order, without sorting: %s', (statistics) => {
    if (statistics === 'with statistics') database.exec('ANALYZE');
    const due = [...planned(database)].filter(([text]) => text.includes('ORDER BY next_fire_at'));
    // The claim with and without jobs set aside, the misfire pass, the look at the first, and the list of upcoming ones.
    expect(due.length).toBeGreaterThanOrEqual(4);
    for (const [text, lines] of due) {
      const used = lines.filter((line) =>
        /^SEARCH t USING INDEX ametrine_triggers_due \(scheduler_id=\? AND ignores_misfire=\? AND .*next_fire_at/.test(
          line,
        ),
      );
      expect({ text, used: used.length > 0 }).toEqual({ text, used: true });
      expect({ text, sorts: lines.filter((line) => line.includes('TEMP B-TREE')) }).toEqual({
        text,
        sorts: [],
      });
    }
  });

  it('use every index that there is', () => {
    const names = Database.prototype.prepare
      .call(database, "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'ametrine%'")
      .pluck()
      .all() as string[];
    const used = [...planned(database).values()].flat().join('\n');
    expect(names).toHaveLength(8);
    expect(names.filter((name) => !used.includes(name))).toEqual([]);
  });

  it('are as many for a large batch as for a small one', async () => {
    const statementsFor = async (size: number): Promise<readonly number[]> => {
      const counted = new CountingDatabase(':memory:');
      const { store } = await start({ database: counted });
      const job = aJob('j');
      const triggers = Array.from({ length: size }, (_, index) => aTrigger(job, `t${index}`));
      await store.storeJobsAndTriggers([{ job, triggers }]);
      counted.sets = 0;
      const bundles = await run(store, { maxCount: size });
      const toFire = counted.sets;
      expect(bundles).toHaveLength(size);
      await store.triggeredJobsComplete(
        bundles.map((bundle) => endOf(bundle, 'deleteTrigger')),
        { now: T0 },
      );
      return [toFire, counted.sets - toFire];
    };
    const few = await statementsFor(2);
    expect(await statementsFor(400)).toEqual(few);
    expect(Math.max(...few)).toBeLessThan(12);
  });
});

/** Counts executions of statements, but for those that go row by row: they cost no round trip here. */
class CountingDatabase extends Database {
  sets = 0;
  override prepare(text: string): never {
    const statement = super.prepare(text);
    const isSet = !/WHERE id = \?$|^INSERT .* VALUES|^(BEGIN|COMMIT|PRAGMA)/.test(text);
    const count = <F extends (...parameters: never[]) => unknown>(method: F): F =>
      ((...parameters) => {
        if (isSet) this.sets += 1;
        return method.call(statement, ...parameters);
      }) as F;
    statement.all = count(statement.all);
    statement.run = count(statement.run);
    return statement as never;
  }
}
