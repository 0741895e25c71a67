/**
 * The data that jobs and triggers carry: plain values that every store can keep.
 *
 * @module
 */

/** A value that every store keeps and gives back equal, its type included. */
export type DataValue =
  | string
  | number
  | boolean
  | null
  | bigint
  | Date
  | Uint8Array
  | readonly DataValue[]
  | { readonly [key: string]: DataValue };

/** The data map of a job or trigger, as it is stored: deeply frozen. */
export type JobData = { readonly [key: string]: DataValue };
