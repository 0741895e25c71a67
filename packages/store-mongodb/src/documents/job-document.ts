/**
 * Jobs as documents.
 *
 * @module
 */
import type { JobDetail } from '@ametrine/core';
import { decodeData, EMPTY_DATA, encodeData } from '@ametrine/core/spi';
import { keyId } from './document-id.js';
import { type Fields, keyIn, textIn, textOrNull, unreadable } from './field-reading.js';
import type { Held } from './held.js';

/** A stored job. */
export interface JobDocument extends Held {
  readonly _id: string;
  readonly scheduler: string;
  readonly group: string;
  readonly name: string;
  readonly jobClass: string;
  readonly description: string | null;
  readonly durable: boolean;
  readonly requestsRecovery: boolean;
  readonly nonConcurrent: boolean;
  readonly persistsData: boolean;
  /** As `encodeData` writes them. */
  readonly data: string;
  /** Counts the triggers that were stored without the lock, where there are transactions; see `joining.ts`. */
  readonly touched?: number;
}

/** The document of a job. */
export function jobDocument(scheduler: string, job: JobDetail): JobDocument {
  return {
    _id: keyId(scheduler, job.key),
    scheduler,
    group: job.key.group,
    name: job.key.name,
    jobClass: job.jobClass,
    description: job.description,
    durable: job.durable,
    requestsRecovery: job.requestsRecovery,
    nonConcurrent: job.nonConcurrent,
    persistsData: job.persistDataAfterExecution,
    data: encodeData(job.data),
  };
}

/**
 * Reads a job.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the job
 */
export function readJob(document: JobDocument): JobDetail {
  const fields = document as unknown as Fields;
  try {
    return Object.freeze<JobDetail>({
      key: keyIn(fields, 'group', 'name'),
      jobClass: textIn(fields, 'jobClass'),
      description: textOrNull(fields, 'description'),
      durable: document.durable === true,
      requestsRecovery: document.requestsRecovery === true,
      nonConcurrent: document.nonConcurrent === true,
      persistDataAfterExecution: document.persistsData === true,
      data: decodeData(textIn(fields, 'data')),
    });
  } catch (error) {
    throw unreadable('job', `${String(document.group)}.${String(document.name)}`, error);
  }
}

/** Reads a job; one whose data cannot be read has none. Claims do not use this: such a job does not run. */
export function readJobAnyway(document: JobDocument): JobDetail {
  try {
    return readJob(document);
  } catch {
    return readJob({ ...document, data: encodeData(EMPTY_DATA) });
  }
}
