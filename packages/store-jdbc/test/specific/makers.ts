import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  defineJob,
  defineTrigger,
  type JobDetail,
  type JobSpec,
  type KeyInput,
  type MisfireInstruction,
  type Trigger,
  withFirstFire,
} from '@ametrine/core';
import type {
  AcquireRequest,
  Completion,
  CompletionInstruction,
  FiredBundle,
  FireResult,
  JobStore,
  Recovery,
  StoreSignals,
} from '@ametrine/core/spi';
import { onTestFinished } from 'vitest';
import { SqliteJobStore, type SqliteStoreOptions } from '../../src/sqlite.js';

/** The instant at which the tests begin. */
export const T0: number = Date.UTC(2026, 2, 2, 10);

/** What a signal was, as a value. */
export type RecordedSignal = readonly [name: keyof StoreSignals, ...facts: unknown[]];

/** Signals that are kept in a list. */
export class RecordedSignals implements StoreSignals {
  readonly recorded: RecordedSignal[] = [];
  readonly #waiting = new Set<() => void>();

  schedulingChanged(candidateAt: number | null): void {
    this.#record(['schedulingChanged', candidateAt]);
  }
  triggerMisfired(trigger: Trigger): void {
    this.#record(['triggerMisfired', trigger.key.name]);
  }
  triggerFinalized(trigger: Trigger): void {
    this.#record(['triggerFinalized', trigger.key.name]);
  }
  triggerInError(trigger: Trigger): void {
    this.#record(['triggerInError', trigger.key.name]);
  }
  jobDeleted(jobKey: { readonly name: string }): void {
    this.#record(['jobDeleted', jobKey.name]);
  }
  storeError(message: string, error: { readonly code: string }): void {
    this.#record(['storeError', message, error.code]);
  }

  /** Resolves when a signal of that name has come, now or later. */
  async next(name: keyof StoreSignals): Promise<RecordedSignal> {
    for (;;) {
      const found = this.recorded.find(([recorded]) => recorded === name);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #record(signal: RecordedSignal): void {
    this.recorded.push(signal);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** A path in a folder of its own, which goes away with the test. */
export function temporaryPath(name = 'schedules.db'): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ametrine-sqlite-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

/** An open store with its signals. */
export interface OpenStore {
  readonly store: SqliteJobStore;
  readonly signals: RecordedSignals;
  readonly recoveries: readonly Recovery[];
}

/** Who a store is. */
export interface Identity {
  readonly schedulerName?: string;
  readonly instanceId?: string;
  /** Epoch ms of the start. */
  readonly now?: number;
}

/** Opens and starts a store that finds every class; it is shut down with the test. */
export async function start(
  store: SqliteJobStore | SqliteStoreOptions,
  { schedulerName = 'test', instanceId = 'node', now = T0 }: Identity = {},
): Promise<OpenStore> {
  const signals = new RecordedSignals();
  const open = store instanceof SqliteJobStore ? store : new SqliteJobStore(store);
  await open.initialize({
    schedulerName,
    instanceId,
    signals,
    jobClassResolver: { description: 'all classes', resolve: () => () => undefined },
  });
  onTestFinished(() => open.shutdown());
  const recoveries = await open.schedulerStarted({ now, checkInIntervalMs: 7_500 });
  return { store: open, signals, recoveries };
}

/** A durable job of the class `Work`. */
export function aJob(name: string, spec: Partial<JobSpec> = {}): JobDetail {
  return defineJob({ key: name, job: 'Work', durable: true, ...spec });
}

/** A trigger that fires once, or every so often; due at `at` (epoch ms). */
export function aTrigger(
  job: JobDetail,
  key: KeyInput,
  spec: {
    readonly at?: number;
    readonly everyMs?: number;
    readonly misfire?: MisfireInstruction;
    readonly data?: Record<string, string>;
    readonly calendar?: string;
  } = {},
): Trigger {
  const { at = T0, everyMs, misfire = 'smart', data = {}, calendar } = spec;
  const schedule = {
    type: 'simple' as const,
    repeatCount: everyMs === undefined ? 0 : -1,
    repeatIntervalMs: everyMs ?? 0,
  };
  const trigger = defineTrigger(
    { key, startAt: at, schedule, misfire, data, ...(calendar === undefined ? {} : { calendar }) },
    { jobKey: job.key, now: at },
  );
  return withFirstFire(trigger, null);
}

/** Starts everything that is due; each must run. */
export async function run(
  store: JobStore,
  request: Partial<AcquireRequest> = {},
): Promise<readonly FiredBundle[]> {
  const now = request.now ?? T0;
  const asked = { now, noLaterThan: now, maxCount: 1000, timeWindowMs: 0, fireDue: true, ...request };
  const { acquired, fired } = await store.acquireNextTriggers(asked);
  const results =
    acquired.length === 0 ? fired : [...fired, ...(await store.triggersFired(acquired, { now }))];
  return results.map(bundleOf);
}

function bundleOf(result: FireResult): FiredBundle {
  if (result.kind === 'fired') return result.bundle;
  throw new Error(`it did not fire: ${result.kind}`);
}

/** The end of a run. */
export function endOf(bundle: FiredBundle, instruction: CompletionInstruction = 'none'): Completion {
  const { fireInstanceId, trigger, job } = bundle;
  return { fireInstanceId, trigger, jobKey: job.key, instruction, changedData: null };
}

/** The names of triggers, in order. */
export function namesOf(bundles: readonly FiredBundle[]): readonly string[] {
  return bundles.map(({ trigger }) => trigger.key.name);
}
