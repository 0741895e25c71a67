/**
 * Two nodes on MySQL whose transactions are led to meet: neither sends its next request before the other has had as many
 * answers, has ended, or waits for a lock. What keeps them apart is then their locks alone, and not who was faster.
 *
 * @module
 */
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { until } from '../../../../test/servers/until.mjs';
import type { MysqlConnection } from '../../src/drivers/mysql2.js';
import { MySqlJobStore } from '../../src/mysql.js';
import type { Connections } from '../../src/connections.js';
import { RecordedSignals, T0 } from './makers.js';

/** A change to what is sent. */
export interface Change {
  readonly find: RegExp;
  readonly put: string;
}

/** Leads the transactions of the nodes that take part. */
export class Lockstep {
  readonly #admin: Connection;
  readonly #answers = new Map<MySqlJobStore, number>();
  readonly #waiting = new Set<() => void>();
  #change: Change | null = null;
  #isChanged = false;

  /** @param admin - a connection that may see what transactions wait for */
  constructor(admin: Connection) {
    this.#admin = admin;
  }

  /**
   * Does both at once; resolves when both have been done.
   *
   * @param change - of what is sent; it must change something
   */
  async meet<A, B>(
    change: Change | null,
    [a, doA]: readonly [MySqlJobStore, () => Promise<A>],
    [b, doB]: readonly [MySqlJobStore, () => Promise<B>],
  ): Promise<readonly [A, B]> {
    this.#change = change;
    this.#isChanged = false;
    for (const node of [a, b]) this.#answers.set(node, 0);
    try {
      const results = await Promise.all([this.#take(a, doA), this.#take(b, doB)]);
      if (change !== null && !this.#isChanged) throw new Error(`nothing sent matches ${change.find}`);
      return results;
    } finally {
      this.#change = null;
      this.#answers.clear();
    }
  }

  async #take<T>(node: MySqlJobStore, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#answered(node, Number.POSITIVE_INFINITY);
    }
  }

  /** The connection of a node. */
  of(node: MySqlJobStore, connection: MysqlConnection): MysqlConnection {
    return {
      query: async (request) => {
        const asked = this.#answers.get(node);
        // Not led, or the end of a transaction that only read, for which nobody waits.
        if (asked === undefined || request.sql === 'COMMIT') return connection.query(request);
        await this.#turnOf(node, asked);
        const sql = this.#changed(request.sql);
        try {
          return await connection.query({ ...request, sql });
        } finally {
          this.#answered(node, asked + 1);
        }
      },
    };
  }

  #changed(sql: string): string {
    if (this.#change === null) return sql;
    const changed = sql.replaceAll(this.#change.find, this.#change.put);
    this.#isChanged ||= changed !== sql;
    return changed;
  }

  #answered(node: MySqlJobStore, count: number): void {
    if (this.#answers.has(node)) this.#answers.set(node, count);
    for (const look of this.#waiting) look();
  }

  async #turnOf(node: MySqlJobStore, asked: number): Promise<void> {
    const others = [...this.#answers.keys()].filter((other) => other !== node);
    const isTurn = (): boolean => others.every((other) => (this.#answers.get(other) ?? asked) >= asked);
    if (isTurn()) return;
    const abandoned = new AbortController();
    const answered = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!isTurn()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
    await Promise.race([answered, somebodyWaits(this.#admin, () => abandoned.signal.aborted)]);
    abandoned.abort();
  }
}

/** Resolves when a transaction waits for a lock, or nobody wants to know any more. */
export async function somebodyWaits(admin: Connection, isOver: () => boolean = () => false): Promise<void> {
  await until('a transaction waits for a lock', async () => {
    if (isOver()) return true;
    // The view of transactions would be the same as long as somebody keeps looking at it.
    const [[status]] = await admin.query<RowDataPacket[]>(
      "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'",
    );
    return Number(status?.['Value']) > 0 ? true : null;
  });
}

/** A node that a {@link Lockstep} can lead. */
export class LedNode extends MySqlJobStore {
  readonly signals = new RecordedSignals();
  readonly #lockstep: Lockstep;

  constructor(lockstep: Lockstep, connection: string, tablePrefix: string) {
    super({ connection, tablePrefix });
    this.#lockstep = lockstep;
  }

  protected override async openConnections(): Promise<Connections<MysqlConnection>> {
    const connections = await super.openConnections();
    const borrow = connections.borrow.bind(connections);
    connections.borrow = (work) => borrow((connection) => work(this.#lockstep.of(this, connection)));
    return connections;
  }

  /** Opens and starts it. */
  async begin(instanceId: string): Promise<void> {
    await this.initialize({
      schedulerName: 'lockstep',
      instanceId,
      signals: this.signals,
      jobClassResolver: { description: 'all classes', resolve: () => () => undefined },
    });
    await this.schedulerStarted({ now: T0, checkInIntervalMs: 7500 });
  }
}
