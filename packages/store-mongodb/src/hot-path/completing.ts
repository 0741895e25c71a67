/**
 * Ending runs: one look and one write for a whole batch, when each end concerns one document only; else one change over
 * several documents for the batch.
 *
 * @module
 */
import type { JobKey } from '@ametrine/core';
import { type Completion, type CompletionOutcome, Effects, encodeData, keyText } from '@ametrine/core/spi';
import { keyId } from '../documents/document-id.js';
import { networkFault } from '../errors.js';
import type { MongoTransaction } from '../transactions/mongo-transaction.js';
import { inOneBatch } from './candidates.js';
import { ENDING_FIELDS, type Ending, type EndingDocument, endingsOf } from './ended-runs.js';
import { writeEndings } from './ending-writes.js';
import type { HotPath } from './hot-path.js';

const PATIENCE = 50;
/** Of how many jobs it is counted whether they have other triggers. */
const MOST_COUNTED = 16;

/** Completions that need no more of the trigger than its hot fields; the others are left to the portable version. */
export function isBatchable({ instruction }: Completion): boolean {
  return instruction === 'none' || instruction === 'deleteTrigger' || instruction === 'setTriggerComplete';
}

/** @rule JS-CMP-01 to JS-CMP-09 */
export async function complete(
  hot: HotPath,
  effects: Effects,
  completions: readonly Completion[],
): Promise<readonly CompletionOutcome[]> {
  const [perishable, documents] = await Promise.all([
    perishableJobs(hot, completions),
    readEndings(hot, completions),
  ]);
  const goingWith = await jobsGoing(hot, perishable, completions);
  const isSingle = ({ changedData, instruction, jobKey }: Completion): boolean =>
    changedData === null && (instruction === 'none' || !goingWith.has(keyText(jobKey)));
  const single = completions.filter(isSingle);
  const together = completions.filter((completion) => !isSingle(completion));
  // First what may start again: that forgets its signals.
  const ofTogether =
    together.length === 0
      ? []
      : await hot.transactor.write(effects, (tx) => endTogether(tx, effects, together));
  const ofSingle = await endEach(hot, effects, single, documents);
  await removeBereft(
    hot,
    effects,
    [...perishable.values()].filter((key) => !goingWith.has(keyText(key))),
  );
  const [nextTogether, nextSingle] = [ofTogether.values(), ofSingle.values()];
  return completions.map((completion) => {
    const outcome = (isSingle(completion) ? nextSingle : nextTogether).next().value ?? 'stale';
    // Repeated after a broken connection: it is gone because the first attempt arrived.
    const wasMade = hot.doubts.takeEnding(completion.fireInstanceId);
    return outcome === 'stale' && wasMade ? 'completed' : outcome;
  });
}

/** By key: the jobs that go with their last trigger, among those that may lose one. */
async function perishableJobs(
  { collections: { jobs }, scheduler }: HotPath,
  completions: readonly Completion[],
): Promise<ReadonlyMap<string, JobKey>> {
  const keys = new Map<string, JobKey>();
  for (const { instruction, jobKey } of completions)
    if (instruction !== 'none') keys.set(keyId(scheduler, jobKey), jobKey);
  if (keys.size === 0) return new Map();
  const found = await jobs
    .find({ _id: { $in: [...keys.keys()] }, durable: { $ne: true } }, { projection: { _id: 1 } })
    .toArray();
  return new Map(found.map(({ _id }) => [keyText(keys.get(_id) as JobKey), keys.get(_id) as JobKey]));
}

/**
 * Those of the jobs that may have no trigger beside those that run: they go together with it, in one change. When there
 * are many they all do, which is one change, too.
 */
async function jobsGoing(
  { collections: { triggers }, scheduler }: HotPath,
  perishable: ReadonlyMap<string, JobKey>,
  completions: readonly Completion[],
): Promise<ReadonlySet<string>> {
  if (perishable.size > MOST_COUNTED) return new Set(perishable.keys());
  const going = await Promise.all(
    [...perishable].map(async ([text, key]) => {
      const limit = 1 + completions.filter(({ jobKey }) => keyText(jobKey) === text).length;
      const stored = await triggers.countDocuments({ job: keyId(scheduler, key) }, { limit });
      return stored < limit ? [text] : [];
    }),
  );
  return new Set(going.flat());
}

/** Removes jobs whose other triggers have all gone meanwhile: each end thought that another would be the last. */
async function removeBereft(
  { collections: { triggers }, scheduler, transactor }: HotPath,
  effects: Effects,
  keys: readonly JobKey[],
): Promise<void> {
  if (keys.length === 0) return;
  const ids = keys.map((key) => keyId(scheduler, key));
  const kept: ReadonlySet<unknown> = new Set(await triggers.distinct('job', { job: { $in: ids } }));
  const bereft = keys.filter((key) => !kept.has(keyId(scheduler, key)));
  if (bereft.length === 0) return;
  // Signals of its own, because it forgets them when it starts again.
  const orphans = await transactor.write(new Effects(), (tx) => removeOrphans(tx, bereft));
  for (const key of orphans) effects.jobDeleted(key);
}

type Documents = ReadonlyMap<string, EndingDocument>;

/** The documents that hold the runs, by id. */
async function readEndings(
  { collections: { triggers }, scheduler }: HotPath,
  completions: readonly Completion[],
): Promise<Documents> {
  const ids = [...new Set(completions.map((completion) => documentId(scheduler, completion)))];
  const found = await triggers
    .find<EndingDocument>({ _id: { $in: ids } }, { projection: ENDING_FIELDS, ...inOneBatch(ids.length) })
    .toArray();
  return new Map(found.map((document) => [document._id, document]));
}

function documentId(scheduler: string, { trigger }: Completion): string {
  return keyId(scheduler, trigger.key);
}

/** Each run ends by a guarded write to its trigger's document. */
async function endEach(
  hot: HotPath,
  effects: Effects,
  completions: readonly Completion[],
  found: Documents,
): Promise<readonly CompletionOutcome[]> {
  let documents = found;
  const idOf = (completion: Completion): string => documentId(hot.scheduler, completion);
  const documentOf = (completion: Completion): EndingDocument | undefined => documents.get(idOf(completion));
  const outcomes: CompletionOutcome[] = completions.map(() => 'stale');
  let left = completions.map((completion, position) => ({ completion, position }));
  for (let attempt = 1; left.length > 0 && attempt <= PATIENCE; attempt++) {
    if (attempt > 1)
      documents = await readEndings(
        hot,
        left.map(({ completion }) => completion),
      );
    const held = left.filter(({ completion }) => documentOf(completion)?.hold !== undefined);
    const free = left.filter(({ completion }) => documentOf(completion)?.hold === undefined);
    const those = free.map(({ completion }) => completion);
    const batch = endingsOf(those, documentOf, effects);
    for (const [index, { position }] of free.entries())
      if (batch.outcomes[index] === 'completed') outcomes[position] = 'completed';
    const unmade = await writeOrDoubt(hot, batch.endings, those);
    left = [...held, ...free.filter(({ completion }) => unmade.has(idOf(completion)))];
    if (held.length > 0) await hot.transactor.settle();
  }
  return outcomes;
}

/** Answers the ids of the documents that somebody else wrote to meanwhile, and that still hold a run of the batch. */
async function writeOrDoubt(
  { collections: { triggers }, doubts }: HotPath,
  endings: readonly Ending[],
  completions: readonly Completion[],
): Promise<ReadonlySet<string>> {
  if (endings.length === 0) return new Set();
  const tokens = completions.map(({ fireInstanceId }) => fireInstanceId);
  try {
    if ((await writeEndings(triggers, endings, tokens)) === endings.length) return new Set();
  } catch (error) {
    if (networkFault(error) !== null) doubts.doubtEndings(tokens);
    throw error;
  }
  const ids = endings.map(({ document }) => document._id);
  const left = await triggers
    .find({ _id: { $in: ids }, 'runs.id': { $in: tokens } }, { projection: { _id: 1 } })
    .toArray();
  return new Set(left.map(({ _id }) => _id));
}

/** Runs end together with what else they change: data of jobs, and jobs that lose their last trigger. */
export async function endTogether(
  tx: MongoTransaction,
  effects: Effects,
  completions: readonly Completion[],
): Promise<readonly CompletionOutcome[]> {
  const { scheduler } = tx.parts;
  const idOf = ({ trigger }: Completion): string => keyId(scheduler, trigger.key);
  const documents = await tx.runningDocuments([...new Set(completions.map(idOf))]);
  const { outcomes, endings } = endingsOf(completions, (of) => documents.get(idOf(of)), effects);
  await tx.endRuns(endings);
  await persistData(
    tx,
    completions.filter((_, index) => outcomes[index] === 'completed'),
  );
  const bereft = new Map<string, JobKey>();
  for (const { document, state } of endings) {
    if (state !== 'removed' || document.state === 'removed') continue;
    const key = { group: document.jobGroup, name: document.jobName };
    bereft.set(keyText(key), key);
  }
  for (const key of await removeOrphans(tx, [...bereft.values()])) effects.jobDeleted(key);
  return outcomes;
}

/** Writes what runs left in their data, and nothing else of their jobs, which may have been replaced meanwhile (JS-CMP-07). */
async function persistData(tx: MongoTransaction, completions: readonly Completion[]): Promise<void> {
  const latest = new Map<string, string>();
  for (const { jobKey, changedData } of completions)
    if (changedData !== null) latest.set(keyId(tx.parts.scheduler, jobKey), encodeData(changedData));
  if (latest.size > 0) await tx.putJobData(latest);
}

/** Removes the jobs that are not durable and have lost their last trigger, and answers them (JS-REM-04). */
async function removeOrphans(tx: MongoTransaction, keys: readonly JobKey[]): Promise<readonly JobKey[]> {
  if (keys.length === 0) return [];
  const perishable = (await tx.getJobs(keys)).filter(({ durable }) => !durable).map(({ key }) => key);
  if (perishable.length === 0) return [];
  const kept = new Set((await tx.jobsWithTriggers(perishable)).map(keyText));
  const orphans = perishable.filter((key) => !kept.has(keyText(key)));
  await tx.removeJobs(orphans);
  return orphans;
}
