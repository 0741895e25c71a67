/**
 * Jobs beside their triggers in one result.
 *
 * @module
 */
import type { JobDetail } from '@ametrine/core';
import { JOB_COLUMNS, readJob } from '../records.js';
import { RawSql, type SqlRow } from '../sql.js';

/** How many columns {@link JOB_OF_FIRST} has. */
export const JOB_WIDTH: number = JOB_COLUMNS.length + 1;

/**
 * The id and {@link JOB_COLUMNS} of job `j` on the first row of each job, null on its others: the data of a job travel
 * once, however many of its triggers there are. `rank` orders the rows.
 */
export const JOB_OF_FIRST: RawSql = new RawSql(
  ['id', ...JOB_COLUMNS]
    .map((column) => `CASE WHEN row_number() OVER (PARTITION BY j.id ORDER BY rank) = 1 THEN j.${column} END`)
    .join(', '),
);

/** Reads the jobs of rows that are in their order; what cannot be read has its fault in its place. */
export class JobsOfRows {
  readonly #jobs = new Map<number, JobDetail | Error>();

  /** @param columns - the part of the row with {@link JOB_OF_FIRST} */
  of(jobId: number, columns: SqlRow): JobDetail | Error {
    let job = this.#jobs.get(jobId);
    if (job === undefined) {
      try {
        job = readJob(columns).job;
      } catch (error) {
        job = error as Error;
      }
      this.#jobs.set(jobId, job);
    }
    return job;
  }
}
