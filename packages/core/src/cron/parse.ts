/**
 * The Quartz dialect: six or seven fields, from seconds to an optional year.
 *
 * @module
 */
import { type CronFieldName, CronParseError } from './cron-error.js';
import { compileDaysOfMonth, compileDaysOfWeek } from './day-rules.js';
import { type CronExpression, FIRST_YEAR, LAST_YEAR, type YearRange } from './expression.js';
import { FieldReader, type FieldSpec, valuesOf } from './field-reader.js';
import { FieldSet } from './field-set.js';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const SECONDS: FieldSpec = { name: 'seconds', min: 0, max: 59, maxStep: 59, names: [] };
const MINUTES: FieldSpec = { name: 'minutes', min: 0, max: 59, maxStep: 59, names: [] };
const HOURS: FieldSpec = { name: 'hours', min: 0, max: 23, maxStep: 23, names: [] };
const DAY_OF_MONTH: FieldSpec = { name: 'dayOfMonth', min: 1, max: 31, maxStep: 31, names: [] };
const MONTH: FieldSpec = { name: 'month', min: 1, max: 12, maxStep: 12, names: MONTHS };
const DAY_OF_WEEK: FieldSpec = { name: 'dayOfWeek', min: 1, max: 7, maxStep: 7, names: WEEKDAYS };
const YEAR: FieldSpec = { name: 'year', min: FIRST_YEAR, max: LAST_YEAR, maxStep: LAST_YEAR, names: [] };

const MIN_FIELDS = 6;
const MAX_FIELDS = 7;
const HOURS_PER_DAY = 24;

/** A field as written, in upper case. */
interface FieldText {
  readonly text: string;
  readonly position: number;
}

/**
 * Parses an expression of the Quartz dialect:
 * `seconds minutes hours day-of-month month day-of-week [year]`, separated by blanks, in either letter case.
 *
 * - `*` all, `a-b` (wrapping around where `a > b`, except for years), `a/n`, `a-b/n`, `,` lists; `JAN` and `MON` names.
 * - Exactly one of day of month and day of week is `?`. Weekdays count from 1 (Sunday) to 7 (Saturday).
 * - Day of month: `L` last, `L-n`, `15W` nearest weekday, `LW`, `L-nW`. Day of week: `6L` last Friday, `6#3` third one.
 *
 * Three quirks of Quartz are kept: a step after a name is ignored (`SUN-SAT/2` is daily), `W` after a range
 * is ignored, and `#` in a list applies to the list's smallest weekday only. Other text that Quartz
 * would skip silently, such as `JANUARY` or `5X`, is an error.
 *
 * @throws CronParseError naming the field and the character
 */
export function parseCron(expression: string): CronExpression {
  const [seconds, minutes, hours, dayOfMonth, month, dayOfWeek, year] = splitFields(expression);
  const hourSet = readSet(expression, HOURS, hours);
  return Object.freeze({
    source: expression,
    seconds: readSet(expression, SECONDS, seconds),
    minutes: readSet(expression, MINUTES, minutes),
    hours: hourSet,
    daysByShape: readDays(expression, dayOfMonth, dayOfWeek),
    months: readSet(expression, MONTH, month),
    years:
      year === undefined ? [{ first: FIRST_YEAR, last: LAST_YEAR, step: 1 }] : readYears(expression, year),
    isRhythm: hourSet.size === HOURS_PER_DAY,
  });
}

type SixOrSeven = [FieldText, FieldText, FieldText, FieldText, FieldText, FieldText, FieldText?];

function splitFields(expression: string): SixOrSeven {
  const fields = Array.from(expression.matchAll(/\S+/g), (match) => ({
    // Only ASCII: other letters may change their length in upper case, which would shift positions.
    text: match[0].replace(/[a-z]/g, (letter) => letter.toUpperCase()),
    position: match.index,
  }));
  if (fields.length < MIN_FIELDS) {
    const reason = `expected six or seven fields, got ${fields.length}`;
    throw new CronParseError({ expression, field: null, position: expression.length, reason });
  }
  const surplus = fields[MAX_FIELDS];
  if (surplus !== undefined) {
    const reason = `expected six or seven fields, got ${fields.length}`;
    throw new CronParseError({ expression, field: null, position: surplus.position, reason });
  }
  return fields as SixOrSeven;
}

function readSet(expression: string, spec: FieldSpec, field: FieldText): FieldSet {
  return new FieldSet(readRanges(expression, spec, field).flatMap((range) => [...valuesOf(range, spec)]));
}

function readYears(expression: string, field: FieldText): YearRange[] {
  const ranges = readRanges(expression, YEAR, field);
  for (const { first, last } of ranges) {
    if (last < first) fail(expression, 'year', field.position, `the range ${first}-${last} runs backwards`);
  }
  return ranges.map(({ first, last, step }) => ({ first, last, step }));
}

function readRanges(
  expression: string,
  spec: FieldSpec,
  field: FieldText,
): ReturnType<FieldReader['takeRange']>[] {
  return listItems(expression, spec, field).map((item) => {
    const range = item.takeRange();
    item.expectEnd();
    return range;
  });
}

function readDays(expression: string, dayOfMonth: FieldText, dayOfWeek: FieldText): readonly number[] {
  const anyMonthDay = dayOfMonth.text === '?';
  const anyWeekday = dayOfWeek.text === '?';
  if (anyMonthDay && anyWeekday) {
    fail(expression, 'dayOfWeek', dayOfWeek.position, `day of month and day of week cannot both be '?'`);
  }
  if (anyMonthDay) return compileDaysOfWeek(listItems(expression, DAY_OF_WEEK, dayOfWeek));

  const days = compileDaysOfMonth(listItems(expression, DAY_OF_MONTH, dayOfMonth));
  if (!anyWeekday) {
    // Read it for its own faults first: they say more than the missing '?'.
    compileDaysOfWeek(listItems(expression, DAY_OF_WEEK, dayOfWeek));
    const reason = `one of day of month and day of week must be '?'`;
    fail(expression, 'dayOfWeek', dayOfWeek.position, reason);
  }
  return days;
}

function listItems(expression: string, spec: FieldSpec, { text, position }: FieldText): FieldReader[] {
  const stray = text.indexOf('?');
  if (stray !== -1) {
    const isDayField = spec === DAY_OF_MONTH || spec === DAY_OF_WEEK;
    const reason = isDayField ? `'?' must stand alone` : `'?' is only for day of month and day of week`;
    fail(expression, spec.name, position + stray, reason);
  }
  let start = position;
  return text.split(',').map((item) => {
    if (item === '') fail(expression, spec.name, start, 'a list item is empty');
    const reader = new FieldReader(expression, spec, item, start);
    start += item.length + 1;
    return reader;
  });
}

function fail(expression: string, field: CronFieldName, position: number, reason: string): never {
  throw new CronParseError({ expression, field, position, reason });
}
