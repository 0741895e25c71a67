import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ANY_GROUP } from '@ametrine/core';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startPostgres, whyUnavailable } from '../../../../test/servers/postgres.mjs';
import { PostgresJobStore } from '../../src/postgres.js';
import { aJob, aTrigger, endOf, namesOf, RecordedSignals, run, T0 } from './makers.js';

const SIZE_MIB = 24;

/** A disk as small as it is needed; answers its folder. */
function mountSmallDisk(): string {
  const id = (flag: string): string => execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim();
  const folder = mkdtempSync(join(tmpdir(), 'ametrine-small-'));
  const options = `size=${SIZE_MIB}m,mode=700,uid=${id('-u')},gid=${id('-g')}`;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return folder;
}

async function whyNot(): Promise<string | null> {
  const reason = await whyUnavailable({ killable: true });
  if (reason !== null) return reason;
  if (userInfo().uid !== 0) return 'only root can mount a small disk';
  try {
    unmount(mountSmallDisk());
    return null;
  } catch (error) {
    return `a small disk cannot be mounted: ${(error as Error).message}`;
  }
}

function unmount(folder: string): void {
  execFileSync('umount', [folder], { stdio: 'pipe' });
  rmdirSync(folder);
}

const reason = await whyNot();

describe.skipIf(reason !== null)(`a disk that is full${reason === null ? '' : ` (${reason})`}`, () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let admin: pg.Client;
  let disk: string;

  beforeAll(async () => {
    server = await startPostgres({ killable: true });
    admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    disk = mountSmallDisk();
    await admin.query(`CREATE TABLESPACE small LOCATION '${disk}'`);
  });
  afterAll(async () => {
    await admin?.end();
    await server?.stop();
    if (disk !== undefined) unmount(disk);
  });

  it('takes the step back, says so, and goes on when there is room', async () => {
    const options = '-c default_tablespace=small';
    const pool = new pg.Pool({ connectionString: server.url, max: 2, options });
    const signals = new RecordedSignals();
    const store = new PostgresJobStore({ pool, listen: false });
    onTestFinished(async () => {
      await store.shutdown();
      await pool.end();
    });
    await store.initialize({
      schedulerName: 'tested',
      instanceId: 'n1',
      signals,
      jobClassResolver: { description: 'the test', resolve: () => () => undefined },
    });
    await store.schedulerStarted({ now: T0, checkInIntervalMs: 7500 });
    const job = aJob('j');
    await store.storeJobAndTrigger(job, aTrigger(job, 't', { everyMs: 1000 }));
    const bundles = await run(store);
    expect(namesOf(bundles)).toEqual(['t']);

    // What others put there leaves room for nothing but what the tables have free already.
    await admin.query('CREATE TABLE ballast (filling TEXT) TABLESPACE small');
    await admin.query('ALTER TABLE ballast ALTER COLUMN filling SET STORAGE EXTERNAL');
    for (const size of [1_000_000, 50_000, 4000]) {
      for (;;) {
        try {
          await admin.query(`INSERT INTO ballast SELECT repeat('x', ${size})`);
        } catch (error) {
          expect(error).toMatchObject({ code: '53100' });
          break;
        }
      }
    }
    const many = Array.from({ length: 2000 }, (_, index) => aTrigger(aJob('big'), `big${index}`));
    const full = { code: 'ERR_STORE_FULL', retryable: true, cause: { code: '53100' } };
    await expect(store.storeJobsAndTriggers([{ job: aJob('big'), triggers: many }])).rejects.toMatchObject(
      full,
    );
    expect((await store.listJobs(ANY_GROUP)).map(({ key }) => key.name)).toEqual(['j']);
    expect(await store.getCounts()).toEqual({ jobs: 1, triggers: 1, calendars: 0 });
    // The end of a run needs no more room than its trigger has.
    const ends = bundles.map((bundle) => endOf(bundle));
    expect(await store.triggeredJobsComplete(ends, { now: T0 })).toEqual(['completed']);

    await admin.query('DROP TABLE ballast');
    await store.storeJobsAndTriggers([{ job: aJob('big'), triggers: many }]);
    expect(await store.getCounts()).toEqual({ jobs: 2, triggers: 2001, calendars: 0 });
    expect(await run(store)).toHaveLength(1000);
  });
});
