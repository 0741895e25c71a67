import { allCases, runCase } from '@ametrine/conformance';
import { describe, expect, it } from 'vitest';
import { whyUnavailable as whyNoPgbouncer } from '../../../../test/servers/pgbouncer.mjs';
import { whyUnavailable as whyNoPostgres } from '../../../../test/servers/postgres.mjs';

const reason = (await whyNoPostgres()) ?? (await whyNoPgbouncer());

/** A few of each kind; all of them run with `npm run conformance -- --store pgbouncer`. */
const CASES = [
  'LIF-01',
  'JOB-02',
  'TRG-17',
  'PAU-12',
  'ACQ-02/due',
  'ACQ-17',
  'ACQ-25',
  'ACQ-28',
  'ACQ-35',
  'FIR-02',
].concat(
  'COM-01',
  'COM-11',
  'MIS-12',
  'REC-01',
  'CLU-03',
  'CLU-10/suspended',
  'CON-03/race',
  'CON-08',
  'TXN-01',
  'TXN-03',
);

describe.skipIf(reason !== null)(
  `through PgBouncer, which pools transactions${reason === null ? '' : ` (${reason})`}`,
  async () => {
    const { default: harness } = await import('../../../conformance/harnesses/pgbouncer.mjs');

    it.each(CASES)('%s', { timeout: 60_000 }, async (id) => {
      const cases = allCases.filter((each) => each.id === id || each.id === `${id}+due`);
      expect(cases.length, 'cases of that id').toBeGreaterThan(0);
      for (const kase of cases) expect(await runCase(harness, kase)).toMatchObject({ outcome: 'pass' });
    });
  },
);
