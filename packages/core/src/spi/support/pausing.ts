/**
 * Pausing and resuming, over the storage primitives.
 *
 * @module
 */
import { type GroupMatcher, matchesGroup } from '../../group-matcher.js';
import type { JobKey, TriggerKey } from '../../key.js';
import { isBornPaused } from '../decisions.js';
import type { Effects } from '../effects.js';
import type { StoredTriggerState, TriggerSelection } from '../records.js';
import type { StoreTransaction } from '../store-transaction.js';
import { findTrigger } from './lookup.js';
import { applyMisfires } from './misfires.js';
import { jobsNotToRunTwice } from './portable-claim.js';

/** A trigger that is complete or in error has nothing to pause (JS-PAU-01). */
const PAUSABLE: readonly StoredTriggerState[] = ['waiting', 'acquired'];

/** Resumed triggers that misfired meanwhile are handled in pages of this size, so that memory stays bounded. */
const MISFIRE_PAGE = 500;

/** When a resume happens, and what counts as misfired then. */
export interface ResumeTime {
  readonly now: number;
  readonly misfiredBefore: number;
}

/** @rule JS-PAU-01 */
export async function pauseSelection(tx: StoreTransaction, selection: TriggerSelection): Promise<void> {
  await tx.transitionTriggers(selection, PAUSABLE, 'paused');
}

/** @rule JS-PAU-03, JS-PAU-05 */
export async function pauseGroups(
  tx: StoreTransaction,
  of: 'jobs' | 'triggers',
  matcher: GroupMatcher,
): Promise<readonly string[]> {
  const matching = new Set((await tx.listGroups(of)).filter((group) => matchesGroup(matcher, group)));
  // A group named outright may be paused before it has a member.
  if ('equals' in matcher) matching.add(matcher.equals);
  const groups = [...matching].sort();
  const paused = await tx.getPausedGroups();
  await tx.putPausedGroups(
    of === 'triggers'
      ? { ...paused, triggerGroups: union(paused.triggerGroups, groups) }
      : { ...paused, jobGroups: union(paused.jobGroups, groups) },
  );
  for (const group of groups) await pauseSelection(tx, groupSelection(of, group));
  return groups;
}

/** @rule JS-PAU-08 */
export async function pauseAll(tx: StoreTransaction): Promise<void> {
  const paused = await tx.getPausedGroups();
  const groups = await tx.listGroups('triggers');
  await tx.putPausedGroups({ ...paused, triggerGroups: union(paused.triggerGroups, groups), all: true });
  await pauseSelection(tx, { by: 'all' });
}

/** @rule JS-PAU-02 */
export async function resumeSelection(
  tx: StoreTransaction,
  effects: Effects,
  selection: TriggerSelection,
  time: ResumeTime,
): Promise<void> {
  await tx.transitionTriggers(selection, ['paused'], 'waiting');
  const exceptJobs = await jobsNotToRunTwice(tx);
  let more = true;
  while (more) {
    const pass = await applyMisfires(tx, effects, {
      now: time.now,
      before: time.misfiredBefore,
      limit: MISFIRE_PAGE,
      selection,
      exceptJobs,
    });
    more = pass.hasMore;
  }
  effects.schedulingChanged(null);
}

/** @rule JS-PAU-06, JS-PAU-07 */
export async function resumeGroups(
  tx: StoreTransaction,
  effects: Effects,
  of: 'jobs' | 'triggers',
  matcher: GroupMatcher,
  time: ResumeTime,
): Promise<readonly string[]> {
  const before = await tx.getPausedGroups();
  const outside = (group: string): boolean => !matchesGroup(matcher, group);
  const paused =
    of === 'triggers'
      ? { ...before, triggerGroups: before.triggerGroups.filter(outside) }
      : { ...before, jobGroups: before.jobGroups.filter(outside) };
  await tx.putPausedGroups(paused);

  // A trigger is paused by its own group and by its job's: it goes on when neither holds it any more.
  const held = of === 'triggers' ? paused.jobGroups : paused.triggerGroups;
  const members = (await tx.listGroups(of)).filter((group) => matchesGroup(matcher, group));
  for (const group of members) {
    let selection = groupSelection(of, group);
    if (held.length > 0) {
      const records = await tx.selectTriggers(selection);
      const free = records.filter(
        ({ trigger: { key, jobKey } }) => !held.includes(of === 'triggers' ? jobKey.group : key.group),
      );
      selection = { by: 'keys', keys: free.map(({ trigger }) => trigger.key) };
    }
    await resumeSelection(tx, effects, selection, time);
  }
  const cleared = of === 'triggers' ? before.triggerGroups : before.jobGroups;
  return union(
    members,
    cleared.filter((group) => !outside(group)),
  );
}

/** @rule JS-PAU-09 */
export async function resumeAll(tx: StoreTransaction, effects: Effects, time: ResumeTime): Promise<void> {
  await tx.putPausedGroups({ triggerGroups: [], jobGroups: [], all: false });
  await resumeSelection(tx, effects, { by: 'all' }, time);
}

/** @rule JS-PAU-10 */
export async function resetFromError(tx: StoreTransaction, effects: Effects, key: TriggerKey): Promise<void> {
  const record = await findTrigger(tx, key);
  if (record?.state !== 'error') return;
  const { trigger } = record;
  if (trigger.nextFireAt === null) {
    await tx.putTriggers([{ trigger, state: 'complete', fireInstanceId: null }]);
    return;
  }
  const paused = isBornPaused(trigger.key, trigger.jobKey, await tx.getPausedGroups());
  await tx.putTriggers([{ trigger, state: paused ? 'paused' : 'waiting', fireInstanceId: null }]);
  if (!paused) effects.schedulingChanged(trigger.nextFireAt);
}

/** The triggers of one job. */
export function ofJob(jobKey: JobKey): TriggerSelection {
  return { by: 'job', jobKey };
}

function groupSelection(of: 'jobs' | 'triggers', group: string): TriggerSelection {
  return of === 'triggers' ? { by: 'triggerGroup', group } : { by: 'jobGroup', group };
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort();
}
