/**
 * Claiming, and firing in the same step: two reads and one write for a whole batch.
 *
 * @module
 */
import type { JobDetail } from '@ametrine/core';
import {
  type AcquiredTrigger,
  bundleOf,
  type ClaimRequest,
  type ClaimResult,
  calendarNamed,
  type Effects,
  fireDecision,
  type UnresolvedBundle,
} from '@ametrine/core/spi';
import { FIRE_ORDER } from '../collections.js';
import { type RunEntry, runEntry, type TriggerDocument } from '../documents/trigger-document.js';
import { networkFault } from '../errors.js';
import { type AlikeWrite, isPlainFire } from './alike-writes.js';
import {
  type Candidate,
  calendarsFor,
  frontFilter,
  inOneBatch,
  type Search,
  search,
  withReadableCalendars,
} from './candidates.js';
import { fireUpdate } from './fire-update.js';
import { type GuardedWrite, writeGuarded } from './guarded-writes.js';
import type { HotPath } from './hot-path.js';
import { applyMisfires } from './misfires.js';

const NOTHING: ClaimResult = { acquired: [], fired: [] };
/** How often a claim waits for changes that hold what it wants, before it leaves that to a later claim. */
const PATIENCE = 5;

/** @rule JS-ACQ-01 to JS-ACQ-10 */
export async function claim(hot: HotPath, effects: Effects, request: ClaimRequest): Promise<ClaimResult> {
  await hot.doubts.settleClaims(hot.collections);
  for (let attempt = 0; attempt < PATIENCE; attempt++) {
    const found = await look(hot, effects, request);
    if (found.kind === 'found') {
      if (found.candidates.length === 0) return NOTHING;
      const result = await take(hot, effects, request, found.candidates);
      // Others may have been faster everywhere: there can be more behind what they took.
      if (result.acquired.length + result.fired.length > 0) return result;
    } else {
      await hot.transactor.settle();
    }
  }
  effects.schedulingChanged(request.now);
  return NOTHING;
}

/** Looks at the front of what is due; handles misfires when it meets one. */
async function look(hot: HotPath, effects: Effects, request: ClaimRequest): Promise<Search> {
  const page = await hot.collections.triggers
    .find(frontFilter(hot.scheduler, request), {
      sort: FIRE_ORDER,
      limit: request.maxCount,
      ...inOneBatch(request.maxCount),
    })
    .toArray();
  if (page.length === 0) return { kind: 'found', candidates: [] };
  if (page.some(({ hold }) => hold !== undefined)) return { kind: 'held' };
  if (!page.some((document) => hasMisfired(document, request))) return search(hot, effects, request, page);
  const hasMore = await applyMisfires(hot, effects, request, await busyJobs(hot));
  if (hasMore) effects.schedulingChanged(request.now);
  return search(hot, effects, request, null);
}

function hasMisfired(
  { nextFireAt, misfireInstruction }: TriggerDocument,
  { misfiredBefore }: ClaimRequest,
): boolean {
  return nextFireAt !== undefined && nextFireAt < misfiredBefore && misfireInstruction !== 'ignore';
}

/** The jobs that must not run twice and have an execution: their triggers are blocked and keep their time (MIS-17). */
async function busyJobs(hot: HotPath): Promise<readonly string[]> {
  const { triggers, jobs } = hot.collections;
  const running = await triggers.distinct('runs.job', {
    scheduler: hot.scheduler,
    'runs.node': { $exists: true },
  });
  if (running.length === 0) return [];
  const found = await jobs
    .find({ _id: { $in: running }, nonConcurrent: true }, { projection: { _id: 1 } })
    .toArray();
  return found.map(({ _id }) => _id);
}

/**
 * The job of such a trigger is read once the claim keeps all other runs of it away: what the run before left in its data
 * may have been written since the job was looked up for the claim.
 */
function leavesDataToTheNext({ nonConcurrent, persistDataAfterExecution }: JobDetail): boolean {
  return nonConcurrent && persistDataAfterExecution;
}

interface Taking {
  readonly write: GuardedWrite;
  readonly candidate: Candidate;
  readonly acquired: AcquiredTrigger | null;
  readonly fired: UnresolvedBundle | null;
}

async function take(
  hot: HotPath,
  effects: Effects,
  request: ClaimRequest,
  chosen: readonly Candidate[],
): Promise<ClaimResult> {
  const calendars = await calendarsFor(hot, chosen);
  const candidates = await withReadableCalendars(hot, effects, chosen, calendars);
  const takings = candidates.map((candidate): Taking => {
    const { document, trigger: before, job } = candidate;
    const token = request.newFireInstanceId();
    const dueAt = before.nextFireAt ?? request.now;
    const calendar = calendarNamed(calendars, before.calendarName);
    const decision =
      dueAt <= request.now && request.fireableClasses.has(job.jobClass) && !leavesDataToTheNext(job)
        ? fireDecision({
            record: { trigger: before, state: 'acquired', fireInstanceId: token },
            fireInstanceId: token,
            job,
            calendar,
            calendarMissing: before.calendarName !== null && calendar === null,
            jobRuns: false,
          })
        : null;
    const fires = decision?.kind === 'fire';
    const run: RunEntry = runEntry(hot.scheduler, {
      fireInstanceId: token,
      instanceId: request.instanceId,
      state: fires ? 'executing' : 'acquired',
      triggerKey: before.key,
      jobKey: job.key,
      priority: before.priority,
      nonConcurrent: job.nonConcurrent,
      requestsRecovery: job.requestsRecovery,
      scheduledFireAt: dueAt,
      firedAt: fires ? request.now : null,
    });
    const exclusive = job.nonConcurrent ? { exclusive: candidate.jobId } : {};
    const alike = (kind: AlikeWrite['kind'], nextFireAt: number | null): AlikeWrite | null =>
      job.nonConcurrent
        ? null
        : { kind, requestsRecovery: job.requestsRecovery, node: request.instanceId, nextFireAt };
    const guard = { _id: document._id, version: document.version, token };
    if (decision?.kind === 'fire') {
      const update = fireUpdate(decision.after, exclusive, { $push: { runs: run } });
      const fired = bundleOf(token, job, before, decision.after, calendar, request.now);
      const { after } = decision;
      const plain = isPlainFire(before, after) ? alike('claimAndFire', after.nextFireAt) : null;
      const write = { ...guard, update, alike: plain, firedAt: request.now };
      return { write, candidate, acquired: null, fired };
    }
    const update = {
      $set: { state: 'acquired', claim: token, ...exclusive },
      $push: { runs: run },
      $inc: { version: 1 },
    };
    const acquired = { fireInstanceId: token, trigger: before, jobClass: job.jobClass };
    return { write: { ...guard, update, alike: alike('acquire', null) }, candidate, acquired, fired: null };
  });
  const made = await writeOrDoubt(hot, takings);
  const kept = takings.filter(({ write }) => made.has(write.token));
  return {
    acquired: kept.map(({ acquired }) => acquired).filter((acquired) => acquired !== null),
    fired: kept.map(({ fired }) => fired).filter((fired) => fired !== null),
  };
}

async function writeOrDoubt(hot: HotPath, takings: readonly Taking[]): Promise<ReadonlySet<string>> {
  try {
    return await writeGuarded(
      hot.collections,
      takings.map(({ write }) => write),
    );
  } catch (error) {
    if (networkFault(error) !== null) {
      hot.doubts.doubtClaims(
        takings.map(({ write: { _id, version, token }, candidate }) => ({
          _id,
          version,
          token,
          before: candidate.trigger,
        })),
      );
    }
    throw error;
  }
}
