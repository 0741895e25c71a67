/**
 * Three scheduler processes on one store, one of which is killed every two seconds and started again, until all
 * one-shots have run; then nothing is killed until all is well, and the schedulers stop.
 *
 * @module
 */
import { setTimeout as pause } from 'node:timers/promises';
import { judge, type Question } from './judge.js';
import type { KillLog, LogLine } from './kill-log.js';
import { Life } from './lives.js';
import { News } from './news.js';
import { Progress } from './progress.js';
import { type KillAdapter, type KillServers, loadAdapter } from './stores/adapter.mjs';
import { type Workload, type WorkloadChoice, workloadOf } from './workloads.mjs';

/** What is to be run. */
export interface ClusterRun {
  /** The adapter in `stores/`. */
  readonly store: string;
  readonly oneShots: number;
  readonly log: KillLog;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
}

/** What became of it. */
export interface ClusterResult {
  readonly complaints: readonly string[];
  readonly lines: readonly LogLine[];
  readonly kills: number;
  readonly disturbances: number;
}

const NODES = 3;
const KILL_EVERY_MS = 2000;
const CONCURRENCY = 10;
/** These only end what hangs. */
const START_LIMIT_MS = 60_000;
const SETTLE_LIMIT_MS = 90_000;
/** It reads the whole log. */
const JUDGE_EVERY_MS = 2000;

/** Runs it to its end and judges it. */
export async function runCluster(run: ClusterRun): Promise<ClusterResult> {
  const adapter = await loadAdapter(run.store);
  const servers = await adapter.startServers();
  const cluster = new KilledCluster(run, servers);
  try {
    return await cluster.run(adapter);
  } finally {
    await cluster.end();
    await servers.stop();
  }
}

class KilledCluster {
  readonly #run: ClusterRun;
  readonly #servers: KillServers;
  readonly #news = new News();
  readonly #workload: Workload;
  readonly #choice: WorkloadChoice;
  readonly #slots: Life[] = [];
  #lives = 0;
  #kills = 0;
  #disturbances = 0;

  constructor(run: ClusterRun, servers: KillServers) {
    this.#run = run;
    this.#servers = servers;
    this.#choice = { name: 'crowded', oneShots: run.oneShots };
    this.#workload = workloadOf(this.#choice);
  }

  async run({ tolerates }: KillAdapter): Promise<ClusterResult> {
    const { log, oneShots } = this.#run;
    for (let slot = 0; slot < NODES; slot++) {
      const life = this.#start(slot, { create: slot === 0 });
      this.#slots.push(life);
      await life.started(START_LIMIT_MS);
    }
    const progress = new Progress(log, this.#workload);
    const over = new AbortController();
    const hurting = [this.#killOn(over.signal), this.#disturbOn(over.signal)];
    try {
      // Twice what the workload takes when the store keeps up with it.
      await this.#news.until(
        'every one-shot runs',
        60_000 + oneShots * 5,
        () => progress.oneShotsRan >= oneShots,
      );
    } catch (error) {
      // Which one-shots did not, the judge says.
      console.log(`${progress.oneShotsRan} of ${oneShots} one-shots ran: ${error}`);
    } finally {
      over.abort();
      await Promise.all(hurting);
    }
    await this.#servers.disturb?.settle?.();
    const question = { workload: this.#workload, tolerates };
    await this.#settled(progress, question);
    const complaints: string[] = [];
    for (const [slot, life] of this.#slots.entries()) {
      const status = await life.stop();
      if (status !== 0) complaints.push(`node ${slot} ended with ${status}: ${life.complaint}`);
    }
    const inspector = this.#start(NODES, { inspects: true, runs: false });
    if ((await inspector.ended()) !== 0) complaints.push(`inspection failed: ${inspector.complaint}`);
    complaints.push(...judge(log.lines, { ...question, final: true }));
    complaints.push(...((await this.#servers.verify?.()) ?? []));
    return { complaints, lines: log.lines, kills: this.#kills, disturbances: this.#disturbances };
  }

  /** Nothing of it runs any more; after a run that went well nothing did. */
  async end(): Promise<void> {
    await Promise.all(this.#slots.map((life) => life.kill()));
  }

  #start(slot: number, more: { create?: boolean; inspects?: boolean; runs?: boolean } = {}): Life {
    const options = {
      store: this.#run.store,
      connection: this.#servers.connection,
      workload: this.#choice,
      life: ++this.#lives,
      create: false,
      inspects: false,
      runs: true,
      concurrency: CONCURRENCY,
      // A name that stays lets a node recover its own last life at once; the others are found dead by their peers.
      instanceId: this.#run.random() < 0.5 ? `node-${slot}` : null,
      ...more,
    };
    return new Life(options, this.#run.log, this.#news);
  }

  async #killOn(signal: AbortSignal): Promise<void> {
    while (await sleep(KILL_EVERY_MS, signal)) {
      const slot = Math.floor(this.#run.random() * NODES);
      await this.#slots[slot]?.kill();
      this.#kills++;
      this.#slots[slot] = this.#start(slot);
    }
  }

  async #disturbOn(signal: AbortSignal): Promise<void> {
    const { disturb } = this.#servers;
    if (disturb === undefined) return;
    while (await sleep(disturb.everyMs, signal)) {
      await disturb.act();
      this.#disturbances++;
    }
  }

  /** Waits until all that was cut was run again and every recurring trigger has fired; the judge says if it was not. */
  async #settled(progress: Progress, question: Omit<Question, 'final'>): Promise<void> {
    progress.awaitAll();
    let judged = Number.NEGATIVE_INFINITY;
    const settled = (): boolean => {
      if (progress.silent > 0 || performance.now() < judged + JUDGE_EVERY_MS) return false;
      const verdict = judge(this.#run.log.lines, { ...question, final: true });
      judged = performance.now();
      return verdict.length === 0;
    };
    await this.#news.until('all is well', SETTLE_LIMIT_MS, settled).catch(() => {});
  }
}

/** Resolves to whether the time passed; false when it was aborted before. */
async function sleep(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
