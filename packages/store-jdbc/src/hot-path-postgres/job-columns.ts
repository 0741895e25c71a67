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

/** Reads the jobs of rows; what cannot be read has its fault in its place. */
export class JobsOfRows {
  readonly #jobs = new Map<number, JobDetail | Error>();

  /** Reads the job of a row that has it. @param columns - the id and {@link JOB_COLUMNS}, or nulls */
  meet(columns: SqlRow): void {
    const id = columns[0] as number | null;
    if (id === null || this.#jobs.has(id)) return;
    try {
      this.#jobs.set(id, readJob(columns).job);
    } catch (error) {
      this.#jobs.set(id, error as Error);
    }
  }

  /**
   * The job with that id.
   *
   * @throws SchedulerError `ERR_RECORD_UNREADABLE` when its row cannot be read
   */
  of(jobId: number): JobDetail {
    const job = this.#jobs.get(jobId);
    if (job === undefined || job instanceof Error) throw job ?? new Error('its job was not told');
    return job;
  }
}
