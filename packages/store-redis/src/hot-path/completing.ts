/**
 * Ending runs, and giving claims back: one script for a batch.
 *
 * @module
 */
import {
  type AcquiredTrigger,
  type Completion,
  type CompletionOutcome,
  type Effects,
  encodeData,
  isSchedulerError,
} from '@ametrine/core/spi';
import { idOf, keyOf } from '../ids.js';
import { followingOf } from '../records/trigger-text.js';
import { type Host, repeatable } from './host.js';

const LETTERS: Readonly<Partial<Record<Completion['instruction'], string>>> = {
  none: 'n',
  deleteTrigger: 'd',
  setTriggerComplete: 'c',
};

/** Completions whose instruction concerns one trigger at most, and needs to read none. */
export function isScripted({ instruction }: Completion): boolean {
  return LETTERS[instruction] !== undefined;
}

/**
 * Ends runs whose instructions are {@link isScripted}.
 *
 * @rule JS-CMP-01 to JS-CMP-09
 */
export async function complete(
  host: Host,
  completions: readonly Completion[],
  effects: Effects,
): Promise<readonly CompletionOutcome[]> {
  const pieces = completions.flatMap(({ fireInstanceId, instruction, trigger, jobKey, changedData }) => [
    fireInstanceId,
    LETTERS[instruction] ?? '',
    trigger.nextFireAt ?? '',
    // While the run lasted there was time to find the fire after the next: the claim will not have to.
    instruction === 'none' && trigger.nextFireAt !== null ? followingOf(trigger) : '',
    changedData === null ? '' : idOf(jobKey),
    changedData === null ? '' : encodeData(changedData),
  ]);
  const reply = await endingThem(host, completions, () =>
    host.session.write('complete', 'triggeredJobsComplete', [
      host.session.keys.channel,
      host.life,
      ...pieces,
    ]),
  );
  const [word, letters, changed, orphans] = reply as readonly [string, string, number, readonly string[]];
  // A repeated answer does not say what changed.
  if (word === 'again' || changed === 1) effects.schedulingChanged(null);
  for (const id of orphans ?? []) effects.jobDeleted(keyOf(id));
  return completions.map(({ fireInstanceId }, index) => {
    const wasSent = host.ending.delete(fireInstanceId);
    return letters[index] === 'c' || wasSent ? 'completed' : 'stale';
  });
}

/** Remembers what was sent and not answered, so that the step may be repeated and still tell what became of it. */
async function endingThem<T>(
  host: Host,
  completions: readonly Completion[],
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!isSchedulerError(error, 'ERR_WRITE_FATE_UNKNOWN')) throw error;
    for (const { fireInstanceId } of completions) host.ending.add(fireInstanceId);
    throw repeatable(error);
  }
}

/** @rule JS-REL-01, JS-REL-02 */
export async function release(
  host: Host,
  acquired: readonly AcquiredTrigger[],
  effects: Effects,
): Promise<void> {
  try {
    const reply = await host.session.write('release', 'releaseAcquiredTriggers', [
      host.session.keys.channel,
      host.life,
      ...acquired.map(({ fireInstanceId }) => fireInstanceId),
    ]);
    const [word, earliest, siblings] = reply as readonly [string, string, number];
    if (word === 'again' || siblings === 1) effects.schedulingChanged(null);
    else if (earliest !== '') effects.schedulingChanged(Number(earliest));
  } catch (error) {
    // A claim that was given back is not there to be given back again.
    throw isSchedulerError(error, 'ERR_WRITE_FATE_UNKNOWN') ? repeatable(error) : error;
  }
}
