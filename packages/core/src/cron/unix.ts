/**
 * The unix dialect: five fields, or a nickname such as `@daily`.
 *
 * The `cron-parser` package reads the notation; the time search is our own, so that both dialects
 * share one rule for time-zone transitions and one speed.
 *
 * @module
 */
import { createRequire } from 'node:module';
import { type CronFieldName, CronParseError } from './cron-error.js';
import { type CronExpression, FIRST_YEAR, forEachMonthShape, LAST_YEAR } from './expression.js';
import { FieldSet } from './field-set.js';

type Parser = typeof import('cron-parser').CronExpressionParser;
type ParsedFields = ReturnType<Parser['parse']>['fields'];

const FIELDS: readonly CronFieldName[] = ['minutes', 'hours', 'dayOfMonth', 'month', 'dayOfWeek'];
const HOURS_PER_DAY = 24;

let parser: Parser | undefined;

/** The package brings luxon along, which would triple the time to import the core; so it waits for the first use. */
function loadParser(): Parser {
  if (parser === undefined) {
    const require = createRequire(import.meta.url);
    parser = (require('cron-parser') as typeof import('cron-parser')).CronExpressionParser;
  }
  return parser;
}

/**
 * Parses an expression of the unix dialect: `minutes hours day-of-month month day-of-week`, or one of `@yearly`,
 * `@annually`, `@monthly`, `@weekly`, `@weekdays`, `@weekends`, `@daily`, `@midnight`, `@hourly`, `@minutely`, `@secondly`.
 *
 * Weekdays count from 0 (Sunday) to 6, and 7 is Sunday too. When both day fields are restricted, a day fires that
 * matches *either*. `L` (last day), `5L` (last Friday) and `5#3` (third Friday) are understood. `H` stands for
 * a value drawn from the expression's text: the same on every node and at every start.
 *
 * @throws CronParseError naming the field at fault, at whose start `position` points
 */
export function parseUnixCron(expression: string): CronExpression {
  const text = expression.trim();
  if (text.startsWith('@')) return compile(expression, parseNickname(expression, text));

  const fields = Array.from(expression.matchAll(/\S+/g));
  if (fields.length !== FIELDS.length) {
    const reason = `expected five fields or a nickname such as @daily, got ${fields.length}`;
    const position = fields[FIELDS.length]?.index ?? expression.length;
    throw new CronParseError({ expression, field: null, position, reason });
  }
  try {
    return compile(expression, loadParser().parse(text, { hashSeed: text }).fields);
  } catch (cause) {
    throw blame(expression, fields, cause);
  }
}

function parseNickname(expression: string, text: string): ParsedFields {
  const nickname = text.toLowerCase();
  try {
    return loadParser().parse(nickname === '@midnight' ? '@daily' : nickname).fields;
  } catch {
    const position = expression.indexOf('@');
    throw new CronParseError({ expression, field: null, position, reason: `unknown nickname '${text}'` });
  }
}

/** The package does not say which field it objects to: try each alone, among fields that allow everything. */
function blame(expression: string, fields: readonly RegExpMatchArray[], cause: unknown): CronParseError {
  const culprit = fields.findIndex(([text], index) => {
    try {
      loadParser().parse(FIELDS.map((_, other) => (other === index ? text : '*')).join(' '));
      return false;
    } catch {
      return true;
    }
  });
  return new CronParseError({
    expression,
    field: FIELDS[culprit] ?? null,
    position: fields[culprit]?.index ?? 0,
    reason: cause instanceof Error ? cause.message : String(cause),
  });
}

function compile(source: string, fields: ParsedFields): CronExpression {
  const hours = new FieldSet(fields.hour.values);
  return Object.freeze({
    source,
    seconds: new FieldSet(fields.second.values),
    minutes: new FieldSet(fields.minute.values),
    hours,
    months: new FieldSet(fields.month.values),
    years: [{ first: FIRST_YEAR, last: LAST_YEAR, step: 1 }],
    daysByShape: compileDays(fields),
    isRhythm: hours.size === HOURS_PER_DAY,
  });
}

function compileDays({ dayOfMonth, dayOfWeek }: ParsedFields): readonly number[] {
  const monthDays = new Set<unknown>(dayOfMonth.values);
  const weekdays = new Set<unknown>(dayOfWeek.values);
  const nth = dayOfWeek.nthDay;
  const eitherDecides = !dayOfMonth.isWildcard && !dayOfWeek.isWildcard;

  return forEachMonthShape((length, firstWeekday) => {
    let days = 0;
    for (let day = 1; day <= length; day++) {
      const weekday = (firstWeekday - 1 + day - 1) % 7;
      const isNth = nth === 0 || Math.ceil(day / 7) === nth;
      const isLastOfKind =
        day > length - 7 && (weekdays.has(`${weekday}L`) || (weekday === 0 && weekdays.has('7L')));
      const byMonthDay = monthDays.has(day) || (day === length && monthDays.has('L'));
      const byWeekday = (weekdays.has(weekday) && isNth) || isLastOfKind;
      if (eitherDecides ? byMonthDay || byWeekday : byMonthDay && byWeekday) days |= 1 << day;
    }
    return days;
  });
}
