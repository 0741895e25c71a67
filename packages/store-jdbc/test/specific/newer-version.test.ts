import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { aJob, aTrigger, endOf, run, start, T0 } from './makers.js';

describe('DAT-09: what a newer release would add to a row', () => {
  it('survives firing, completing, pausing and resuming by this one', async () => {
    const database = new Database(':memory:');
    const { store } = await start({ database });
    const job = aJob('j', { persistDataAfterExecution: true });
    await store.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 't', { everyMs: 1000 })] }]);
    for (const table of ['ametrine_triggers', 'ametrine_jobs']) {
      database.exec(`ALTER TABLE ${table} ADD COLUMN later TEXT`);
      database.exec(`UPDATE ${table} SET later = 'kept'`);
    }

    const [bundle] = await run(store, { now: T0 });
    if (bundle === undefined) throw new Error('nothing ran');
    const end = { ...endOf(bundle, 'none'), changedData: { ran: true } };
    expect(await store.triggeredJobsComplete([end], { now: T0 })).toEqual(['completed']);
    await store.pauseAll();
    await store.resumeAll({ now: T0 });

    const kept = (table: string): unknown => database.prepare(`SELECT later FROM ${table}`).pluck().all();
    expect([kept('ametrine_triggers'), kept('ametrine_jobs')]).toEqual([['kept'], ['kept']]);
    expect((await store.getJob(job.key))?.data).toEqual({ ran: true });
  });
});
