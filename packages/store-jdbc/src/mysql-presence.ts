/**
 * A node's name on MySQL: one connection holds the lock that says it is taken, as long as its process lives.
 *
 * @module
 */
import { isSchedulerError, type SchedulerError } from '@ametrine/core/spi';
import type { MysqlPoolConnection } from './drivers/mysql2.js';
import { mysqlFault, storeError } from './errors.js';
import { isNameTaken, NAME_PATIENCE_MS, nameTaken } from './node-name.js';
import { retryWhile } from './retry.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
/** Locks are the server's, not a database's, and their names short. */
const NAME_LOCK = "SHA1(CONCAT('ametrine node ', DATABASE(), ' ', ?, ' ', ?, ' ', ?))";

/** What a {@link MysqlPresence} is and does. */
export interface MysqlPresenceOptions {
  /** Takes a connection out of the pool. */
  connect(): Promise<MysqlPoolConnection>;
  readonly prefix: string;
  readonly schedulerId: number;
  readonly instanceId: string;
  /** The connection was lost, or the name is somebody else's now; it is tried again. */
  failed(error: SchedulerError): void;
}

/** Keeps one connection of a pool and, when that is lost, gets another. Nothing here keeps the process alive. */
export class MysqlPresence {
  readonly #options: MysqlPresenceOptions;
  #connection: MysqlPoolConnection | null = null;
  #retry: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: MysqlPresenceOptions) {
    this.#options = options;
  }

  /**
   * Takes the name.
   *
   * @throws SchedulerError `ERR_STORE_UNAVAILABLE` when another living node has it
   */
  async start(): Promise<void> {
    await retryWhile(NAME_PATIENCE_MS, isNameTaken, () => this.#connect());
  }

  /** Gives the name up. */
  stop(): void {
    this.#stopped = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    const connection = this.#connection;
    this.#connection = null;
    connection?.destroy();
  }

  async #connect(): Promise<void> {
    const { connect, prefix, schedulerId, instanceId } = this.#options;
    const connection = await connect();
    let lost = false;
    const lose = (error: unknown): void => {
      if (lost) return;
      lost = true;
      connection.destroy();
      if (this.#connection === connection) this.#lost(error);
    };
    connection.on('error', lose);
    try {
      const [rows] = await connection.query({
        sql: `SELECT GET_LOCK(${NAME_LOCK}, 0)`,
        values: [prefix, schedulerId, instanceId],
        rowsAsArray: true,
      });
      if ((rows as (number | null)[][])[0]?.[0] !== 1) throw nameTaken(instanceId);
    } catch (error) {
      lose(error);
      throw error;
    }
    connection.connection?.stream?.unref();
    if (this.#stopped) lose(null);
    else this.#connection = connection;
  }

  #lost(error: unknown): void {
    this.#connection = null;
    if (this.#stopped) return;
    this.#options.failed(problemOf(error));
    this.#reconnect(FIRST_PAUSE_MS);
  }

  #reconnect(pauseMs: number): void {
    this.#retry = setTimeout(
      () => {
        this.#connect().catch((error: unknown) => {
          if (this.#stopped) return;
          if (isNameTaken(error)) this.#options.failed(problemOf(error));
          this.#reconnect(Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
        });
      },
      pauseMs * (0.5 + Math.random() / 2),
    ).unref();
  }
}

function problemOf(error: unknown): SchedulerError {
  return isSchedulerError(error) ? error : storeError(mysqlFault(error), error, 'the connection of the node');
}
