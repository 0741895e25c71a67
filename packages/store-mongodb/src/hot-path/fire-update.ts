/**
 * What a fire writes.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import type { Document } from 'mongodb';

/**
 * The update that moves a trigger on; its data and schedule are not written again (JS-DAT-03).
 *
 * @param after - the trigger after the fire
 * @param also - further fields
 * @param more - further operators
 */
export function fireUpdate(after: Trigger, also: Document, more: Document): Document {
  const { nextFireAt, previousFireAt, timesTriggered } = after;
  return {
    $set: {
      state: 'waiting',
      timesTriggered,
      ...(previousFireAt === null ? {} : { previousFireAt }),
      ...(nextFireAt === null ? {} : { nextFireAt }),
      ...also,
    },
    $unset: { claim: '', ...(nextFireAt === null ? { nextFireAt: '' } : {}) },
    $inc: { version: 1 },
    ...more,
  };
}
