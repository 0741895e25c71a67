/**
 * The portable store behind a wire: its transactions commit when a server hears of it, and the node learns so from the
 * answer. Between the two a connection can break, as with any database.
 *
 * @module
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { SchedulerError } from '@ametrine/core';
import type { Effects, JobClassResolver, StoreOptions, StoreTransaction } from '@ametrine/core/spi';
import { defineHarness, type Harness, type TcpEndpoint } from '../src/harness.js';
import { OpenBackend, OpenPortableStore } from './open-portable-store.js';

const CAPABILITIES = new OpenPortableStore(new OpenBackend()).capabilities;

/** Hears `begin n` and `commit n`, and says `done n` to each; whoever waits for a message to arrive is told. */
export class WireServer {
  readonly endpoint: TcpEndpoint;
  readonly #server: Server;
  readonly #awaited = new Map<string, () => void>();

  private constructor(server: Server) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
    this.endpoint = { host: '127.0.0.1', port: address.port };
    this.#server = server;
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(): Promise<WireServer> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.unref();
    return new WireServer(server);
  }

  /** Resolves when the message has arrived, whether or not its sender will ever know. */
  arrival(message: string): Promise<void> {
    return new Promise((resolve) => this.#awaited.set(message, resolve));
  }

  close(): void {
    this.#server.close();
  }

  #serve(socket: Socket): void {
    socket.on('error', () => {});
    onLines(socket, (message) => {
      this.#awaited.get(message)?.();
      this.#awaited.delete(message);
      socket.write(`done ${message}\n`);
    });
  }
}

function onLines(socket: Socket, heard: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) heard(line);
  });
}

/** One connection to the server, made anew when it is gone. */
class Wire {
  readonly #endpoint: TcpEndpoint;
  #socket: Socket | null = null;
  #waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();

  constructor(endpoint: TcpEndpoint) {
    this.#endpoint = endpoint;
  }

  /** Resolves with the answer; rejects when the connection breaks first. */
  ask(message: string): Promise<void> {
    const socket = this.#connected();
    return new Promise((resolve, reject) => {
      this.#waiting.set(`done ${message}`, { resolve, reject });
      socket.write(`${message}\n`);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connected(): Socket {
    if (this.#socket !== null && !this.#socket.destroyed) return this.#socket;
    const socket = connect({ ...this.#endpoint, noDelay: true });
    this.#socket = socket;
    onLines(socket, (line) => {
      this.#waiting.get(line)?.resolve();
      this.#waiting.delete(line);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
      const waiting = [...this.#waiting.values()];
      this.#waiting = new Map();
      for (const { reject } of waiting) reject(new Error('the connection broke'));
    });
    return socket;
  }
}

let tickets = 0;

/** Stores of one server share a backend; each node has a wire of its own. */
export class WireStore extends OpenPortableStore {
  readonly #wire: Wire;
  readonly #server: WireServer;

  constructor(
    backend: OpenBackend,
    options: StoreOptions,
    hook: JobClassResolver | undefined,
    server: WireServer,
    endpoint: TcpEndpoint,
  ) {
    super(backend, options, hook);
    this.#server = server;
    this.#wire = new Wire(endpoint);
  }

  protected override async close(): Promise<void> {
    this.die();
  }

  /** Loses the connection, as a killed process does. */
  die(): void {
    this.#wire.close();
  }

  protected override async transact<T>(
    effects: Effects,
    work: (tx: StoreTransaction) => Promise<T>,
  ): Promise<T> {
    tickets += 1;
    const ticket = tickets;
    await this.#wire.ask(`begin ${ticket}`).catch(() => {
      throw new SchedulerError('ERR_STORE_UNAVAILABLE', 'the server is away', { retryable: true });
    });
    let answered: Promise<void> = Promise.resolve();
    const unknown = (): never => {
      throw new SchedulerError('ERR_WRITE_FATE_UNKNOWN', 'the connection broke during a commit');
    };
    const result = await this.backend.transact(this.scope, async (tx) => {
      const done = await work(this.primitives(tx, effects));
      const arrived = this.#server.arrival(`commit ${ticket}`);
      answered = this.#wire.ask(`commit ${ticket}`);
      // Committed when it arrives; rolled back when the connection breaks before.
      await Promise.race([arrived, answered.catch(unknown)]);
      return done;
    });
    await answered.catch(unknown);
    return result;
  }
}

/** How a harness makes one node. */
export type WireStoreClass = new (...args: ConstructorParameters<typeof WireStore>) => WireStore;

/** A harness over the store behind a wire; the server is the caller's to close. */
export function wireHarness(server: WireServer, Store: WireStoreClass = WireStore): Harness {
  return defineHarness({
    name: 'a store behind a wire',
    claim: CAPABILITIES,
    offers: ['endpoint'],
    tcp: server.endpoint,
    openNamespace: async () => {
      const backend = new OpenBackend();
      return {
        openNode: async ({
          instanceId: _,
          patienceMs: __,
          resolverHook,
          extraOptions,
          endpoint = server.endpoint,
          ...options
        }) => {
          const store = new Store(backend, { ...options, ...extraOptions }, resolverHook, server, endpoint);
          return { store, abandon: async () => store.die() };
        },
        dispose: () => Promise.resolve(),
      };
    },
  });
}
