/**
 * The boundary of a store: what goes in or out shares no mutable part with it (JOB-05, JOB-06). Values are frozen and
 * therefore shared as they are, except for data with dates or bytes in it, which JavaScript cannot freeze.
 *
 * @module
 */
import { ownData } from '../../data-map.js';
import type { JobDetail } from '../../job.js';
import type { Trigger } from '../../trigger.js';
import type { UnresolvedBundle } from '../hot-path.js';

/** A job that the caller may keep. */
export function ownJob(job: JobDetail): JobDetail {
  const data = ownData(job.data);
  return data === job.data ? job : Object.freeze({ ...job, data });
}

/** A trigger that the caller may keep. */
export function ownTrigger(trigger: Trigger): Trigger {
  const data = ownData(trigger.data);
  return data === trigger.data ? trigger : Object.freeze({ ...trigger, data });
}

/** A bundle that the caller may keep. */
export function ownBundle(bundle: UnresolvedBundle): UnresolvedBundle {
  const job = ownJob(bundle.job);
  const trigger = ownTrigger(bundle.trigger);
  return job === bundle.job && trigger === bundle.trigger ? bundle : { ...bundle, job, trigger };
}
