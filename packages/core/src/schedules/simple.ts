/**
 * Fire times of simple schedules: `start + k × interval` in elapsed time, the end excluded. Positions are fixed: a
 * time that a calendar excludes is lost, not made up for.
 *
 * @module
 */
import { LAST_INSTANT } from '../instant.js';
import type { SimpleSchedule } from '../trigger.js';

/** Gives the first fire time after an instant (exclusive), null when there is none. */
export function nextSimpleFire(
  schedule: SimpleSchedule,
  startAt: number,
  endAt: number | null,
  afterMs: number,
): number | null {
  let at = startAt;
  if (afterMs >= startAt) {
    const { repeatCount, repeatIntervalMs } = schedule;
    if (repeatCount === 0) return null;
    const position = Math.floor((afterMs - startAt) / repeatIntervalMs) + 1;
    if (repeatCount > 0 && position > repeatCount) return null;
    at = startAt + position * repeatIntervalMs;
  }
  return at > LAST_INSTANT || (endAt !== null && at >= endAt) ? null : at;
}

/** Gives the last fire time; null when it fires for ever, or never. */
export function finalSimpleFire(
  schedule: SimpleSchedule,
  startAt: number,
  endAt: number | null,
): number | null {
  const { repeatCount, repeatIntervalMs } = schedule;
  if (endAt !== null && endAt <= startAt) return null;
  if (repeatCount === 0) return startAt;
  if (repeatCount < 0 && endAt === null) return null;
  const beforeEnd = Math.ceil(((endAt ?? LAST_INSTANT + 1) - startAt) / repeatIntervalMs) - 1;
  return startAt + (repeatCount < 0 ? beforeEnd : Math.min(beforeEnd, repeatCount)) * repeatIntervalMs;
}

/** Counts the fire times of an endless schedule from one of them (inclusive) to a later instant (exclusive of a fire at it). */
export function simpleFiresBetween(schedule: SimpleSchedule, fromMs: number, toMs: number): number {
  if (schedule.repeatIntervalMs < 1) return 0;
  return Math.floor((toMs - fromMs) / schedule.repeatIntervalMs);
}
