import { allCases, runCase } from '@ametrine/conformance';
import { describe, expect, it } from 'vitest';
import { whyUnavailable } from '../../../../test/servers/mariadb.mjs';
import type { Connections } from '../../src/connections.js';
import type { MysqlConnection } from '../../src/drivers/mysql2.js';
import { type Breaking, broken, type Mutant, testMutants } from './mutants.js';

/**
 * Locks of rows are shown to be needed by mysql-locks.test.ts; the tokens of claims and runs are compared by the store
 * itself, on rows that it has locked.
 */
interface MysqlMutant extends Mutant {
  /** Whether transactions rest before they write, so that others meet what is not locked. */
  readonly widens?: boolean;
}

const mutants: readonly MysqlMutant[] = [
  {
    what: 'changes are not alone with the rows of the scheduler',
    find: /(WHERE id = \d+) FOR UPDATE/g,
    put: '$1',
    widens: true,
    cases: ['CLU-07/race', 'CON-01/race'],
  },
  {
    what: 'steps run beside changes',
    find: 'LOCK IN SHARE MODE',
    put: '',
    widens: true,
    cases: ['CON-07/race', 'CLU-21/race'],
  },
  {
    what: 'claims do not leave out busy jobs',
    find: 'r.run_non_concurrent = 1',
    put: 'r.run_non_concurrent = 1 AND 1 = 0',
    cases: ['PAU-07', 'ACQ-10', 'FIR-13'],
  },
  {
    what: 'claims do not leave out jobs whose run has lost its trigger',
    find: 'e.non_concurrent = 1)',
    put: 'e.non_concurrent = 1 AND 1 = 0)',
    cases: ['CAL-12'],
  },
  {
    what: 'a claim loses the run on the row of its trigger',
    find: /(WHERE t\.id IN \(\?\) AND) t\.run_id IS NOT NULL/g,
    put: '$1 1 = 0',
    cases: ['COM-01', 'COM-10', 'COM-13', 'FIR-04'],
  },
  {
    what: 'the end of a run that overlaps does not ask for its token',
    find: /(DELETE FROM \S+\s+WHERE scheduler_id = \? AND) fire_instance_id IN \(\?\)/g,
    put: '$1 (fire_instance_id IN (?) OR 1 = 1)',
    cases: ['ACQ-30', 'COM-10'],
  },
  {
    what: 'a run that is taken off its row is not asked for its token',
    find: /(UPDATE \S+ AS t [^;]*SET run_id[^;]*) AND t\.run_id IN \(\?\)/g,
    put: '$1 AND (t.run_id IN (?) OR 1 = 1)',
    cases: ['CAL-12'],
  },
  {
    what: 'an end takes a claim for a run',
    find: /t\.run_fired_at,(\s+t\.run_non_concurrent, t\.data IS NULL)/g,
    put: '1,$1',
    cases: ['ACQ-02', 'ACQ-28'],
  },
  {
    what: 'a trigger that is given back stays claimed',
    find: "SET state = 'waiting', claim_id = NULL",
    put: 'SET state = state, claim_id = claim_id',
    cases: ['ACQ-28', 'ACQ-29'],
  },
  {
    what: 'data are written to a job that does not keep them',
    find: 'AND j.persists_data = 1',
    put: '',
    cases: ['COM-15', 'COM-16', 'COM-17'],
  },
  {
    what: 'a trigger stored in a paused group waits',
    find: /(SELECT kind, group_name FROM \S+ WHERE scheduler_id = \?)/g,
    put: '$1 AND 1 = 0',
    cases: ['PAU-12', 'TRG-12', 'PAU-10'],
  },
  {
    what: 'a single trigger is stored without a look at the marks',
    find: "CASE WHEN p.kind IS NULL THEN 'waiting' END",
    put: "'waiting'",
    cases: ['PAU-12', 'PAU-10'],
  },
  {
    what: 'misfires are not looked for',
    find: 'AND t.waiting_at < ?',
    put: 'AND t.waiting_at < ? AND 1 = 0',
    cases: ['ACQ-21', 'MIS-12'],
  },
];

const WRITES = /(^|;\n)(UPDATE|INSERT|DELETE) /;

const breaking: Breaking<Pick<MysqlMutant, 'find' | 'put' | 'widens'>> = (
  node,
  { find, put, widens = false },
  told,
) => {
  const mutate = (connection: MysqlConnection): MysqlConnection => ({
    async query(query) {
      const sql = query.sql.replaceAll(find, put);
      if (sql !== query.sql) told();
      if (widens && WRITES.test(sql)) await connection.query({ sql: 'DO SLEEP(0.01)' });
      return connection.query({ ...query, sql });
    },
  });
  const store = node as unknown as { openConnections(): Promise<Connections<MysqlConnection>> };
  const open = store.openConnections.bind(store);
  store.openConnections = async () => {
    const connections = await open();
    const borrow = connections.borrow.bind(connections);
    connections.borrow = (work) => borrow((connection) => work(mutate(connection)));
    return connections;
  };
};

const reason = await whyUnavailable();

describe.skipIf(reason !== null)(`broken statements${reason === null ? '' : ` (${reason})`}`, async () => {
  if (reason !== null) return;
  const { default: harness } = await import('../../../conformance/harnesses/mariadb.mjs');

  it('are what is noticed, and not the rest before each write', { timeout: 120_000 }, async () => {
    const rests = { find: 'COMMIT', put: 'COMMIT', widens: true };
    const rested = broken(harness, breaking, rests, () => undefined);
    for (const id of mutants.flatMap(({ widens, cases }) => (widens ? cases : []))) {
      for (const kase of allCases.filter((each) => each.id === id))
        expect((await runCase(rested, kase, { deadlineMs: 30_000 })).outcome).not.toBe('fail');
    }
  });

  testMutants(harness, mutants, breaking);
});
