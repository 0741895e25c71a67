/**
 * A node's name is one living process's, whichever database says so.
 *
 * @module
 */
import { isSchedulerError, SchedulerError } from '@ametrine/core/spi';

/** How long the session of a node that just died may keep its name, in ms. */
export const NAME_PATIENCE_MS = 2000;

/** Another living node has the name. */
export function nameTaken(instanceId: string): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_UNAVAILABLE',
    `Another living node of this scheduler has the instanceId ${instanceId}; give every process its own`,
    { retryable: true, details: { field: 'instanceId', instanceId } },
  );
}

/** Whether an error is {@link nameTaken}. */
export function isNameTaken(error: unknown): boolean {
  return isSchedulerError(error) && error.details.field === 'instanceId';
}
