/**
 * A job as the text that is stored: flags, class, data, description, separated by NUL.
 *
 * @module
 */
import type { JobDetail } from '@ametrine/core';
import { decodeData, EMPTY_DATA, encodeData, showKey } from '@ametrine/core/spi';
import { keyOf } from '../ids.js';
import { unreadable } from './damage.js';

/** Writes a job. */
export function writeJob(job: JobDetail): string {
  const flags = [
    job.nonConcurrent ? 'n' : '',
    job.requestsRecovery ? 'r' : '',
    job.durable ? 'd' : '',
    job.persistDataAfterExecution ? 'p' : '',
  ].join('');
  const description = job.description === null ? '' : `d${job.description}`;
  return [flags, job.jobClass, encodeData(job.data), description].join('\0');
}

/**
 * Reads a job.
 *
 * @throws SchedulerError `ERR_RECORD_UNREADABLE` that names the job
 */
export function readJob(id: string, value: string): JobDetail {
  try {
    const [flags = '', jobClass = '', data, description] = value.split('\0');
    if (!/^n?r?d?p?$/.test(flags)) throw new Error(`its flags are ${JSON.stringify(flags)}`);
    if (jobClass === '' || data === undefined || description === undefined) throw new Error('it is cut off');
    return Object.freeze({
      key: keyOf(id),
      jobClass,
      description: description === '' ? null : description.slice(1),
      durable: flags.includes('d'),
      requestsRecovery: flags.includes('r'),
      nonConcurrent: flags.includes('n'),
      persistDataAfterExecution: flags.includes('p'),
      data: decodeData(data),
    });
  } catch (error) {
    throw unreadable('job', showKey(keyOf(id)), error);
  }
}

/** Reads a job; one whose data cannot be read has none. Claims do not use this: such a job does not run. */
export function readJobAnyway(id: string, value: string): JobDetail {
  try {
    return readJob(id, value);
  } catch {
    const [flags = '', jobClass = 'unreadable'] = value.split('\0');
    const known = /^n?r?d?p?$/.test(flags) ? flags : '';
    return readJob(id, [known, jobClass, encodeData(EMPTY_DATA), ''].join('\0'));
  }
}
