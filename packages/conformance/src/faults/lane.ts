/**
 * One direction of a proxied connection: bytes that arrive late, or not before the network heals, but in order.
 *
 * @module
 */
import type { Socket } from 'node:net';

/** The weather between two sockets; may change at any time. */
export interface Weather {
  /** How long bytes take, in ms. */
  readonly delayMs: number;
  /** Nothing gets through for now. */
  readonly blackHole: boolean;
}

/** How many bytes may be on their way before the sender is made to wait. */
const MOST_BYTES = 1024 * 1024;

interface Parcel {
  /** Null for the end of the stream. */
  readonly bytes: Buffer | null;
  /** By `performance.now()`. */
  readonly dueAt: number;
}

/** Carries what one socket sent to another. */
export class Lane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #weather: () => Weather;
  readonly #queue: Parcel[] = [];
  #queued = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(from: Socket, to: Socket, weather: () => Weather) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    to.on('drain', () => from.resume());
  }

  /** Takes bytes, or the end of the stream, to be delivered behind everything before. */
  send(bytes: Buffer | null): void {
    this.#queue.push({ bytes, dueAt: performance.now() + this.#weather().delayMs });
    this.#queued += bytes?.length ?? 0;
    if (this.#queued > MOST_BYTES) this.#from.pause();
    this.deliver();
  }

  /** Delivers what is due. To be called when the weather changes. */
  deliver(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#weather().blackHole) return;
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const wait = next.dueAt - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.deliver(), Math.ceil(wait));
        return;
      }
      this.#queue.shift();
      this.#hand(next.bytes);
    }
  }

  /** Forgets what was on its way. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#queue.length = 0;
  }

  #hand(bytes: Buffer | null): void {
    if (bytes === null) {
      this.#to.end();
      return;
    }
    this.#queued -= bytes.length;
    if (this.#to.write(bytes)) this.#from.resume();
    else this.#from.pause();
  }
}
