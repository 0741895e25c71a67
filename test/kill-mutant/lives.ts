/**
 * The lives of the scheduler under the kill test: starting one, ending it.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What worker.mjs is told. */
export interface WorkerOptions {
  /** The SQLite file. */
  readonly file: string;
  readonly logFile: string;
  /** The number of this life, from 1. */
  readonly life: number;
  /** Store the workload if there is nothing yet. */
  readonly create: boolean;
  /** The node's name; null for one that no other life has. */
  readonly instanceId: string | null;
}

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));

/** One running process. */
export class Life {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #heard = new Set<string>();
  #complaint = '';
  #ended = false;
  #listener: () => void = () => {};

  constructor(options: WorkerOptions) {
    this.#child = fork(WORKER, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#exit = once(this.#child, 'close');
    this.#child.stderr?.on('data', (text) => {
      this.#complaint += String(text);
    });
    this.#child.on('message', (event) => {
      this.#heard.add(String(event));
      this.#listener();
    });
    this.#child.on('close', () => {
      this.#ended = true;
      this.#listener();
    });
  }

  /** What it wrote to its standard error. */
  get complaint(): string {
    return this.#complaint;
  }

  /**
   * Resolves as soon as `reached` answers true; asked again whenever the life writes a line. Rejects when the life
   * ends, or when that takes longer than `limitMs`.
   */
  async until(what: string, limitMs: number, reached: () => boolean): Promise<void> {
    let limit: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        limit = setTimeout(() => reject(new Error(`${what}: not within ${limitMs} ms`)), limitMs);
        this.#listener = () => {
          try {
            if (reached()) resolve();
            else if (this.#ended) reject(new Error(`${what}: it ended\n${this.#complaint}`));
          } catch (error) {
            reject(error);
          }
        };
        this.#listener();
      });
    } finally {
      clearTimeout(limit);
      this.#listener = () => {};
    }
  }

  /** Resolves when it has started to fire. */
  started(limitMs: number): Promise<void> {
    return this.until('the scheduler starts', limitMs, () => this.#heard.has('started'));
  }

  /** Kills it after so many ms, in the middle of whatever it does then; answers when that was (epoch ms). */
  async killAfter(delayMs: number): Promise<number> {
    setTimeout(() => this.#child.kill('SIGKILL'), delayMs);
    await this.#exit;
    return Date.now();
  }

  /** Lets it shut down; resolves to its exit status. */
  async stop(): Promise<number | null> {
    this.#child.send('stop');
    await this.#exit;
    return this.#child.exitCode;
  }
}
