import { createConnection, type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMariadb, whyUnavailable } from '../../../../test/servers/mariadb.mjs';
import { aJob, aTrigger, endOf, run, T0 } from './makers.js';
import { type Change, LedNode, Lockstep, somebodyWaits } from './mysql-lockstep.js';

const reason = await whyUnavailable();
const HOUR = 3_600_000;
const AT_ONCE = { now: T0, noLaterThan: T0, maxCount: 1, timeWindowMs: 0, fireDue: true };
const AHEAD = { now: T0, noLaterThan: T0 + HOUR, maxCount: 1, timeWindowMs: 0, fireDue: false };

/** Two nodes do something at once; what came of it is counted. */
interface Contest {
  readonly lock: string;
  /** Takes the lock away. */
  readonly without: Change;
  /** How often something happened, and how often it does without the lock. */
  readonly right: number;
  readonly wrong: number;
  play(a: LedNode, b: LedNode, lockstep: Lockstep, change: Change | null): Promise<number>;
}

async function claimedAtOnce(
  a: LedNode,
  b: LedNode,
  lockstep: Lockstep,
  change: Change | null,
): Promise<number> {
  const results = await lockstep.meet(
    change,
    [a, () => a.acquireNextTriggers(AT_ONCE)],
    [b, () => b.acquireNextTriggers(AT_ONCE)],
  );
  return results.reduce((sum, { acquired, fired }) => sum + acquired.length + fired.length, 0);
}

const contests: readonly Contest[] = [
  {
    lock: 'of a trigger that is claimed',
    without: { find: /FOR UPDATE SKIP LOCKED/g, put: '' },
    right: 1,
    wrong: 2,
    async play(a, b, lockstep, change) {
      const job = aJob('claimed');
      await a.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 'c')] }]);
      return claimedAtOnce(a, b, lockstep, change);
    },
  },
  {
    lock: 'of a job that must not run twice, while one of its triggers is claimed',
    without: { find: /(ORDER BY j\.id) FOR UPDATE/g, put: '$1' },
    right: 1,
    wrong: 2,
    async play(a, b, lockstep, change) {
      const job = aJob('exclusive', { nonConcurrent: true });
      await a.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 'x1'), aTrigger(job, 'x2')] }]);
      return claimedAtOnce(a, b, lockstep, change);
    },
  },
  {
    lock: 'of a trigger that has misfired',
    without: { find: /(t\.id IN \(\?\) AND t\.waiting_at IS NOT NULL) FOR UPDATE SKIP LOCKED/g, put: '$1' },
    right: 1,
    wrong: 2,
    async play(a, b, lockstep, change) {
      const job = aJob('late');
      await a.storeJobsAndTriggers([
        { job, triggers: [aTrigger(job, 'm', { at: T0 - HOUR, everyMs: 2 * HOUR })] },
      ]);
      await lockstep.meet(
        change,
        [a, () => a.acquireNextTriggers(AT_ONCE)],
        [b, () => b.acquireNextTriggers(AT_ONCE)],
      );
      return [...a.signals.recorded, ...b.signals.recorded].filter(([name]) => name === 'triggerMisfired')
        .length;
    },
  },
  {
    lock: 'of a trigger whose run ends',
    without: { find: /(t\.trigger_name = k\.name\s+)FOR UPDATE/g, put: '$1' },
    right: 1,
    wrong: 2,
    async play(a, b, lockstep, change) {
      const job = aJob('ends');
      await a.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 'e', { everyMs: HOUR })] }]);
      const ends = (await run(a)).map((bundle) => endOf(bundle));
      const outcomes = await lockstep.meet(
        change,
        [a, () => a.triggeredJobsComplete(ends, { now: T0 })],
        [b, () => b.triggeredJobsComplete(ends, { now: T0 })],
      );
      return outcomes.flat().filter((outcome) => outcome === 'completed').length;
    },
  },
  {
    lock: 'of a trigger that fires',
    without: { find: /(t\.trigger_name = k\.name\s+)FOR UPDATE/g, put: '$1' },
    right: 1,
    wrong: 2,
    async play(a, b, lockstep, change) {
      const job = aJob('fires');
      await a.storeJobsAndTriggers([{ job, triggers: [aTrigger(job, 'f', { at: T0 + 1, everyMs: HOUR })] }]);
      const { acquired } = await a.acquireNextTriggers(AHEAD);
      const results = await lockstep.meet(
        change,
        [a, () => a.triggersFired(acquired, { now: T0 + 1 })],
        [b, () => b.triggersFired(acquired, { now: T0 + 1 })],
      );
      return results.flat().filter(({ kind }) => kind === 'fired').length;
    },
  },
  {
    lock: 'of a job that has come not to run twice, while its triggers fire',
    without: { find: /(ORDER BY j\.id) FOR UPDATE/g, put: '$1' },
    right: 1,
    wrong: 2,
    async play(a, b, lockstep, change) {
      const job = aJob('becomes');
      const triggers = ['n1', 'n2'].map((name) => aTrigger(job, name, { at: T0 + 1 }));
      await a.storeJobsAndTriggers([{ job, triggers }]);
      const [first, second] = [await a.acquireNextTriggers(AHEAD), await b.acquireNextTriggers(AHEAD)];
      await a.storeJob(aJob('becomes', { nonConcurrent: true }), { replace: true });
      const results = await lockstep.meet(
        change,
        [a, () => a.triggersFired(first.acquired, { now: T0 + 1 })],
        [b, () => b.triggersFired(second.acquired, { now: T0 + 1 })],
      );
      return results.flat().filter(({ kind }) => kind === 'fired').length;
    },
  },
];

describe.skipIf(reason !== null)('locks on MySQL', () => {
  let server: Awaited<ReturnType<typeof startMariadb>>;
  let admin: Connection;

  beforeAll(async () => {
    server = await startMariadb();
    admin = await createConnection(server.url);
  });
  afterAll(async () => {
    admin?.destroy();
    await server?.stop();
  });

  let prefixes = 0;
  async function twoNodes(): Promise<readonly [LedNode, LedNode, Lockstep]> {
    const lockstep = new Lockstep(admin);
    const prefix = `locks${prefixes++}_`;
    const nodes = [1, 2].map(() => new LedNode(lockstep, server.url, prefix)) as [LedNode, LedNode];
    onTestFinished(async () => void (await Promise.all(nodes.map((node) => node.shutdown()))));
    for (const [index, node] of nodes.entries()) await node.begin(`node-${index}`);
    return [...nodes, lockstep];
  }

  it.each(contests)('keep nodes apart: $lock', async ({ play, right }) => {
    expect(await play(...(await twoNodes()), null)).toBe(right);
  });

  it.each(contests)('are what keeps them apart: $lock', async ({ play, without, wrong }) => {
    expect(await play(...(await twoNodes()), without)).toBe(wrong);
  });

  it('make who stores a trigger wait for a pause that is under way, and see it', async () => {
    const [node] = await twoNodes();
    const job = aJob('paused');
    await node.storeJob(job);
    const prefix = `locks${prefixes - 1}_`;
    const pausing = await createConnection(server.url);
    onTestFinished(() => pausing.destroy());
    await pausing.query('BEGIN');
    await pausing.query(`SELECT id FROM ${prefix}schedulers FOR UPDATE`);
    const stored = node.storeTrigger(aTrigger(job, 'p'));
    const first = Promise.race([
      stored.then(() => 'it is stored'),
      somebodyWaits(admin).then(() => 'it waits'),
    ]);
    expect(await first).toBe('it waits');
    await pausing.query(
      `INSERT INTO ${prefix}paused_groups SELECT id, 'trigger', 'DEFAULT' FROM ${prefix}schedulers`,
    );
    await pausing.query('COMMIT');
    await stored;
    expect(await node.getTriggerState(aTrigger(job, 'p').key)).toBe('paused');
  });
});
