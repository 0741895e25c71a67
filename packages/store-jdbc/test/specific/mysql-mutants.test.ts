import { allCases, type Harness, runCase } from '@ametrine/conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { whyUnavailable } from '../../../../test/servers/mariadb.mjs';
import type { MysqlConnection } from '../../src/drivers/mysql2.js';
import type { MysqlConnections } from '../../src/mysql-database.js';

/**
 * A statement with one thing wrong, and cases of which one must notice. The tokens of claims and runs are compared by the
 * store itself, on rows that it has locked.
 */
interface Mutant {
  readonly what: string;
  readonly find: string | RegExp;
  readonly put: string;
  /** Whether transactions rest before they write, so that others meet what is not locked. */
  readonly widens?: boolean;
  readonly cases: readonly string[];
}

const mutants: readonly Mutant[] = [
  {
    what: 'claims do not lock what they find',
    find: 'FOR UPDATE SKIP LOCKED',
    put: '',
    cases: ['CON-03/race', 'CLU-01/race', 'CLU-18/race'],
  },
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
    find: /(UPDATE \S+ AS t SET run_id[^;]*) AND t\.run_id IN \(\?\)/g,
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
    what: 'misfires are not looked for',
    find: 'AND t.waiting_at < ?',
    put: 'AND t.waiting_at < ? AND 1 = 0',
    cases: ['ACQ-21', 'MIS-12'],
  },
];

const WRITES = /(^|;\n)(UPDATE|INSERT|DELETE) /;

const reason = await whyUnavailable();

describe.skipIf(reason !== null)(`broken statements${reason === null ? '' : ` (${reason})`}`, async () => {
  if (reason !== null) return;
  const { default: harness } = await import('../../../conformance/harnesses/mariadb.mjs');
  const found = new Set<string>();
  afterAll(() => {
    expect([...found].sort()).toEqual(mutants.map(({ what }) => what).sort());
  });

  it('are what is noticed, and not the rest before each write', { timeout: 120_000 }, async () => {
    const rested = breaking(harness, { find: 'COMMIT', put: 'COMMIT', widens: true }, () => undefined);
    for (const id of mutants.flatMap(({ widens, cases }) => (widens ? cases : []))) {
      for (const kase of allCases.filter((each) => each.id === id))
        expect((await runCase(rested, kase, { deadlineMs: 30_000 })).outcome).not.toBe('fail');
    }
  });

  it.each(mutants)('are noticed: $what', { timeout: 120_000 }, async (mutant) => {
    const broken = breaking(harness, mutant, () => found.add(mutant.what));
    const seen: string[] = [];
    for (const id of mutant.cases) {
      for (const kase of allCases.filter((each) => each.id === id || each.id === `${id}+due`)) {
        const result = await runCase(broken, kase, { deadlineMs: 10_000 });
        seen.push(`${kase.id} ${result.outcome}`);
        if (result.outcome === 'fail') return;
      }
    }
    expect.fail(`nobody noticed: ${seen.join(', ')}`);
  });
});

/** The harness with a store that sends the broken statement. */
function breaking(
  harness: Harness,
  { find, put, widens = false }: Pick<Mutant, 'find' | 'put' | 'widens'>,
  told: () => void,
): Harness {
  const mutate = (connection: MysqlConnection): MysqlConnection => ({
    async query(query) {
      const sql = query.sql.replaceAll(find, put);
      if (sql !== query.sql) told();
      if (widens && WRITES.test(sql)) await connection.query({ sql: 'DO SLEEP(0.01)' });
      return connection.query({ ...query, sql });
    },
  });
  return {
    ...harness,
    async openNamespace() {
      const namespace = await harness.openNamespace();
      return {
        ...namespace,
        async openNode(options) {
          const node = await namespace.openNode(options);
          const store = node.store as unknown as { openConnections(): Promise<MysqlConnections> };
          const open = store.openConnections.bind(store);
          store.openConnections = async () => {
            const connections = await open();
            const borrow = connections.borrow.bind(connections);
            connections.borrow = (work) => borrow((connection) => work(mutate(connection)));
            return connections;
          };
          return node;
        },
      };
    },
  };
}
