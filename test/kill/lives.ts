/**
 * The lives of schedulers under a kill test: starting one, ending it.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { KillLog } from './kill-log.js';
import type { News } from './news.js';
import type { WorkloadChoice } from './workloads.mjs';

/** What worker.mjs is told. */
export interface WorkerOptions {
  /** The adapter in `stores/`. */
  readonly store: string;
  /** What its `startServers` answered. */
  readonly connection: unknown;
  readonly workload: WorkloadChoice;
  readonly logFile: string;
  /** The number of this life, from 1; no other life has it. */
  readonly life: number;
  /** Store the workload if there is nothing yet. */
  readonly create: boolean;
  /** Write down the states of all triggers. */
  readonly inspects: boolean;
  /** Fire until it is stopped; otherwise it ends when all else is done. */
  readonly runs: boolean;
  readonly concurrency: number;
  /** The node's name; null for one that no other life has. */
  readonly instanceId: string | null;
}

const WORKER = fileURLToPath(new URL('./worker.mjs', import.meta.url));

/** One running process. */
export class Life {
  readonly number: number;
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #log: KillLog;
  readonly #news: News;
  readonly #heard = new Set<string>();
  #complaint = '';
  #ended = false;

  constructor(options: Omit<WorkerOptions, 'logFile'>, log: KillLog, news: News) {
    this.number = options.life;
    this.#log = log;
    this.#news = news;
    const told: WorkerOptions = { ...options, logFile: log.file };
    this.#child = fork(WORKER, [JSON.stringify(told)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#exit = once(this.#child, 'close');
    this.#child.stderr?.on('data', (text) => {
      this.#complaint += String(text);
    });
    this.#child.on('message', (event) => {
      this.#heard.add(String(event));
      this.#news.tell();
    });
    this.#child.on('close', () => {
      this.#ended = true;
      this.#news.tell();
    });
  }

  /** What it wrote to its standard error. */
  get complaint(): string {
    return this.#complaint;
  }

  /** As {@link News.until}, and rejects when this life ends before. */
  until(what: string, limitMs: number, reached: () => boolean): Promise<void> {
    return this.#news.until(what, limitMs, () => {
      if (reached()) return true;
      if (this.#ended) throw new Error(`${what}: it ended\n${this.#complaint}`);
      return false;
    });
  }

  /** Resolves when it has started to fire. */
  started(limitMs: number): Promise<void> {
    return this.until('the scheduler starts', limitMs, () => this.#heard.has('started'));
  }

  /** Kills it, in the middle of whatever it does. */
  async kill(): Promise<void> {
    // Written before: whatever others do afterwards, they may do because this life is over.
    this.#log.append({ life: this.number, at: Date.now(), event: 'killed' });
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  /** Kills it after so many ms. */
  async killAfter(delayMs: number): Promise<void> {
    await pause(delayMs);
    await this.kill();
  }

  /** Lets it shut down; resolves to its exit status. */
  async stop(): Promise<number | null> {
    if (this.#child.connected) this.#child.send('stop');
    return this.ended();
  }

  /** Resolves to its exit status when it has ended by itself. */
  async ended(): Promise<number | null> {
    await this.#exit;
    return this.#child.exitCode;
  }
}
