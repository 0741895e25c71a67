/**
 * A case that did not pass, as data: what a report keeps and a message shows.
 *
 * @module
 */

/** What is known of a failure, or of an inconclusive end. */
export interface Failure {
  /** What was checked, or the error that came instead. */
  readonly what: string;
  /** Null when nothing was compared. */
  readonly expected: string | null;
  /** Null when nothing was compared. */
  readonly seen: string | null;
  /** Where large values differ. */
  readonly differences: readonly string[];
  /** The operations that matter, oldest first. */
  readonly witness: readonly string[];
  /** How many operations the case had made. */
  readonly operations: number;
  /** The raw records of the backend, where the harness shows them. */
  readonly raw: string | null;
  /** The seed of the run in which it happened. */
  readonly seed: number;
}

/** What the failure says of the store, in one text: known deviations are recognised by it. */
export function evidenceOf({ what, expected, seen, differences }: Failure): string {
  return [
    what,
    ...(expected === null ? [] : [`expected ${expected}`]),
    ...(seen === null ? [] : [`seen ${seen}`]),
    ...differences,
  ].join('\n');
}

/** A failure of which nothing more is known. */
export function plainFailure(what: string, seed: number): Failure {
  return { what, expected: null, seen: null, differences: [], witness: [], operations: 0, raw: null, seed };
}
