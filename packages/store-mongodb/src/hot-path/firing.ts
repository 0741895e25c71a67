/**
 * Firing claims whose time has come: two reads and one write for a whole batch.
 *
 * @module
 */
import type { JobDetail } from '@ametrine/core';
import {
  type AcquiredTrigger,
  bundleOf,
  calendarNamed,
  type FireDecision,
  type FireOutcome,
  fireDecision,
  isSchedulerError,
  type TriggerRecord,
  type UnresolvedBundle,
} from '@ametrine/core/spi';
import { keyId } from '../documents/document-id.js';
import { readJobAnyway } from '../documents/job-document.js';
import { type RunEntry, readTrigger, type TriggerDocument } from '../documents/trigger-document.js';
import { networkFault } from '../errors.js';
import { isThere } from '../transactions/trigger-primitives.js';
import { type AlikeWrite, isPlainFire } from './alike-writes.js';
import { calendarsFor, inOneBatch, jobsWithRuns } from './candidates.js';
import { type Doubt, takeBack } from './doubts.js';
import { fireUpdate } from './fire-update.js';
import { type GuardedWrite, writeGuarded } from './guarded-writes.js';
import type { HotPath } from './hot-path.js';

interface Firing {
  readonly write: GuardedWrite;
  readonly doubt: Doubt;
  readonly bundle: UnresolvedBundle;
}

const PATIENCE = 20;

/** @rule JS-FIR-01 to JS-FIR-08 */
export async function fire(
  hot: HotPath,
  acquired: readonly AcquiredTrigger[],
  now: number,
): Promise<readonly FireOutcome[]> {
  await settleFires(hot, acquired);
  const ids = [...new Set(acquired.map(({ trigger }) => keyId(hot.scheduler, trigger.key)))];
  const documents = await readFree(hot, ids);
  const stored = [...documents.values()];
  const jobs = await jobsOf(hot, stored);
  const exclusive = [...jobs].filter(([, job]) => job.nonConcurrent).map(([id]) => id);
  const running = new Set(await jobsWithRuns(hot, exclusive, (firedAt) => firedAt !== undefined));
  const calendars = await calendarsFor(hot, readable(stored));

  const outcomes = new Map<string, FireOutcome>();
  const firings: Firing[] = [];
  const firing = new Set<string>();
  for (const { fireInstanceId, trigger: claimed } of acquired) {
    const document = documents.get(keyId(hot.scheduler, claimed.key)) ?? null;
    const run = document?.runs.find(({ id, firedAt }) => id === fireInstanceId && firedAt === undefined);
    const isHeld = document !== null && run !== undefined && isThere(document) && !firing.has(document._id);
    const record = isHeld ? readOrNull(document) : null;
    const jobId = document?.job ?? '';
    const calendarName = record?.trigger.calendarName ?? null;
    const calendar = calendarNamed(calendars, calendarName);
    const decision = fireDecision({
      record,
      fireInstanceId,
      job: jobs.get(jobId) ?? null,
      calendar,
      calendarMissing: calendarName !== null && calendar === null,
      jobRuns: running.has(jobId),
    });
    if (decision.kind === 'refuse' || document === null || run === undefined) {
      const reason = decision.kind === 'refuse' ? decision.reason : 'claimLost';
      outcomes.set(fireInstanceId, { kind: 'notFired', fireInstanceId, reason });
      continue;
    }
    const { job, before, after } = decision;
    if (job.nonConcurrent) running.add(jobId);
    firing.add(document._id);
    const runs = document.runs.map((entry) =>
      entry.id === fireInstanceId
        ? {
            ...entry,
            firedAt: now,
            nonConcurrent: job.nonConcurrent,
            requestsRecovery: job.requestsRecovery,
          }
        : entry,
    );
    const update = fireUpdate(after, { runs, ...(job.nonConcurrent ? { exclusive: jobId } : {}) }, {});
    const { _id, version } = document;
    firings.push({
      write: { _id, version, update, token: fireInstanceId, firedAt: now, alike: alikeOf(decision, run) },
      doubt: { _id, version, token: fireInstanceId, before, run },
      bundle: bundleOf(fireInstanceId, job, before, after, calendar, now),
    });
  }
  const made = await writeOrDoubt(hot, firings);
  for (const { bundle } of firings) {
    const { fireInstanceId } = bundle;
    outcomes.set(
      fireInstanceId,
      made.has(fireInstanceId)
        ? { kind: 'fired', bundle }
        : {
            kind: 'notFired',
            fireInstanceId,
            reason: bundle.job.nonConcurrent ? 'jobExecuting' : 'claimLost',
          },
    );
  }
  return acquired.map(
    ({ fireInstanceId }) =>
      outcomes.get(fireInstanceId) ?? { kind: 'notFired', fireInstanceId, reason: 'claimLost' },
  );
}

/** A fire of a claim is like others unless its job must not, or as it was claimed should not, run twice at once. */
function alikeOf(
  { job, before, after }: Extract<FireDecision, { kind: 'fire' }>,
  run: RunEntry,
): AlikeWrite | null {
  if (job.nonConcurrent || run.nonConcurrent || !isPlainFire(before, after)) return null;
  const { requestsRecovery } = job;
  return { kind: 'fire', requestsRecovery, node: run.node, nextFireAt: after.nextFireAt };
}

/** A fire that is repeated after a broken connection: when it was made nobody was told, so it is made anew. */
async function settleFires(hot: HotPath, acquired: readonly AcquiredTrigger[]): Promise<void> {
  const doubts = acquired
    .map(({ fireInstanceId }) => hot.doubts.peekFire(fireInstanceId))
    .filter((doubt) => doubt !== null);
  if (doubts.length === 0) return;
  await takeBack(hot.collections, doubts, 'claim');
  for (const { token } of doubts) hot.doubts.takeFire(token);
}

/** Reads triggers that no change is holding. */
async function readFree(
  { collections: { triggers }, transactor }: HotPath,
  ids: readonly string[],
): Promise<ReadonlyMap<string, TriggerDocument>> {
  for (let attempt = 1; ; attempt++) {
    const found = await triggers.find({ _id: { $in: [...ids] } }, inOneBatch(ids.length)).toArray();
    if (attempt === PATIENCE || found.every(({ hold }) => hold === undefined)) {
      return new Map(found.map((document) => [document._id, document]));
    }
    await transactor.settle();
  }
}

/** The jobs of triggers, when no change is holding them: one that is about to be replaced is not read half-way. */
async function jobsOf(
  { collections: { jobs }, transactor }: HotPath,
  documents: readonly TriggerDocument[],
): Promise<ReadonlyMap<string, JobDetail>> {
  const ids = new Set(documents.filter(isThere).map(({ job }) => job));
  if (ids.size === 0) return new Map();
  for (let attempt = 1; ; attempt++) {
    const found = await jobs.find({ _id: { $in: [...ids] } }, inOneBatch(ids.size)).toArray();
    if (attempt === PATIENCE || found.every(({ hold }) => hold === undefined)) {
      const present = found.filter(({ gone }) => gone === undefined);
      return new Map(present.map((document) => [document._id, readJobAnyway(document)]));
    }
    await transactor.settle();
  }
}

function readable(documents: readonly TriggerDocument[]): readonly TriggerRecord[] {
  return documents
    .filter(isThere)
    .map(readOrNull)
    .filter((record) => record !== null);
}

/** A trigger that cannot be read does not fire; the next scan puts it in error. */
function readOrNull(document: TriggerDocument): TriggerRecord | null {
  try {
    return readTrigger(document);
  } catch (error) {
    if (isSchedulerError(error)) return null;
    throw error;
  }
}

async function writeOrDoubt(hot: HotPath, firings: readonly Firing[]): Promise<ReadonlySet<string>> {
  try {
    return await writeGuarded(
      hot.collections,
      firings.map(({ write }) => write),
    );
  } catch (error) {
    if (networkFault(error) !== null) hot.doubts.doubtFires(firings.map(({ doubt }) => doubt));
    throw error;
  }
}
