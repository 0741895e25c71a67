/**
 * Reading records that may be damaged, in steps that work on others as well.
 *
 * @module
 */
import type { JobDetail, JobKey } from '@ametrine/core';
import { type CalendarsByName, EMPTY_DATA, encodeData, readOrFault, standInFor } from '@ametrine/core/spi';
import { readCalendar, readJob, readTrigger, type TriggerRow } from './records.js';
import type { SqlRow } from './sql.js';

/**
 * Reads a trigger, or makes its stand-in.
 *
 * @param damaged - told of the fault
 */
export function readTriggerOrStandIn(
  row: SqlRow,
  jobKey: JobKey,
  damaged: (row: SqlRow, error: unknown) => void,
): TriggerRow {
  try {
    return readTrigger(row, jobKey);
  } catch (error) {
    damaged(row, error);
    const record = standInFor({ group: String(row[1]), name: String(row[2]) }, jobKey);
    return { id: row[0] as number, jobId: row[3] as number, runId: null, record };
  }
}

/** Reads a job; one whose data cannot be read has none. Claims do not use this: such a job does not run. */
export function readJobAnyway(row: SqlRow): JobDetail {
  try {
    return readJob(row).job;
  } catch {
    return readJob([...row.slice(0, -1), encodeData(EMPTY_DATA)]).job;
  }
}

/** The calendars of rows with their name and text. */
export function calendarsIn(rows: readonly SqlRow[]): CalendarsByName {
  return new Map(
    rows.map(([name, text]) => [String(name), readOrFault(() => readCalendar(String(name), text))]),
  );
}
