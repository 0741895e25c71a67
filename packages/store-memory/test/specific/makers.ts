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
import { type ClaimRequest, Effects, type StoreSignals } from '@ametrine/core/spi';
import { MemoryJobStore } from '../../src/index.js';

/** The instant at which the tests begin. */
export const T0 = Date.UTC(2026, 2, 2, 10);

/** What a signal was, as a value. */
export type RecordedSignal = readonly [name: string, ...facts: unknown[]];

/** Signals that are kept in a list. */
export function recordSignals(): { readonly signals: StoreSignals; readonly recorded: RecordedSignal[] } {
  const recorded: RecordedSignal[] = [];
  return {
    recorded,
    signals: {
      schedulingChanged: (candidateAt) => recorded.push(['schedulingChanged', candidateAt]),
      triggerMisfired: (trigger) => recorded.push(['triggerMisfired', trigger]),
      triggerFinalized: (trigger) => recorded.push(['triggerFinalized', trigger]),
      triggerInError: (trigger, error) => recorded.push(['triggerInError', trigger, error?.code ?? null]),
      jobDeleted: (jobKey) => recorded.push(['jobDeleted', jobKey]),
      storeError: (message, error) => recorded.push(['storeError', message, error.code]),
    },
  };
}

/** An open store that finds every class. */
export async function openStore<S extends MemoryJobStore>(store: S): Promise<S> {
  await store.initialize({
    schedulerName: 'test',
    instanceId: 'node',
    signals: recordSignals().signals,
    jobClassResolver: { description: 'all classes', resolve: () => () => undefined },
  });
  return store;
}

/** An open memory store. */
export function openMemoryStore(): Promise<MemoryJobStore> {
  return openStore(new MemoryJobStore());
}

/** A durable job of the class `Work`. */
export function aJob(name: string, spec: Partial<JobSpec> = {}): JobDetail {
  return defineJob({ key: name, job: 'Work', durable: true, ...spec });
}

/** A trigger that fires once, or every so often; due at `at` (epoch ms). */
export function aTrigger(
  job: JobDetail,
  spec: {
    readonly key: KeyInput;
    readonly at: number;
    readonly everyMs?: number;
    readonly misfire?: MisfireInstruction;
    readonly calendar?: string;
  },
): Trigger {
  const { key, at, everyMs, misfire = 'smart', calendar } = spec;
  const schedule =
    everyMs === undefined
      ? { type: 'simple' as const, repeatCount: 0, repeatIntervalMs: 0 }
      : { type: 'simple' as const, repeatCount: -1, repeatIntervalMs: everyMs };
  const trigger = defineTrigger(
    { key, startAt: at, schedule, misfire, ...(calendar === undefined ? {} : { calendar }) },
    { jobKey: job.key, now: at },
  );
  return withFirstFire(trigger, null);
}

let claims = 0;

/** A request for what is due at `now`: each is fired in the same step. */
export function aClaim(now: number, request: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    now,
    noLaterThan: now,
    maxCount: 10,
    timeWindowMs: 0,
    misfiredBefore: now - 60_000,
    maxMisfires: 20,
    fireableClasses: new Set(['Work']),
    mayLeave: false,
    excludedClasses: new Set(),
    instanceId: 'node',
    newFireInstanceId: () => `claim-${++claims}`,
    ...request,
  };
}

/** Effects that nobody looks at. */
export function noEffects(): Effects {
  return new Effects();
}

/** Something to wait for until a test opens it. */
export function aGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
