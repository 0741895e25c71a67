import type { ClaimRequest } from '@ametrine/core/spi';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, whyUnavailable } from '../../../../test/servers/postgres.mjs';
import { postgresDialect } from '../../src/dialects/postgres.js';
import { claimTriggers } from '../../src/hot-path-postgres/claim-statement.js';
import { endingOfDurable, endingStatements } from '../../src/hot-path-postgres/completing.js';
import { fireClaims, plainFire } from '../../src/hot-path-postgres/firing.js';
import { selectMisfiredRows } from '../../src/hot-path-postgres/misfires.js';
import { releaseClaims } from '../../src/hot-path-postgres/releasing.js';
import { insertTrigger, insertTriggers } from '../../src/hot-path-postgres/storing.js';
import { printSchema } from '../../src/schema.js';
import { SqlSchema, SqlScope } from '../../src/scope.js';
import type { Sql } from '../../src/sql.js';
import { aJob, aTrigger, T0 } from './makers.js';

/** A node of a plan as PostgreSQL tells it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Subplan Name'?: string;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

const BATCH = 100;
const reason = await whyUnavailable();

describe.skipIf(reason !== null)(`plans${reason === null ? '' : ` (${reason})`}`, () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let client: pg.Client;
  beforeAll(async () => {
    server = await startPostgres();
    client = new pg.Client({ connectionString: server.url });
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });

  it.each([1000, 1_000_000])(
    'of the hot path go by an index, for any values, with %d triggers',
    {
      timeout: 600_000,
    },
    async (triggers) => {
      const schema = `with_${triggers}`;
      const scope = new SqlScope(new SqlSchema(postgresDialect(schema), 'ametrine_'), 1);
      await client.query(`CREATE SCHEMA ${schema}; SET search_path = ${schema}`);
      await client.query(printSchema('postgres', { schema }));
      await fill(triggers);
      await client.query('SET plan_cache_mode = force_generic_plan');
      for (const [what, statement] of statements(scope)) {
        const nodes = [...(await planned(statement))];
        const through = nodes.filter(
          (node) =>
            /Seq Scan/.test(node['Node Type']) && /_(triggers|jobs)$/.test(node['Relation Name'] ?? ''),
        );
        // Of a table of a few pages reading all of it is the best plan there is.
        if (triggers > 1000) expect(through, `${what}: a scan of a whole table`).toEqual([]);
        const read = nodes
          .filter((node) => node['Relation Name']?.endsWith('_triggers'))
          .map(
            (node) =>
              ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) *
              (node['Actual Loops'] ?? 1),
          );
        expect(Math.max(0, ...read), `${what}: rows of triggers read`).toBeLessThanOrEqual(
          triggers > 1000 ? 4 * BATCH : triggers,
        );
        for (const name of ['CTE heeding', 'CTE ignoring', 'CTE late']) {
          const found = nodes.find((node) => node['Subplan Name'] === name);
          const below = found === undefined ? [] : [...within(found)];
          expect(
            below.filter((node) => node['Node Type'].includes('Sort')),
            `${what}: ${name} is sorted`,
          ).toEqual([]);
        }
      }
    },
  );

  /** As many triggers, half of them due, of a hundredth as many jobs. */
  async function fill(count: number): Promise<void> {
    await client.query("INSERT INTO ametrine_schedulers (scheduler_name) VALUES ('s')");
    await client.query(
      `INSERT INTO ametrine_jobs (scheduler_id, job_group, job_name, job_class, durable, requests_recovery, non_concurrent,
         persists_data, data) SELECT 1, 'DEFAULT', 'j' || n, 'Work', 0, 0, 0, 0, '{}' FROM generate_series(0, $1) AS n`,
      [count / 100],
    );
    await client.query(
      `INSERT INTO ametrine_triggers (scheduler_id, job_id, next_fire_at, start_at, times_triggered, precedence,
         trigger_group, trigger_name, state, misfire_instruction, schedule, data)
       SELECT 1, 1 + n / 100, $2::bigint + n - $1::bigint / 2, $2::bigint, 0, -5, 'DEFAULT', 't' || n, 'waiting', 'smart',
         '{"type":"simple","repeatCount":0,"repeatIntervalMs":0}', '{}' FROM generate_series(0, $1::bigint - 1) AS n`,
      [count, T0],
    );
    await client.query('ANALYZE');
  }

  function statements(scope: SqlScope): readonly (readonly [string, Sql])[] {
    const { sql } = scope;
    const job = aJob('j1', { durable: false });
    const many = Array.from({ length: BATCH }, (_, n) => aTrigger(job, `t${n}`));
    const claims = many.map((trigger, n) => ({ fireInstanceId: `f${n}`, trigger, jobClass: 'Work' }));
    const tell = (candidateAt: Sql): Sql => sql`pg_notify('plans', ${candidateAt})::text`;
    const request: ClaimRequest = {
      now: T0,
      noLaterThan: T0,
      maxCount: BATCH,
      timeWindowMs: 0,
      misfiredBefore: T0 - 1_000_000_000,
      maxMisfires: 20,
      fireableClasses: new Set(['Work']),
      excludedClasses: new Set(),
      mayLeave: true,
      instanceId: 'n',
      newFireInstanceId: () => 'f',
    };
    const range = { token: 'f', maxCount: BATCH, end: null, onlyWithoutMisfires: true };
    const fires = claims.flatMap((claim) => plainFire(claim) ?? []);
    const ends = claims.map(({ fireInstanceId, trigger }) => ({
      fireInstanceId,
      trigger,
      jobKey: job.key,
      instruction: 'deleteTrigger' as const,
      changedData: { n: 1 },
    }));
    const fresh = many.map((trigger, n) => ({ ...trigger, key: { group: 'new', name: `${n}` } }));
    return [
      ['the search for misfires', selectMisfiredRows(scope, request)],
      ['a claim', claimTriggers(scope, request, range)],
      [
        'a claim that leaves classes out',
        claimTriggers(scope, { ...request, excludedClasses: new Set(['Other']) }, range),
      ],
      ['a fire', fireClaims(scope, fires, T0)],
      ['an end of runs of durable jobs', endingOfDurable(scope, ends, tell)],
      ['a release', releaseClaims(scope, claims, tell)],
      ...endingStatements(scope, ends, tell).map(
        (statement, n) => [`an end, part ${n + 1}`, statement] as const,
      ),
      ['storing', insertTriggers(scope, fresh, tell)],
      ['storing one', insertTrigger(scope, fresh[0] as (typeof fresh)[number], tell) as Sql],
    ];
  }

  /** Executes a statement and takes it back; answers the nodes of its plan. */
  async function planned({ text, values }: Sql): Promise<Iterable<PlanNode>> {
    await client.query('BEGIN');
    try {
      await client.query(`PREPARE planned AS ${text}`);
      const literals = values.map((value) =>
        value === null
          ? 'NULL'
          : pg.escapeLiteral(Array.isArray(value) ? arrayLiteral(value) : String(value)),
      );
      const call = literals.length === 0 ? 'planned' : `planned(${literals.join(', ')})`;
      const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE ${call}`);
      return within(rows[0]['QUERY PLAN'][0].Plan as PlanNode);
    } finally {
      await client.query('ROLLBACK; DEALLOCATE ALL');
    }
  }
});

function arrayLiteral(values: readonly unknown[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : JSON.stringify(String(value)))).join(',')}}`;
}

function* within(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* within(child);
}
