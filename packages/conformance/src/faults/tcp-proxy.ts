/**
 * A proxy between a store and its backend that does what networks do: cut, delay, swallow, and lose the answer to a
 * request that was carried out. It knows no protocol.
 *
 * @module
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { TcpEndpoint } from '../harness.js';
import { Lane, type Weather } from './lane.js';

/** What went through a proxy. */
export interface Traffic {
  readonly connections: number;
  /** How often the store spoke after the backend had, or first: requests, as far as nobody pipelines them. */
  readonly roundTrips: number;
  readonly bytesToBackend: number;
  readonly bytesToStore: number;
}

/**
 * What a planned cut loses: the `request`, which never reaches the backend, or the `answer` to a request that the
 * backend carried out, so that the store cannot know whether it did.
 */
export type Loss = 'request' | 'answer';

/** A cut that is to come. */
interface PlannedCut {
  readonly loses: Loss;
  /** How many requests are let through before. */
  requestsLeft: number;
  readonly done: () => void;
}

/** One store connection and its connection to the backend. */
interface Pair {
  readonly store: Socket;
  readonly backend: Socket;
  readonly lanes: readonly [Lane, Lane];
  /** The store spoke last. */
  awaitsAnswer: boolean;
  /** The answer to its last request is to be lost. */
  losesAnswer: PlannedCut | null;
}

/** Forwards connections to a backend. */
export class TcpProxy {
  /** Where a store reaches the backend through the proxy. */
  readonly endpoint: TcpEndpoint;
  readonly #server: Server;
  readonly #target: TcpEndpoint;
  readonly #pairs = new Set<Pair>();
  #weather: Weather = { delayMs: 0, blackHole: false };
  #refuses = false;
  #planned: PlannedCut | null = null;
  #traffic: Traffic = { connections: 0, roundTrips: 0, bytesToBackend: 0, bytesToStore: 0 };

  private constructor(server: Server, target: TcpEndpoint) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
    this.endpoint = { host: '127.0.0.1', port: address.port };
    this.#server = server;
    this.#target = target;
    server.on('connection', (store) => this.#accept(store));
  }

  /** Listens on a free port of this machine. */
  static async start(target: TcpEndpoint): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, target);
  }

  /** What went through since the proxy was started, or {@link TcpProxy.resetTraffic} called. */
  get traffic(): Traffic {
    return this.#traffic;
  }

  /** How many connections are open now. */
  get openConnections(): number {
    return this.#pairs.size;
  }

  /** Counts from zero again. */
  resetTraffic(): void {
    this.#traffic = { connections: 0, roundTrips: 0, bytesToBackend: 0, bytesToStore: 0 };
  }

  /** Resets every open connection, on both sides. New ones are welcome. */
  cut(): void {
    for (const pair of [...this.#pairs]) this.#reset(pair);
  }

  /** Resets every open connection, and every new one, until {@link TcpProxy.heal}. */
  takeDown(): void {
    this.#refuses = true;
    this.cut();
  }

  /** Lets every byte take so long from now on, in each direction, in ms. */
  delay(ms: number): void {
    this.#weather = { ...this.#weather, delayMs: ms };
  }

  /** Lets nothing through until {@link TcpProxy.heal}, and says so to nobody; what was held back arrives then. */
  blackHole(): void {
    this.#weather = { ...this.#weather, blackHole: true };
  }

  /**
   * Resets a connection at one of its requests.
   *
   * @param request - which of the requests from now on, of all connections together; the first is 1
   * @returns resolves when it was done; a later plan replaces one that was not
   */
  cutAt(request: number, loses: Loss): Promise<void> {
    return new Promise((done) => {
      this.#planned = { loses, requestsLeft: request, done };
    });
  }

  /** Ends all faults. */
  heal(): void {
    this.#refuses = false;
    this.#planned = null;
    this.#weather = { delayMs: 0, blackHole: false };
    for (const { lanes } of this.#pairs) for (const lane of lanes) lane.deliver();
  }

  /** Ends every connection and stops to listen. */
  async close(): Promise<void> {
    this.cut();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #accept(store: Socket): void {
    if (this.#refuses) {
      store.on('error', () => {});
      store.resetAndDestroy();
      return;
    }
    this.#count({ connections: 1 });
    const backend = connect({ ...this.#target, noDelay: true, allowHalfOpen: true });
    const weather = (): Weather => this.#weather;
    const lanes = [new Lane(store, backend, weather), new Lane(backend, store, weather)] as const;
    const pair: Pair = { store, backend, lanes, awaitsAnswer: false, losesAnswer: null };
    this.#pairs.add(pair);
    store.on('data', (bytes) => this.#fromStore(pair, bytes));
    backend.on('data', (bytes) => this.#fromBackend(pair, bytes));
    store.on('end', () => lanes[0].send(null));
    backend.on('end', () => lanes[1].send(null));
    for (const socket of [store, backend]) {
      socket.on('error', () => this.#reset(pair));
      socket.on('close', () => this.#closed(pair));
    }
  }

  #fromStore(pair: Pair, bytes: Buffer): void {
    if (!pair.awaitsAnswer) {
      pair.awaitsAnswer = true;
      this.#count({ roundTrips: 1 });
      const cut = this.#dueCut();
      if (cut?.loses === 'request') {
        this.#reset(pair);
        cut.done();
        return;
      }
      pair.losesAnswer = cut;
    }
    this.#count({ bytesToBackend: bytes.length });
    pair.lanes[0].send(bytes);
  }

  #fromBackend(pair: Pair, bytes: Buffer): void {
    pair.awaitsAnswer = false;
    const cut = pair.losesAnswer;
    if (cut !== null) {
      this.#reset(pair);
      cut.done();
      return;
    }
    this.#count({ bytesToStore: bytes.length });
    pair.lanes[1].send(bytes);
  }

  /** The planned cut, if this request is the one. */
  #dueCut(): PlannedCut | null {
    const cut = this.#planned;
    if (cut === null) return null;
    cut.requestsLeft -= 1;
    if (cut.requestsLeft > 0) return null;
    this.#planned = null;
    return cut;
  }

  #reset(pair: Pair): void {
    for (const lane of pair.lanes) lane.close();
    for (const socket of [pair.store, pair.backend]) if (!socket.destroyed) socket.resetAndDestroy();
  }

  #closed(pair: Pair): void {
    if (!pair.store.destroyed || !pair.backend.destroyed) return;
    for (const lane of pair.lanes) lane.close();
    this.#pairs.delete(pair);
  }

  #count(more: Partial<Traffic>): void {
    const { connections, roundTrips, bytesToBackend, bytesToStore } = this.#traffic;
    this.#traffic = {
      connections: connections + (more.connections ?? 0),
      roundTrips: roundTrips + (more.roundTrips ?? 0),
      bytesToBackend: bytesToBackend + (more.bytesToBackend ?? 0),
      bytesToStore: bytesToStore + (more.bytesToStore ?? 0),
    };
  }
}
