/**
 * The one error of both cron dialects.
 *
 * @module
 */

/** A field of a cron expression, in the order they are written. */
export type CronFieldName = 'seconds' | 'minutes' | 'hours' | 'dayOfMonth' | 'month' | 'dayOfWeek' | 'year';

/** What is wrong with an expression, and where. */
export interface CronParseErrorDetails {
  readonly expression: string;
  /** Null when the fault is not in one field, such as a wrong number of fields. */
  readonly field: CronFieldName | null;
  /** Index of the offending character in the expression, from 0; its length when something is missing. */
  readonly position: number;
  /** One clause, without the expression. */
  readonly reason: string;
}

const LABELS: Readonly<Record<CronFieldName, string>> = {
  seconds: 'seconds',
  minutes: 'minutes',
  hours: 'hours',
  dayOfMonth: 'day of month',
  month: 'month',
  dayOfWeek: 'day of week',
  year: 'year',
};

/** Thrown for an expression that cannot be read. Its message shows the expression with a caret under the fault. */
export class CronParseError extends Error implements CronParseErrorDetails {
  readonly expression: string;
  readonly field: CronFieldName | null;
  readonly position: number;
  readonly reason: string;

  constructor({ expression, field, position, reason }: CronParseErrorDetails) {
    const place = field === null ? '' : ` in the ${LABELS[field]} field`;
    // Tabs and line breaks would move the caret away from its character.
    const shown = expression.replace(/\s/g, ' ');
    super(`Invalid cron expression${place}: ${reason}\n  ${shown}\n  ${' '.repeat(position)}^`);
    this.name = 'CronParseError';
    this.expression = expression;
    this.field = field;
    this.position = position;
    this.reason = reason;
  }
}
