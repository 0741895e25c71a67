/**
 * What `ametrine next` computes: the fire times of one cron expression.
 *
 * @module
 */
import {
  type CronDialect,
  CronParseError,
  checkKnownKeys,
  cron,
  DEFAULT_GROUP,
  defineTrigger,
  type Instant,
  isSchedulerError,
  SchedulerError,
} from '@ametrine/core';
import { invalidArgument } from '@ametrine/core/spi';

/** Which fire times are asked for. */
export interface FireTimesRequest {
  readonly expression: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Epoch ms; times strictly after it are given. Null for now. */
  readonly from: number | null;
  /** How many. */
  readonly n: number;
  readonly dialect: CronDialect;
}

const KEYS: readonly (keyof FireTimesRequest)[] = ['expression', 'timeZone', 'from', 'n', 'dialect'];
/** More would only fill the memory: an answer is one line. */
const MAX_COUNT = 100_000;

/**
 * Reads a request, from a line or from options.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function readRequest(
  input: unknown,
  defaults: Omit<FireTimesRequest, 'expression'>,
): FireTimesRequest {
  checkKnownKeys('request', input, KEYS);
  const { expression, timeZone, from, n, dialect } = input as Partial<
    Record<keyof FireTimesRequest, unknown>
  >;
  return {
    expression: text('expression', expression),
    timeZone: timeZone === undefined ? defaults.timeZone : text('timeZone', timeZone),
    from: from === undefined ? defaults.from : instant(from),
    n: n === undefined ? defaults.n : count(n),
    dialect: dialect === undefined ? defaults.dialect : dialectOf(dialect),
  };
}

/**
 * Computes fire times, as ISO 8601 in UTC with milliseconds; fewer than asked for when there are no more.
 *
 * @throws SchedulerError `ERR_INVALID_CRON`, or `ERR_INVALID_ARGUMENT` for an unknown time zone
 */
export function fireTimes({ expression, timeZone, from, n, dialect }: FireTimesRequest): string[] {
  const source = cronSource(expression, timeZone, dialect);
  const times: string[] = [];
  for (
    let at = source.nextAfter(from ?? Date.now());
    at !== null && times.length < n;
    at = source.nextAfter(at)
  ) {
    times.push(new Date(at).toISOString());
  }
  return times;
}

/**
 * Makes sure that a time zone exists.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkTimeZone(timeZone: string): void {
  cronSource('* * * * * ?', timeZone, 'quartz');
}

function cronSource(expression: string, timeZone: string, dialect: CronDialect): ReturnType<typeof cron> {
  try {
    return cron(expression, timeZone, dialect);
  } catch (error) {
    if (error instanceof CronParseError) {
      throw new SchedulerError('ERR_INVALID_CRON', error.message, { cause: error });
    }
    if (error instanceof RangeError) throw invalidArgument('timeZone', timeZone, 'an IANA time zone', error);
    throw error;
  }
}

function text(field: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidArgument(field, value, 'a string');
  return value;
}

/** Instants are what a one-shot trigger takes: the model knows how they are written. */
function instant(value: unknown): number {
  try {
    return defineTrigger({ at: value as Instant }, { jobKey: { group: DEFAULT_GROUP, name: 'none' }, now: 0 })
      .startAt;
  } catch (error) {
    if (!isSchedulerError(error)) throw error;
    throw invalidArgument('from', value, String(error.details['remedy']), error);
  }
}

function count(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MAX_COUNT) {
    throw invalidArgument('n', value, `a whole number from 1 to ${MAX_COUNT}`);
  }
  return value;
}

function dialectOf(value: unknown): CronDialect {
  if (value !== 'quartz' && value !== 'unix') throw invalidArgument('dialect', value, "'quartz' or 'unix'");
  return value;
}
