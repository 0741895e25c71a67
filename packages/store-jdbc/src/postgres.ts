/**
 * `@ametrine/store-jdbc/postgres`: a JobStore in PostgreSQL, through pg.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import {
  type AcquiredTrigger,
  type AtTime,
  type ClaimRequest,
  type ClaimResult,
  type Completion,
  type CompletionOutcome,
  type DynamicJobStore,
  dynamicJobStore,
  type Effects,
  type FireOutcome,
  invalidArgument,
  isSchedulerError,
  type JobWithTriggers,
  type Recovery,
  type SteadyCheckIn,
  type StoreCapabilities,
  type StoreContext,
  type StoreTransaction,
} from '@ametrine/core/spi';
import { type Connections, SingleConnection } from './connections.js';
import type { Database } from './database.js';
import { postgresDialect } from './dialects/postgres.js';
import type { Driver } from './drivers/driver.js';
import { loadPg, type PgClient } from './drivers/pg.js';
import { postgresFault } from './errors.js';
import { isSetBased } from './hot-path/completing.js';
import { claim } from './hot-path-postgres/claiming.js';
import { DurableJobs, endRunsOnRows } from './hot-path-postgres/completing.js';
import { fireClaims, type PlainFire, plainFire, readFired } from './hot-path-postgres/firing.js';
import { LostClaims } from './hot-path-postgres/lost-claims.js';
import { readReleased, releaseClaims } from './hot-path-postgres/releasing.js';
import { checkInSteadily } from './hot-path-postgres/checking-in.js';
import { insertingStatements, insertTrigger, insertTriggers } from './hot-path-postgres/storing.js';
import { PooledPgConnections, PostgresDatabase } from './postgres-database.js';
import {
  checkPostgresOptions,
  type PostgresSettings,
  type PostgresStoreOptions,
} from './postgres-options.js';
import { NodePresence } from './postgres-presence.js';
import type { Sql, SqlRow } from './sql.js';
import { SqlTransaction } from './sql-transaction.js';
import { SteppedSqlJobStore } from './stepped-store.js';

export type { PgClient, PgPool, PgPoolClient } from './drivers/pg.js';
export type {
  PostgresBehaviour,
  PostgresConnection,
  PostgresPool,
  PostgresSingleClient,
  PostgresStoreOptions,
} from './postgres-options.js';
export type { SqlStoreOptions } from './sql-store.js';

/** What fits two to the largest entry of an index, whatever the characters. */
const MAX_NAME_LENGTH = 400;
/** Begins what no node says in its own name. */
const NOBODY = '-';
/** Object ids are unsigned, the numbers of advisory locks are not. */
const OID_SHIFT = 2 ** 31;

/**
 * Keeps schedules in PostgreSQL 12 or newer. Processes that share the tables are nodes of one cluster.
 *
 * @example
 * ```ts
 * const store = new PostgresJobStore({ connection: 'postgres://scheduler@db.example/app' });
 * ```
 */
export class PostgresJobStore extends SteppedSqlJobStore {
  readonly capabilities: StoreCapabilities;
  readonly #settings: PostgresSettings;
  #database: PostgresDatabase | null = null;
  #connections: Connections<PgClient> | null = null;
  #presence: NodePresence | null = null;
  #channel = '';
  readonly #lost = new LostClaims();
  readonly #durable = new DurableJobs();

  /** @throws SchedulerError `ERR_INVALID_ARGUMENT` that names the option */
  constructor(options: PostgresStoreOptions) {
    const settings = checkPostgresOptions(options);
    super(postgresDialect(settings.schema), options);
    this.#settings = settings;
    this.capabilities = Object.freeze({
      durability: 'disk',
      clustering: true,
      wakeup: settings.listen ? 'push' : 'poll',
      transactions: 'join',
      livenessClock: 'server',
      timestampPrecisionMs: 1,
      maxNameLength: MAX_NAME_LENGTH,
      maxDataBytes: 16 * 1024 * 1024,
      reacquireCostMs: 10,
    } satisfies StoreCapabilities);
  }

  /** The server's time, so that nodes need not agree on theirs. */
  protected override async livenessNow(): Promise<number> {
    const { sql } = this.scope;
    const [[row] = []] = await this.#opened.batch([
      sql`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint`,
    ]);
    return Number(row?.[0]);
  }

  protected override async checkInSteadily(request: SteadyCheckIn): Promise<boolean> {
    const [rows = []] = await this.#opened.batch([checkInSteadily(this.scope, this.instanceId, request)]);
    return rows.length > 0;
  }

  protected override async connect(): Promise<Database> {
    const { busyTimeoutMs: patienceMs, preparedStatements } = this.#settings;
    this.#connections = await this.openConnections();
    this.#database = new PostgresDatabase(this.#connections, { patienceMs, preparedStatements });
    return this.#database;
  }

  /** Opens the connections. */
  protected async openConnections(): Promise<Connections<PgClient>> {
    const { client, pool, connection, maxConnections, listen } = this.#settings;
    if (client !== null) return new SingleConnection(client);
    if (pool !== null) return new PooledPgConnections(pool, false);
    const { Pool } = await loadPg();
    const max = listen ? maxConnections + 1 : maxConnections;
    const own = new Pool({ keepAlive: true, ...connection, max, allowExitOnIdle: true });
    // A connection that breaks while nobody uses it has failed no call; the next call opens another.
    own.on('error', () => undefined);
    return new PooledPgConnections(own, true);
  }

  protected override async open(context: StoreContext): Promise<void> {
    await super.open(context);
    try {
      await this.#enter(context);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Gets to know the locks and the channel of this scheduler, which are named by the tables they are about. */
  async #enter({ instanceId, signals }: StoreContext): Promise<void> {
    const { scope } = this;
    const { schedulers, instances, jobs } = scope.tables;
    const [row] = await this.glance(({ driver }) =>
      driver.query(
        scope.sql`SELECT ${schedulers.text}::regclass::oid::bigint, ${instances.text}::regclass::oid::bigint,
          ${jobs.text}::regclass::oid::bigint,
          hashtext(${scope.schedulerId}::text || ' ' || ${instanceId})`,
      ),
    );
    const [schedulersId = 0, instancesId = 0, jobsId = 0, nameHash = 0] = (row ?? []).map(Number);
    this.#opened.locks = {
      porch: `${jobsId - OID_SHIFT}, ${scope.schedulerId}`,
      gate: `${schedulersId - OID_SHIFT}, ${scope.schedulerId}`,
    };
    this.#channel = `ametrine_${schedulersId}_${scope.schedulerId}`;
    if (!this.#settings.listen) return;
    const presence = new NodePresence({
      pool: (this.#connections as PooledPgConnections).pool,
      instanceId,
      channel: this.#channel,
      lock: `${instancesId - OID_SHIFT}, ${nameHash}`,
      changed: (candidateAt) => signals.schedulingChanged(candidateAt),
      failed: (error) => signals.storeError('The connection that hears of other nodes was lost', error),
    });
    await presence.start();
    this.#presence = presence;
  }

  override async schedulerStarted(
    options: AtTime & { readonly checkInIntervalMs: number },
  ): Promise<readonly Recovery[]> {
    this.#presence?.keepLooking();
    return super.schedulerStarted(options);
  }

  protected override async close(): Promise<void> {
    const presence = this.#presence;
    this.#presence = null;
    await presence?.stop();
    await super.close();
  }

  protected override async transactIn<T>(
    transaction: unknown,
    effects: Effects,
    work: (tx: StoreTransaction) => Promise<T>,
  ): Promise<T> {
    const client = transaction as PgClient | null;
    if (typeof client?.query !== 'function') {
      throw invalidArgument(
        'transaction',
        typeof transaction,
        'a Client of pg on which you began a transaction',
      );
    }
    return this.#opened.join(
      client,
      async (driver) => {
        const result = await work(new SqlTransaction(driver, this.scope, effects));
        // Not in this node's name: it hears of the commit, which it cannot know otherwise, as all others do.
        if (effects.change !== undefined) await driver.query(this.#announcement(effects.change, NOBODY));
        return result;
      },
      () => effects.clear(),
    );
  }

  protected override async announce(driver: Driver, candidateAt: number | null): Promise<void> {
    await driver.query(this.#announcement(candidateAt, this.#mark));
  }

  /** Begins what this node says itself. */
  get #mark(): string {
    return this.#presence?.mark ?? NOBODY;
  }

  #announcement(candidateAt: number | null, mark: string): Sql {
    const { sql } = this.scope;
    return sql`SELECT pg_notify(${this.#channel}, ${`${mark} ${candidateAt ?? ''}`})`;
  }

  /** Tells other nodes that the schedule changed; at the commit of the transaction it is part of, and only then. */
  readonly #tell = (candidateAt: Sql): Sql =>
    this.scope.sql`pg_notify(${this.#channel}, ${this.#mark}::text || ' ' || ${candidateAt})::text`;

  get #opened(): PostgresDatabase {
    if (this.#database === null) throw new Error('The database is closed');
    return this.#database;
  }

  // The hot path. What its statements leave, because a run is not on the row of its trigger or a calendar has to be
  // looked at, is done in steps, alone with the scheduler's rows.

  protected override hot<T>(effects: Effects, work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
    return this.write(effects, work);
  }

  protected override async claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    const { scope } = this;
    const announce = (candidateAt: number | null): Sql => this.#announcement(candidateAt, this.#mark);
    const setting = { database: this.#opened, scope, announce, lost: this.#lost };
    const result = await claim(setting, request, effects);
    for (const { job } of result.fired) this.#durable.note(job);
    return result;
  }

  protected override async fire(
    acquired: readonly AcquiredTrigger[],
    now: number,
    effects: Effects,
  ): Promise<readonly FireOutcome[]> {
    const fires = acquired.map(plainFire).filter((fire) => fire !== null);
    const [rows = []] = await this.#fireAtOnce(fires, now);
    const fired = readFired(fires, rows, now);
    for (const outcome of fired.values())
      if (outcome.kind === 'fired') this.#durable.note(outcome.bundle.job);
    const left = acquired.filter((claimed) => !fired.has(claimed));
    const others = left.length === 0 ? [] : await super.fire(left, now, effects);
    const outcomes = new Map([...fired, ...left.map((claimed, index) => [claimed, others[index]] as const)]);
    return acquired.map((claimed) => outcomes.get(claimed) as FireOutcome);
  }

  /** The next claim looks for what was fired without our hearing of it. */
  async #fireAtOnce(fires: readonly PlainFire[], now: number): Promise<readonly (readonly SqlRow[])[]> {
    if (fires.length === 0) return [];
    try {
      return await this.#opened.batch([fireClaims(this.scope, fires, now)]);
    } catch (error) {
      if (isSchedulerError(error, 'ERR_WRITE_FATE_UNKNOWN'))
        this.#lost.add(fires.map(({ claim: { fireInstanceId } }) => fireInstanceId));
      throw error;
    }
  }

  protected override async complete(
    completions: readonly Completion[],
    now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]> {
    if (!completions.every(isSetBased)) return super.complete(completions, now, effects);
    // A run ends once, however often the batch says so.
    const seen = new Set<string>();
    const ends = completions.filter(({ fireInstanceId }) => seen.size < seen.add(fireInstanceId).size);
    const setting = { database: this.#opened, scope: this.scope, durable: this.#durable, tell: this.#tell };
    const left = await endRunsOnRows(setting, ends, effects);
    const others = left.length === 0 ? [] : await super.complete(left, now, effects);
    const outcomes = new Map<Completion, CompletionOutcome | undefined>();
    for (const end of ends) outcomes.set(end, 'completed');
    left.forEach((end, position) => {
      outcomes.set(end, others[position]);
    });
    return completions.map((completion) => {
      const outcome = outcomes.get(completion) ?? 'stale';
      outcomes.delete(completion);
      return outcome;
    });
  }

  protected override async release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void> {
    const [rows = []] = await this.#opened.batch([releaseClaims(this.scope, acquired, this.#tell)]);
    const left = readReleased(acquired, rows, effects);
    if (left.length > 0) await super.release(left, effects);
  }

  protected override async storeEntries(
    entries: readonly JobWithTriggers[],
    replace: boolean,
    effects: Effects,
  ): Promise<void> {
    if (!replace) {
      try {
        const [, , ...stored] = await this.#opened.batch(
          insertingStatements(this.scope, entries, this.#tell),
        );
        for (const [row] of stored) if (row?.[1] !== null) effects.schedulingChanged(Number(row?.[1]));
        return;
      } catch (error) {
        if (postgresFault(error) !== 'duplicate') throw error;
      }
    }
    // The portable version looks before it writes, and says which key exists.
    await this.storeEntriesInSteps(entries, replace, effects);
  }

  protected override async insertTrigger(trigger: Trigger, effects: Effects): Promise<boolean> {
    try {
      const inserted = insertTrigger(this.scope, trigger, this.#tell);
      const [[row] = []] = inserted === null ? [] : await this.#opened.batch([inserted]);
      if (row !== undefined) {
        if (row[0] !== null) effects.schedulingChanged(Number(row[0]));
        return true;
      }
      const [[general] = []] = await this.#opened.batch([insertTriggers(this.scope, [trigger], this.#tell)]);
      const [stored, firstAt] = general ?? [];
      if (stored !== 1) return false;
      if (firstAt !== null) effects.schedulingChanged(Number(firstAt));
      return true;
    } catch (error) {
      if (postgresFault(error) === 'duplicate') return false;
      throw error;
    }
  }
}

/** PostgresJobStore that also finds job classes in modules under the folders of its option `jobClassRoots`. */
export const DynamicPostgresJobStore: DynamicJobStore<PostgresStoreOptions, PostgresJobStore> =
  dynamicJobStore(PostgresJobStore);
