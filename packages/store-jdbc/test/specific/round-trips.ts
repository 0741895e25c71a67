/**
 * What a batch of each hot call costs, in what is waited for.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import type { JobStore } from '@ametrine/core/spi';
import { aJob, aTrigger, endOf, RecordedSignals, run, T0 } from './makers.js';

/** The numbers that the README tells, by call. @param file - its name, beside this one */
export function toldTrips(file: string, nonConcurrent: boolean): Readonly<Record<string, number>> {
  const calls: Readonly<Record<string, { readonly trips: number; readonly nonConcurrent: number }>> =
    JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
  return Object.fromEntries(
    Object.entries(calls).map(([call, counts]) => [
      call,
      nonConcurrent ? counts.nonConcurrent : counts.trips,
    ]),
  );
}

/** Starts a store that was not opened yet. */
export async function startCounted(store: JobStore): Promise<void> {
  await store.initialize({
    schedulerName: 'test',
    instanceId: 'node',
    signals: new RecordedSignals(),
    jobClassResolver: { description: 'all classes', resolve: () => () => undefined },
  });
  await store.schedulerStarted({ now: T0, checkInIntervalMs: 7500 });
}

/**
 * Counts the round trips of each call, in batches of 200 triggers of as many jobs.
 *
 * @param asked - what the store has waited for; emptied here
 */
export async function countTrips(
  store: JobStore,
  asked: string[],
  nonConcurrent: boolean,
): Promise<Readonly<Record<string, number>>> {
  const trips = async <T>(work: () => Promise<T>): Promise<readonly [number, T]> => {
    asked.length = 0;
    const result = await work();
    return [asked.length, result];
  };
  const ahead = { now: T0, noLaterThan: T0 + 60_000, maxCount: 1000, timeWindowMs: 60_000, fireDue: false };
  const entries = (at: number) =>
    Array.from({ length: 200 }, (_, index) => {
      const job = aJob(`j${at}-${index}`, { nonConcurrent, durable: false });
      return { job, triggers: [aTrigger(job, `t${at}-${index}`, { at })] };
    });

  // From its first run on the class is known to be there.
  await store.storeJobsAndTriggers(entries(T0 - 1).slice(0, 1));
  const first = (await run(store)).map((bundle) => endOf(bundle, 'deleteTrigger'));
  await store.triggeredJobsComplete(first, { now: T0 });

  const [idle] = await trips(() => store.acquireNextTriggers(ahead));
  const [stored] = await trips(() => store.storeJobsAndTriggers(entries(T0)));
  const [{ job: known } = { job: aJob('none') }] = entries(T0);
  const later = aTrigger(known, 'one-more', { at: T0 + 600_000 });
  const [storedOne] = await trips(() => store.storeTrigger(later));
  const [firedAtOnce, bundles] = await trips(() => run(store));
  if (bundles.length !== 200) throw new Error(`${bundles.length} ran`);
  const [completed] = await trips(() =>
    store.triggeredJobsComplete(
      bundles.map((bundle) => endOf(bundle, 'deleteTrigger')),
      { now: T0 },
    ),
  );
  await store.storeJobsAndTriggers(entries(T0 + 30_000));
  const [claimed, { acquired }] = await trips(() => store.acquireNextTriggers(ahead));
  if (acquired.length !== 200) throw new Error(`${acquired.length} were claimed`);
  const [released] = await trips(() => store.releaseAcquiredTriggers(acquired.slice(100)));
  const [fired] = await trips(() => store.triggersFired(acquired.slice(0, 100), { now: T0 + 30_000 }));
  const [checkedIn] = await trips(() => store.checkIn({ now: T0 }));
  return { idle, claimed, firedAtOnce, fired, completed, released, stored, storedOne, checkedIn };
}
