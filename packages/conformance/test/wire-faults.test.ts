/**
 * The cases about faults on the wire: a sound store passes them, and each kind of broken one is noticed.
 *
 * @module
 */
import { isSchedulerError } from '@ametrine/core';
import type {
  AcquiredTrigger,
  ClaimRequest,
  ClaimResult,
  Completion,
  CompletionOutcome,
  Effects,
  FireOutcome,
  JobWithTriggers,
} from '@ametrine/core/spi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wireFaultCases } from '../src/cases/wire-faults.js';
import { runCase } from '../src/run-case.js';
import { WireServer, WireStore, type WireStoreClass, wireHarness } from './wire-store.js';

let server: WireServer;
beforeAll(async () => {
  server = await WireServer.start();
});
afterAll(() => server.close());

/** Does it once more when nobody knows whether it was done. */
async function blindly<T>(call: () => Promise<T>): Promise<T> {
  return call().catch((error: unknown) =>
    isSchedulerError(error, 'ERR_WRITE_FATE_UNKNOWN') ? call() : Promise.reject(error),
  );
}

class RepeatsClaims extends WireStore {
  protected override claim(request: ClaimRequest, effects: Effects): Promise<ClaimResult> {
    return blindly(() => super.claim(request, effects));
  }
}

class RepeatsFires extends WireStore {
  protected override async fire(
    acquired: readonly AcquiredTrigger[],
    now: number,
    effects: Effects,
  ): Promise<readonly FireOutcome[]> {
    return blindly(() => super.fire(acquired, now, effects));
  }
}

class RepeatsCompletions extends WireStore {
  protected override complete(
    completions: readonly Completion[],
    now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]> {
    return blindly(() => super.complete(completions, now, effects));
  }
}

class SwallowsCompletions extends WireStore {
  protected override async complete(
    completions: readonly Completion[],
    now: number,
    effects: Effects,
  ): Promise<readonly CompletionOutcome[]> {
    return super.complete(completions, now, effects).catch(() => completions.map(() => 'completed'));
  }
}

class SwallowsReleases extends WireStore {
  protected override async release(acquired: readonly AcquiredTrigger[], effects: Effects): Promise<void> {
    await super.release(acquired, effects).catch(() => {});
  }
}

class StoresPiecemeal extends WireStore {
  protected override async storeEntries(
    entries: readonly JobWithTriggers[],
    replace: boolean,
    effects: Effects,
  ): Promise<void> {
    for (const { job, triggers } of entries) {
      await super.storeEntries([{ job, triggers: [] }], replace, effects);
      for (const trigger of triggers) await super.storeEntries([{ job, triggers: [trigger] }], true, effects);
    }
  }
}

class SpeaksItsOwnLanguage extends WireStore {
  override async checkIn(...args: Parameters<WireStore['checkIn']>): ReturnType<WireStore['checkIn']> {
    return super.checkIn(...args).catch(() => Promise.reject(new TypeError('socket hang up')));
  }
}

const caught: readonly (readonly [string, WireStoreClass, string, string, RegExp])[] = [
  ['repeats claims blindly', RepeatsClaims, 'ACQ-01/wire', 'JS-ACQ-01', /all that was due, each once/],
  ['repeats fires blindly', RepeatsFires, 'FIR-21/wire', 'JS-FIR-02', /whose fire was answered fired/],
  [
    'repeats completions blindly',
    RepeatsCompletions,
    'COM-11/wire',
    'JS-CMP-02',
    /the outcome, which is known/,
  ],
  ['swallows lost completions', SwallowsCompletions, 'COM-11/wire', 'JS-CMP-01', /said to have ended/],
  ['swallows lost releases', SwallowsReleases, 'ACQ-28/wire', 'JS-REL-01', /after an answered release/],
  ['stores a bulk piecemeal', StoresPiecemeal, 'TRG-23/wire', 'JS-STO-07', /there whole, or not at all/],
  ['throws its driver’s errors', SpeaksItsOwnLanguage, 'CLU-11/wire', 'JS-CLU-01', /refused as retryable/],
];

async function judge(Store: WireStoreClass, id: string) {
  const kase = wireFaultCases.find((one) => one.id === id);
  if (kase === undefined) throw new Error(`there is no case ${id}`);
  return runCase(wireHarness(server, Store), kase, { seed: 1 });
}

describe('the cases about faults on the wire', () => {
  it.each(wireFaultCases.map(({ id, title }) => [id, title]))('%s: a sound store passes', async (id) => {
    const result = await judge(WireStore, id);
    expect(result.outcome === 'pass' ? '' : JSON.stringify(result), id).toBe('');
  });

  it.each(caught)('notice a store that %s', async (_what, Store, id, rule, message) => {
    const result = await judge(Store, id);
    expect(result.outcome).toBe('fail');
    if (result.outcome !== 'fail') return;
    expect(result.failure.what).toMatch(message);
    expect(result.error.message).toContain(rule);
  });
});
