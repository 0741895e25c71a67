/**
 * What a document carries while a change over several documents is under way on a server without transactions.
 *
 * @module
 */

/** Absent from every document that no change is holding. */
export interface Held {
  /** The fence of the change that wrote this document and is not over; a text while a new trigger waits to be let in. */
  readonly hold?: number | string;
  /** The document before that change; absent when it made the document. */
  readonly before?: object;
  /** That change removes the document. */
  readonly gone?: true;
}
