/**
 * Noticing what other processes commit.
 *
 * @module
 */
import { type FSWatcher, watch } from 'node:fs';

/** Writes come in bursts: this long after the first of a burst we look, in ms. */
const SETTLE_MS = 10;
/** Where files cannot be watched we look this often, in ms. */
const POLL_MS = 1000;

/** Watches a database's files and looks into the database when they change. Nothing here keeps the process alive. */
export class FileWakeup {
  readonly #path: string;
  readonly #look: () => Promise<void>;
  #watcher: FSWatcher | null = null;
  #settling: NodeJS.Timeout | null = null;
  #polling: NodeJS.Timeout | null = null;
  #stopped = false;

  /**
   * @param path - the file that every commit writes to
   * @param look - finds out whether the commit was somebody else's, and acts on it; must not reject
   */
  constructor(path: string, look: () => Promise<void>) {
    this.#path = path;
    this.#look = look;
  }

  /** Begins to watch. */
  start(): void {
    try {
      this.#watcher = watch(this.#path, { persistent: false }, (event) => this.#changed(event));
      this.#watcher.on('error', () => this.#poll());
    } catch {
      this.#poll();
    }
  }

  /** Stops for good. */
  stop(): void {
    this.#stopped = true;
    this.#watcher?.close();
    if (this.#settling !== null) clearTimeout(this.#settling);
    if (this.#polling !== null) clearInterval(this.#polling);
  }

  #changed(event: 'rename' | 'change'): void {
    if (this.#stopped || this.#settling !== null) return;
    this.#settling = setTimeout(() => {
      this.#settling = null;
      void this.#look();
    }, SETTLE_MS).unref();
    // The file was replaced: what we watch is no longer what is written to.
    if (event === 'rename') this.#watchAgain();
  }

  #watchAgain(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.start();
  }

  #poll(): void {
    this.#watcher?.close();
    this.#watcher = null;
    if (this.#stopped) return;
    this.#polling ??= setInterval(() => void this.#look(), POLL_MS).unref();
  }
}
