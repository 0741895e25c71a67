/**
 * What a job is, as a value.
 *
 * @module
 */
import type { JobData } from './data.js';
import type { JobKey } from './key.js';

/**
 * A stored job: what to run and how. A deeply frozen value; change it by storing another one.
 * The flags are stored with the job and never derived from its class (contract §9.14), so that a node which
 * lacks the class can still list, pause and delete it.
 */
export interface JobDetail {
  readonly key: JobKey;
  /** The name by which the resolver finds the class to run. */
  readonly jobClass: string;
  readonly description: string | null;
  /** Kept when its last trigger is gone. */
  readonly durable: boolean;
  /** Run again, with `recovering` true, when the node that ran it died. */
  readonly requestsRecovery: boolean;
  /** Never run twice at the same time, on any node, whatever the number of its triggers. */
  readonly nonConcurrent: boolean;
  /** What the run leaves in its data is stored for the next run. */
  readonly persistDataAfterExecution: boolean;
  readonly data: JobData;
}
