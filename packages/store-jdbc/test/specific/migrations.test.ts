import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ANY_GROUP } from '@ametrine/core';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { aJob, aTrigger, start, temporaryPath } from './makers.js';
import { NodeProcess } from './node-process.js';

function tablesOf(path: string): readonly string[] {
  const database = new Database(path);
  const rows = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
  database.close();
  return (rows as { name: string }[]).map(({ name }) => name);
}

describe('the schema', () => {
  it('is made where there is none', async () => {
    const path = temporaryPath();
    const { store } = await start({ path });
    await store.shutdown();
    expect(tablesOf(path)).toEqual([
      'ametrine_calendars',
      'ametrine_executions',
      'ametrine_instances',
      'ametrine_jobs',
      'ametrine_paused_groups',
      'ametrine_schedulers',
      'ametrine_schema_version',
      'ametrine_trigger_data',
      'ametrine_triggers',
    ]);
  });

  it('is left alone where it is up to date', async () => {
    const path = temporaryPath();
    const first = await start({ path });
    const job = aJob('j');
    await first.store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
    await first.store.shutdown();
    const second = await start({ path });
    expect(await second.store.listTriggers({})).toEqual([aTrigger(job, 't', { everyMs: 1000 })]);
  });

  it('is made once when two processes start at once', async () => {
    for (let round = 0; round < 5; round++) {
      const path = temporaryPath();
      const children = [new NodeProcess(), new NodeProcess()];
      const answers = await Promise.all(
        children.map((child, index) => child.open({ path }, `node-${index}`)),
      );
      expect(answers.map(({ error }) => error)).toEqual([undefined, undefined]);
      await Promise.all(children.map((child) => child.tell('shutdown', { store: 1 })));
      const database = new Database(path);
      expect(database.prepare('SELECT version FROM ametrine_schema_version').all()).toEqual([{ version: 1 }]);
      expect(database.prepare('SELECT count(*) AS n FROM ametrine_schedulers').get()).toEqual({ n: 1 });
      database.close();
      await Promise.all(children.map((child) => child.kill()));
    }
  });

  it('is refused when a newer release made it, and not touched', async () => {
    const path = temporaryPath();
    const { store } = await start({ path });
    await store.shutdown();
    const database = new Database(path);
    database.exec('UPDATE ametrine_schema_version SET version = 2');
    await expect(start({ path })).rejects.toMatchObject({
      code: 'ERR_STORE_SCHEMA',
      retryable: false,
      details: { found: 2, newest: 1, tablePrefix: 'ametrine_' },
    });
    expect(database.prepare('SELECT version FROM ametrine_schema_version').pluck().get()).toBe(2);
    database.close();
  });

  it('that loses a table is said to lack it', async () => {
    const path = temporaryPath();
    const { store } = await start({ path });
    const database = new Database(path);
    database.exec('DROP TABLE ametrine_calendars');
    database.close();
    await expect(store.getCalendar('c')).rejects.toMatchObject({
      code: 'ERR_STORE_SCHEMA',
      message: expect.stringContaining('ametrine_calendars') as string,
    });
    expect(await store.listJobs(ANY_GROUP)).toEqual([]);
  });

  it('keeps schedulers of different names apart', async () => {
    const path = temporaryPath();
    const one = await start({ path }, { schedulerName: 'one' });
    const two = await start({ path }, { schedulerName: 'two' });
    const job = aJob('j', { data: { of: 'one' } });
    await one.store.storeJobAndTrigger(job, aTrigger(job, 't'));
    await one.store.pauseAll();
    await two.store.storeJobAndTrigger(aJob('j', { data: { of: 'two' } }), aTrigger(job, 't'));
    expect((await two.store.getJob(job.key))?.data).toEqual({ of: 'two' });
    expect(await two.store.getTriggerState({ group: 'DEFAULT', name: 't' })).toBe('normal');
    await two.store.clearAllSchedulingData();
    expect(await one.store.getCounts()).toEqual({ jobs: 1, triggers: 1, calendars: 0 });
  });

  it('is compiled into the package as it is written', () => {
    const script = fileURLToPath(new URL('../../scripts/generate-migrations.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
