/**
 * News from other nodes: one small message by pub/sub for every change that may make something due earlier.
 *
 * Redis keeps no message for one who does not listen just then. Whoever begins to listen, or does so again after a lost
 * connection, is therefore told to look; and every check-in looks when the first trigger is due.
 *
 * @module
 */
import { closeClient, pauseBefore, type RedisClient, subscriberOf } from './client.js';

/** What a {@link Wakeup} works with. */
export interface WakeupParts {
  readonly client: RedisClient;
  readonly channel: string;
  /** A channel that only shows that this store listens. */
  readonly ownChannel: string;
  /** The sender of our own messages. */
  readonly life: string;
  /** A change of which the earliest new fire is known (epoch ms), or not. */
  news(candidateAt: number | null): void;
}

/** Listens for one store, over a connection of its own. */
export class Wakeup {
  readonly #parts: WakeupParts;
  #subscriber: RedisClient | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #stopped = false;

  private constructor(parts: WakeupParts) {
    this.#parts = parts;
  }

  /** Begins to listen. Resolves when messages arrive, or when the first attempt failed: more are made by themselves. */
  static async start(parts: WakeupParts): Promise<Wakeup> {
    const wakeup = new Wakeup(parts);
    await wakeup.#listen();
    return wakeup;
  }

  /** Stops to listen. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#subscriber !== null) await closeClient(this.#subscriber);
  }

  async #listen(): Promise<void> {
    const { client, channel, ownChannel, news } = this.#parts;
    try {
      const subscriber = subscriberOf(client);
      this.#subscriber = subscriber;
      subscriber.on('message', (_channel: string, message: string) => this.#heard(message));
      await subscriber.connect();
      await subscriber.subscribe(channel, ownChannel);
      subscriber.on('end', () => this.#listenAgain());
      this.#failures = 0;
      // What was said while nobody listened is lost.
      news(null);
    } catch {
      // The calls of the store fail as well, and say why.
      if (this.#subscriber !== null) await closeClient(this.#subscriber);
      this.#listenAgain();
    }
  }

  #listenAgain(): void {
    if (this.#stopped) return;
    this.#failures += 1;
    this.#timer = setTimeout(() => void this.#listen(), pauseBefore(this.#failures));
    this.#timer.unref();
  }

  #heard(message: string): void {
    const [sender, at] = message.split(' ');
    if (sender === this.#parts.life) return;
    const candidateAt = Number(at);
    this.#parts.news(at === '' || !Number.isSafeInteger(candidateAt) ? null : candidateAt);
  }
}
