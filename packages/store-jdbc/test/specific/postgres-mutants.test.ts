import { describe } from 'vitest';
import { whyUnavailable } from '../../../../test/servers/postgres.mjs';
import type { PostgresDatabase } from '../../src/postgres-database.js';
import type { Sql } from '../../src/sql.js';
import { type Breaking, type Mutant, testMutants } from './mutants.js';

/** Of the hot path. */
const mutants: readonly Mutant[] = [
  {
    what: 'claims do not lock what they find',
    find: /FOR UPDATE OF t SKIP LOCKED/g,
    put: '',
    cases: ['CON-03/race', 'CLU-01/race', 'CLU-18/race'],
  },
  {
    what: 'the first of a batch may be due after the bound',
    find: /AND t\.next_fire_at <= (\$\d+) AND NOT EXISTS/g,
    put: 'AND $1::bigint IS NOT NULL AND NOT EXISTS',
    cases: ['ACQ-06', 'ACQ-07'],
  },
  {
    what: 'a claim leaves what nobody will fire when it is due',
    find: /CASE WHEN h\.at > (\$\d+) AND h\.fires THEN NULL/,
    put: 'CASE WHEN h.at > $1 THEN NULL',
    cases: ['ACQ-35'],
  },
  {
    what: 'a claim tells a later time than that of what it leaves',
    find: /SELECT h\.at, h\.fires FROM \(\(/g,
    put: 'SELECT h.at + 1 AS at, h.fires FROM ((',
    cases: ['ACQ-35'],
  },
  {
    what: 'a claim overwrites the run on the row of its trigger',
    find: 'c.run_id IS NOT NULL)',
    put: 'c.run_id IS NOT NULL AND false)',
    cases: ['COM-01', 'COM-10', 'COM-13', 'FIR-04', 'MDL-01', 'MDL-02', 'MDL-03', 'MDL-04', 'MDL-05'],
  },
  {
    what: 'a fire does not ask for the token of the claim',
    find: "t.state = 'acquired' AND t.claim_id = i.token AND t.run_id IS NOT DISTINCT FROM i.token AND",
    put: "t.state = 'acquired' AND",
    cases: ['PAU-05/resumed'],
  },
  {
    what: 'a fire does not ask whether the trigger is still claimed',
    find: "t.state = 'acquired' AND t.claim_id = i.token AND t.run_id IS NOT DISTINCT FROM i.token AND",
    put: 't.run_id IS NOT DISTINCT FROM i.token AND',
    cases: ['PAU-05', 'FIR-15', 'FIR-08'],
  },
  {
    what: 'an end does not ask for the token of the run',
    find: 't.run_id IS NOT DISTINCT FROM i.token AND t.run_fired_at IS NOT NULL',
    put: 't.run_fired_at IS NOT NULL',
    cases: ['COM-11', 'COM-12', 'CLU-10'],
  },
  {
    what: 'data are written to a job that does not keep them',
    find: 'AND j.persists_data = 1',
    put: '',
    cases: ['COM-15', 'COM-16', 'COM-17'],
  },
  {
    what: 'of several ends the first one’s data stay',
    find: 'c.position DESC',
    put: 'c.position ASC',
    cases: ['COM-15/batch'],
  },
  {
    what: 'a release does not ask for the token of the claim',
    find: 't.run_id IS NOT DISTINCT FROM i.token AND t.run_fired_at IS NULL',
    put: 't.run_fired_at IS NULL',
    cases: ['ACQ-29', 'ACQ-30', 'ACQ-31', 'PAU-05'],
  },
  {
    what: 'a release takes a run back',
    find: 't.run_id IS NOT DISTINCT FROM i.token AND t.run_fired_at IS NULL',
    put: 't.run_id IS NOT DISTINCT FROM i.token',
    cases: ['ACQ-29', 'ACQ-30', 'ACQ-31'],
  },
  {
    what: 'a trigger stored in a paused group waits',
    find: "THEN 'paused' ELSE 'waiting' END",
    put: "THEN 'waiting' ELSE 'waiting' END",
    cases: ['PAU-12', 'TRG-12', 'PAU-10'],
  },
  {
    what: 'a misfire is handled by everybody who saw it',
    find: "AND t.state = 'waiting' AND t.next_fire_at = r.found_at",
    put: '',
    cases: ['MIS-18/race', 'MIS-18/race-processes', 'CON-08'],
  },
  {
    what: 'claims do not wait for misfires to be handled',
    find: /AND NOT EXISTS \(SELECT 1 FROM late\)/g,
    put: '',
    cases: ['ACQ-21', 'MIS-12', 'MIS-14', 'MIS-15', 'ACQ-04'],
  },
];

const breaking: Breaking<Mutant> = (node, { find, put }, told) => {
  const mutate = (statement: Sql): Sql => {
    const text = statement.text.replace(find, put);
    if (text !== statement.text) told();
    return { ...statement, text };
  };
  const store = node as unknown as { connect(): Promise<PostgresDatabase> };
  const connect = store.connect.bind(store);
  store.connect = async () => {
    const database = await connect();
    const batch = database.batch.bind(database);
    database.batch = (statements) => batch(statements.map(mutate));
    return database;
  };
};

const reason = await whyUnavailable();

describe.skipIf(reason !== null)(`broken statements${reason === null ? '' : ` (${reason})`}`, async () => {
  if (reason !== null) return;
  const { default: harness } = await import('../../../conformance/harnesses/postgres.mjs');
  testMutants(harness, mutants, breaking);
});
