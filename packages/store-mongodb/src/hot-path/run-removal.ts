/**
 * Taking one run out of its trigger's document.
 *
 * @module
 */
import type { Document } from 'mongodb';
import { EXCLUSIVE } from '../documents/trigger-document.js';

/** The stages that remove the run of a token, with the claim that it holds and what it keeps others from. */
export function removingRun(token: string): readonly Document[] {
  const text = { $literal: token };
  const claimed = { $and: [{ $eq: ['$state', 'acquired'] }, { $eq: ['$claim', text] }] };
  return [
    {
      $set: {
        runs: { $filter: { input: '$runs', cond: { $ne: ['$$this.id', text] } } },
        version: { $add: ['$version', 1] },
        state: { $cond: [claimed, 'waiting', '$state'] },
        claim: { $cond: [claimed, '$$REMOVE', '$claim'] },
      },
    },
    { $set: { exclusive: EXCLUSIVE } },
  ];
}
