/**
 * How fast two processes together work off one backlog of due one-shots.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { refreshStatistics } from '../servers/refresh-statistics.js';
import { watchServer } from '../servers/server-meter.js';
import { preciseNow } from '../statistics.js';
import { openSubject } from '../subjects/open-subject.js';
import type { DrainedShare, FromWorker, ToWorker } from './drain-worker.js';
import { param, setupOf, type Task, type TaskResult } from './scenario.js';
import { Tally } from './tally.js';

const WORKER = fileURLToPath(new URL('./drain-worker.js', import.meta.url));
const WORKERS = 2;

/** From the word to start, to both at once, to the end of the last run, as the subject's store knows it. */
export async function drainTwo(task: Task): Promise<TaskResult> {
  const { subject: name, store, server, params } = task;
  const jobs = param(params, 'jobs');
  const setupBegan = performance.now();
  const subject = await openSubject(name, setupOf(task, new Tally()));
  const dueAt = Date.now();
  const shots = Array.from({ length: jobs }, (_, id) => ({ id, dueAt }));
  if (subject.addMany !== null) await subject.addMany(shots);
  else for (const shot of shots) await subject.add(shot);
  await subject.stop();
  const setupSeconds = (performance.now() - setupBegan) / 1000;

  const workers = await Promise.all(Array.from({ length: WORKERS }, () => DrainWorker.open(task)));
  await refreshStatistics(store, server);
  const stopWatching = await watchServer(store, server);
  const began = preciseNow();
  const done = allCompleted(workers, jobs);
  for (const worker of workers) worker.tell('start');
  let endedAt = await done;
  const settled = await workers[0]?.settle();
  if (settled === true) endedAt = preciseNow();
  const served = await stopWatching(jobs);
  const shares = await Promise.all(workers.map((worker) => worker.stop()));
  const runs = shares.flatMap(({ ids }) => ids);
  const ids = new Set(runs);
  return {
    version: subject.version,
    params,
    metrics: {
      jobsPerSecond: jobs / ((endedAt - began) / 1000),
      firedTwice: runs.length - ids.size,
      notRun: jobs - ids.size,
      setupSeconds,
      rssMiB: Math.max(...shares.map(({ rssMiB }) => rssMiB)),
      cpuSeconds: shares.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      ...served,
    },
  };
}

/** Resolves to when the last run had ended (epoch ms), by the word of the workers. */
function allCompleted(workers: readonly DrainWorker[], jobs: number): Promise<number> {
  return new Promise((resolve) => {
    const look = (): void => {
      const sum = workers.reduce((total, { completed }) => total + completed, 0);
      if (sum >= jobs) resolve(Math.max(...workers.map(({ lastAt }) => lastAt)));
    };
    for (const worker of workers) worker.onProgress = look;
  });
}

/** One of the processes. */
class DrainWorker {
  completed = 0;
  /** Epoch ms. */
  lastAt = 0;
  onProgress: () => void = () => {};
  readonly #child;
  #answer: (message: FromWorker) => void = () => {};

  private constructor(task: Task) {
    this.#child = fork(WORKER, [JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (message) => this.#hear(message as FromWorker));
    this.#child.on('exit', (code) => {
      // Whatever is waited for will not come.
      if (code !== 0) process.exit(1);
    });
  }

  /** Resolves when its subject is open. */
  static async open(task: Task): Promise<DrainWorker> {
    const worker = new DrainWorker(task);
    await worker.#next();
    return worker;
  }

  tell(message: ToWorker): void {
    this.#child.send(message);
  }

  /** Resolves when the store knows the ends of all runs; to whether that had to be waited for. */
  async settle(): Promise<boolean> {
    this.tell('settle');
    const message = await this.#next();
    return message.kind === 'settled' && message.waited;
  }

  async stop(): Promise<DrainedShare> {
    this.tell('stop');
    const message = await this.#next();
    if (message.kind !== 'share') throw new Error(`a worker answered ${message.kind}`);
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    return message.share;
  }

  #next(): Promise<FromWorker> {
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  #hear(message: FromWorker): void {
    if (message.kind !== 'progress') {
      this.#answer(message);
      return;
    }
    this.completed = message.completed;
    this.lastAt = message.at;
    this.onProgress();
  }
}
