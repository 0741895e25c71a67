/**
 * One connection as the store uses it: runs scripts and commands, waits while the server is away, and repeats what may
 * be repeated.
 *
 * @module
 */
import { isSchedulerError } from '@ametrine/core/spi';
import type { RedisClient } from './client.js';
import { dataLost, type Fault, fateUnknown, faultOf, lockedTooLong, storeError } from './errors.js';
import { COMMANDS, type CommandName } from './generated/commands.js';
import type { KeyName, Keys } from './keys.js';
import { Lanes } from './lanes.js';
import { Patience } from './patience.js';

/** What a script answers: first a word, then what the header of the script says. */
export type Reply = readonly [kind: string, ...rest: unknown[]];

type Argument = string | number;

/** What a {@link Session} works with. */
export interface SessionParts {
  readonly client: RedisClient;
  /** Whether the client may be told to connect anew. */
  readonly ownsClient: boolean;
  readonly keys: Keys;
  readonly patienceMs: number;
  readonly waitReplicas: number;
  /** Unique for every opened store. */
  readonly life: string;
  /** Told when fewer replicas than asked for have what was written. */
  replicasMissing(reached: number): void;
}

/** How long a write waits for its replicas, in ms. */
const REPLICA_WAIT_MS = 1000;

/** States of a client that does nothing to be connected just now. */
const PAUSED: ReadonlySet<string> = new Set(['wait', 'end', 'close']);
/** Refusals that another attempt would meet as well. */
const HOPELESS: ReadonlySet<Fault> = new Set(['denied', 'untrusted']);
/** What an attempt to connect ends with; `end` alone where no Sentinel named a server to connect to. */
const ATTEMPT_ENDS = ['ready', 'close', 'end'] as const;
/** More pieces than this go to the server in several requests. */
const PIECES_AT_ONCE = 20_000;
/** A large request keeps the server busy for some µs a piece, and for more where it shares its processor. */
const LEAST_MS_A_PIECE = 0.5;
/** What was brought and never used goes by itself. */
const STAGED_SECONDS = 60;

/** Runs commands for one store. */
export class Session {
  readonly keys: Keys;
  /** Tells what is stored now from what is stored after everything was lost; `''` before it is known. */
  dataId = '';
  readonly #parts: SessionParts;
  readonly #lanes: Lanes;
  /** The large requests under way, with how long each may keep the server busy (ms): all calls wait for as long. */
  readonly #large = new Set<{ readonly busyMs: number }>();
  #attempt: Promise<void> | null = null;
  /** Why the last attempt of ours to connect failed. */
  #refusal: unknown = null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.keys = parts.keys;
    this.#lanes = new Lanes(parts.life);
    // ioredis says why it is not let in by this event alone.
    if (parts.ownsClient) parts.client.on('error', (error: unknown) => (this.#refusal = error));
  }

  /** The names of the lanes that were used, for the last call of all to forget them. */
  get laneNames(): readonly string[] {
    return this.#lanes.names;
  }

  get #busyMs(): number {
    return Math.max(0, ...Array.from(this.#large, ({ busyMs }) => busyMs));
  }

  /** Runs a script that writes nothing, or that may be repeated as it is. */
  run(command: CommandName, operation: string, ...args: readonly Argument[]): Promise<Reply> {
    return this.#patiently(operation, () => this.#script(command, args), 'script') as Promise<Reply>;
  }

  /** Runs a script that lists texts. @param keys - other keys than the store's own under the same names */
  list(
    command: CommandName,
    operation: string,
    args: readonly Argument[],
    keys: Keys = this.keys,
  ): Promise<readonly string[]> {
    return this.#patiently(operation, () => this.#script(command, args, keys)) as Promise<readonly string[]>;
  }

  /** Sends one command that only reads, with the key first. */
  read(operation: string, command: string, key: KeyName, ...args: readonly Argument[]): Promise<unknown> {
    return this.#patiently(operation, () => this.#parts.client.call(command, this.keys[key], ...args));
  }

  /**
   * Runs a script that writes, whose first three arguments tell its call from others. It is repeated until there is an
   * answer or the patience is over; the server does it once.
   *
   * @throws SchedulerError `ERR_WRITE_FATE_UNKNOWN` when it was sent and no answer came, `ERR_STORE_CORRUPT` when the
   *   data are gone, `ERR_STORE_BUSY` when others held the lock
   */
  async write(
    command: CommandName,
    operation: string,
    args: readonly Argument[],
    keys: Keys = this.keys,
  ): Promise<Reply> {
    const lane = this.#lanes.take();
    try {
      const all = [this.dataId, lane.name, lane.call, ...args];
      const attempt = (): Promise<unknown> => this.#script(command, all, keys);
      const reply = (await this.#patiently(operation, attempt, 'write')) as Reply;
      if (this.#parts.waitReplicas > 0) await this.#waitForReplicas();
      return reply;
    } finally {
      this.#lanes.giveBack(lane);
    }
  }

  /**
   * Runs a script that writes pieces, however many: what is too much for one request is brought to the server first,
   * into a list of its own, and is then written in one step all the same.
   *
   * @param head - the arguments behind the number of pieces, before the pieces
   * @param between - called behind every page that was brought
   */
  async writePieces(
    command: CommandName,
    operation: string,
    head: readonly Argument[],
    pieces: readonly string[],
    between: () => Promise<void> = async () => {},
  ): Promise<Reply> {
    if (pieces.length <= PIECES_AT_ONCE) return this.write(command, operation, ['', ...head, ...pieces]);
    const request = { busyMs: LEAST_MS_A_PIECE * pieces.length };
    this.#large.add(request);
    try {
      const keys = { ...this.keys, stage: `${this.keys.stage}:${crypto.randomUUID()}` };
      for (;;) {
        await this.#stage(operation, keys.stage, pieces, between);
        const reply = await this.write(command, operation, [pieces.length, ...head], keys);
        // A page whose answer was lost was brought twice.
        if (reply[0] !== 'restage') return reply;
      }
    } finally {
      this.#large.delete(request);
    }
  }

  async #stage(
    operation: string,
    key: string,
    pieces: readonly string[],
    between: () => Promise<void>,
  ): Promise<void> {
    const { client } = this.#parts;
    await this.#patiently(operation, () => client.call('DEL', key));
    for (let from = 0; from < pieces.length; from += PIECES_AT_ONCE) {
      const page = pieces.slice(from, from + PIECES_AT_ONCE);
      await this.#patiently(operation, () => client.call('RPUSH', key, ...page));
      await this.#patiently(operation, () => client.call('EXPIRE', key, STAGED_SECONDS));
      await between();
    }
  }

  /**
   * @param what - scripts answer with a word first; of those that write, an attempt that was cut may have been carried
   *   out
   */
  async #patiently(
    operation: string,
    attempt: () => Promise<unknown>,
    what: 'read' | 'script' | 'write' = 'read',
  ): Promise<unknown> {
    // Whoever gave up meanwhile would cut the connection under the large request, which is what keeps the server busy.
    const patience = new Patience(this.#parts.patienceMs, () => this.#busyMs);
    let cut: unknown = null;
    for (;;) {
      if (!(await this.#connected(patience))) throw this.#gaveUp(operation, cut, null);
      try {
        const reply = await patience.limit(attempt());
        if (what === 'read') return reply;
        const [word, leftMs] = reply as Reply;
        if (word === 'lost') throw dataLost('they are not those that this store opened', this.keys.meta);
        if (word === 'late') throw fateUnknown(operation, cut);
        if (word !== 'locked') return reply;
        if (!(await patience.pauseForLock(Number(leftMs)))) throw lockedTooLong(operation);
      } catch (error) {
        if (isSchedulerError(error)) throw error;
        const fault = faultOf(error);
        if (fault !== 'cut' && fault !== 'refused') throw storeError(error, operation);
        if (fault === 'cut' && what === 'write') cut = error;
        if (patience.wasExceeded && this.#parts.ownsClient) this.#parts.client.disconnect(true);
        if (!(await patience.pause())) throw this.#gaveUp(operation, cut, error);
      }
    }
  }

  #gaveUp(operation: string, cut: unknown, error: unknown): Error {
    if (cut !== null) return fateUnknown(operation, cut);
    return storeError(error ?? this.#refusal ?? new Error('Connection is closed'), operation);
  }

  async #script(command: CommandName, args: readonly Argument[], keys: Keys = this.keys): Promise<unknown> {
    const { client } = this.#parts;
    const { sha, script, keys: names } = COMMANDS[command];
    const all = [names.length, ...names.map((name) => keys[name]), ...args];
    try {
      return await client.call('EVALSHA', sha, ...all);
    } catch (error) {
      if (faultOf(error) !== 'noScript') throw error;
      return client.call('EVAL', script, ...all);
    }
  }

  /** Waits until commands can be sent; false when the patience is over first. */
  async #connected(patience: Patience): Promise<boolean> {
    const { client, ownsClient } = this.#parts;
    while (client.status !== 'ready') {
      // Ours would pause before the next attempt; a call is reason enough to make it now.
      if (ownsClient ? PAUSED.has(client.status) : client.status === 'wait') {
        this.#refusal = null;
        client.connect().catch((error: unknown) => {
          this.#refusal ??= error;
        });
      }
      if (!(await patience.until(this.#nextAttempt()))) return false;
      if (this.#refusal !== null && HOPELESS.has(faultOf(this.#refusal))) return false;
      if (client.status !== 'ready' && !(await patience.pause())) return false;
    }
    return true;
  }

  /** Resolves when the client is ready, or an attempt to connect has failed; shared by all calls that wait for it. */
  #nextAttempt(): Promise<void> {
    const { client } = this.#parts;
    this.#attempt ??= new Promise((resolve) => {
      const ended = (): void => {
        for (const event of ATTEMPT_ENDS) client.off(event, ended);
        this.#attempt = null;
        resolve();
      };
      for (const event of ATTEMPT_ENDS) client.on(event, ended);
    });
    return this.#attempt;
  }

  async #waitForReplicas(): Promise<void> {
    const { client, waitReplicas, replicasMissing } = this.#parts;
    try {
      const reached = Number(await client.call('WAIT', waitReplicas, REPLICA_WAIT_MS));
      if (reached < waitReplicas) replicasMissing(reached);
    } catch {
      replicasMissing(0);
    }
  }
}
