/**
 * A node's session on PostgreSQL: it hears what other nodes commit, and holds the lock that its name is taken.
 *
 * @module
 */
import { isSchedulerError, type SchedulerError } from '@ametrine/core/spi';
import type { PgPool, PgPoolClient } from './drivers/pg.js';
import { postgresFault, storeError } from './errors.js';
import { isNameTaken, NAME_PATIENCE_MS, nameTaken } from './node-name.js';
import { retryWhile } from './retry.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/**
 * News of fires further away than this is not told, in ms: by then everybody has looked again. To be told takes a lock
 * of the whole database at the commit, which keeps commits from sharing their wait for the disk.
 */
export const NEWS_HORIZON_MS = 600_000;
/** Whatever it hears, a node looks again this often, in ms. */
const LOOK_AGAIN_MS = NEWS_HORIZON_MS / 2;

/** What a {@link NodePresence} is and does. */
export interface PresenceOptions {
  readonly pool: PgPool;
  readonly instanceId: string;
  /** The channel on which nodes of this scheduler tell one another of changes. */
  readonly channel: string;
  /** The numbers of the advisory lock of this node's name. */
  readonly lock: string;
  /** Another node's commit changed the schedule. */
  changed(candidateAt: number | null): void;
  /** The session was lost; it is being opened again. */
  failed(error: SchedulerError): void;
}

/** Keeps one connection of a pool and, when that is lost, gets another. Nothing here keeps the process alive. */
export class NodePresence {
  readonly #options: PresenceOptions;
  /** Begins what this node says itself. */
  readonly mark: string = crypto.randomUUID();
  /** Lets go of the session; null while there is none. */
  #leave: (() => void) | null = null;
  #retry: NodeJS.Timeout | null = null;
  #lookingAgain: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /**
   * Opens the session.
   *
   * @throws SchedulerError `ERR_STORE_UNAVAILABLE` when another living node has the name
   */
  async start(): Promise<void> {
    await retryWhile(NAME_PATIENCE_MS, isNameTaken, () => this.#connect());
  }

  /** Begins to look again by itself. */
  keepLooking(): void {
    this.#lookingAgain ??= setInterval(() => this.#options.changed(null), LOOK_AGAIN_MS).unref();
  }

  /** Ends the session and gives the name up. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (this.#lookingAgain !== null) clearInterval(this.#lookingAgain);
    this.#leave?.();
  }

  async #connect(): Promise<void> {
    const { pool, lock, channel, instanceId } = this.#options;
    const client: PgPoolClient = await pool.connect();
    let over = false;
    let entered = false;
    const lose = (error: unknown): void => {
      if (over) return;
      over = true;
      client.release(true);
      this.#leave = null;
      if (entered && !this.#stopped) this.#lost(error);
    };
    client.on('error', lose);
    client.on('end', () => lose(new Error('Connection terminated')));
    client.on('notification', (message) => this.#heard(message));
    try {
      const { rows } = await client.query({ text: `SELECT pg_try_advisory_lock(${lock}) AS taken` });
      if ((rows[0] as { readonly taken: boolean }).taken !== true) throw nameTaken(instanceId);
      await client.query({ text: `LISTEN "${channel}"` });
    } catch (error) {
      lose(error);
      throw error;
    }
    client.unref?.();
    entered = true;
    this.#leave = () => lose(null);
    if (this.#stopped) this.#leave();
  }

  #heard({ payload = '' }: { readonly payload?: string | undefined }): void {
    const [mark, candidateAt] = payload.split(' ');
    if (mark !== this.mark) this.#options.changed(candidateAt ? Number(candidateAt) : null);
  }

  #lost(error: unknown): void {
    this.#options.failed(problemOf(error));
    this.#reconnect(FIRST_PAUSE_MS);
  }

  #reconnect(pauseMs: number): void {
    this.#retry = setTimeout(
      () => {
        this.#connect().then(
          // What was said meanwhile was said to nobody.
          () => this.#options.changed(null),
          (error: unknown) => {
            if (this.#stopped) return;
            if (isNameTaken(error)) this.#options.failed(problemOf(error));
            this.#reconnect(Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
          },
        );
      },
      pauseMs * (0.5 + Math.random() / 2),
    ).unref();
  }
}

function problemOf(error: unknown): SchedulerError {
  return isSchedulerError(error) ? error : storeError(postgresFault(error), error, 'wake-up');
}
