/**
 * What every step of the hot path works with.
 *
 * @module
 */
import type { Collections } from '../collections.js';
import type { Transactor } from '../transactions/transactor.js';
import type { Doubts } from './doubts.js';
import type { UnderWay } from './under-way.js';

/** The hot path of one open store. */
export interface HotPath {
  readonly collections: Collections;
  readonly scheduler: string;
  readonly instanceId: string;
  readonly transactor: Transactor;
  /** The server has transactions. */
  readonly hasTransactions: boolean;
  readonly doubts: Doubts;
  readonly underWay: UnderWay;
}
