/**
 * What the ends of runs write: decided in memory, over the documents as they were read, one write per document.
 *
 * @module
 */
import {
  type Completion,
  type CompletionOutcome,
  completionDecision,
  type Effects,
  type StoredTriggerState,
} from '@ametrine/core/spi';
import type { DocumentState, RunEntry, TriggerDocument } from '../documents/trigger-document.js';

/** What is read of a trigger whose run ends. */
export type EndingDocument = Pick<
  TriggerDocument,
  | '_id'
  | 'state'
  | 'claim'
  | 'nextFireAt'
  | 'runs'
  | 'version'
  | 'job'
  | 'hold'
  | 'exclusive'
  | 'jobGroup'
  | 'jobName'
>;

/** The projection of {@link EndingDocument}. */
export const ENDING_FIELDS = {
  state: 1,
  claim: 1,
  nextFireAt: 1,
  runs: 1,
  version: 1,
  job: 1,
  hold: 1,
  exclusive: 1,
  jobGroup: 1,
  jobName: 1,
} as const;

/** How one document changes. */
export interface Ending {
  readonly document: EndingDocument;
  readonly state: DocumentState;
  readonly runs: readonly RunEntry[];
  readonly keepsClaim: boolean;
}

/** What a batch does. */
export interface Endings {
  /** By position. */
  readonly outcomes: readonly CompletionOutcome[];
  readonly endings: readonly Ending[];
}

interface Draft {
  readonly document: EndingDocument;
  state: DocumentState;
  runs: readonly RunEntry[];
  keepsClaim: boolean;
}

/**
 * Decides a batch, in its order.
 *
 * @param documentOf - the document of a completion's trigger, when it is there
 * @rule JS-CMP-01 to JS-CMP-06
 */
export function endingsOf(
  completions: readonly Completion[],
  documentOf: (completion: Completion) => EndingDocument | undefined,
  effects: Effects,
): Endings {
  const drafts = new Map<string, Draft>();
  const outcomes = completions.map((completion): CompletionOutcome => {
    const document = documentOf(completion);
    if (document === undefined) return 'stale';
    let draft = drafts.get(document._id);
    const runs = draft?.runs ?? document.runs;
    const run = runs.find(({ id, firedAt }) => id === completion.fireInstanceId && firedAt !== undefined);
    if (run === undefined) return 'stale';
    draft ??= { document, state: document.state, runs, keepsClaim: true };
    draft.runs = runs.filter((entry) => entry !== run);
    drafts.set(document._id, draft);
    applyInstruction(draft, completion, effects);
    if (run.nonConcurrent) effects.schedulingChanged(null);
    return 'completed';
  });
  return { outcomes, endings: [...drafts.values()] };
}

function applyInstruction(draft: Draft, completion: Completion, effects: Effects): void {
  const { document } = draft;
  const { trigger } = completion;
  if (draft.state === 'removed') return;
  const nextFireAt = document.nextFireAt ?? null;
  // The decision looks at the stored state and next fire time only: the rest of the trigger need not be read.
  const stored = {
    trigger: trigger.nextFireAt === nextFireAt ? trigger : { ...trigger, nextFireAt },
    state: draft.state as StoredTriggerState,
    fireInstanceId: draft.keepsClaim ? (document.claim ?? null) : null,
  };
  const decision = completionDecision(stored, completion);
  if (decision.kind === 'keep') return;
  if (decision.kind === 'remove') {
    draft.state = 'removed';
    if (trigger.nextFireAt !== null) effects.schedulingChanged(null);
    return;
  }
  draft.state = decision.state;
  draft.keepsClaim = false;
  effects.schedulingChanged(null);
}
