/**
 * Options of plugins, which come as texts from a properties file and typed from everywhere else.
 *
 * @module
 */
import { checkTimeZone, invalidArgument, systemTimeZone } from '@ametrine/core/spi';
import { type MessageFormat, messageFormat } from './message-format.js';

/** Reads a flag: a boolean, or `'true'` or `'false'`. */
export function flagOption(field: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  const text = String(value).toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalidArgument(field, value, 'true or false');
}

/** Reads a whole number, also from digits. */
export function wholeOption(field: string, value: unknown, otherwise: number, least: number): number {
  if (value === undefined) return otherwise;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= least) return number;
  throw invalidArgument(field, value, `a whole number of at least ${least}`);
}

/** Compiles the message templates among the options of a plugin. */
export function templateOptions<Name extends string>(
  options: Readonly<Partial<Record<Name | 'timeZone', string | undefined>>>,
  defaults: Readonly<Record<Name, string>>,
): Readonly<Record<Name, MessageFormat>> {
  const zone =
    options.timeZone === undefined ? systemTimeZone() : checkTimeZone('options.timeZone', options.timeZone);
  const compiled = Object.entries<string>(defaults).map(([name, template]) => {
    const given: unknown = options[name as Name] ?? template;
    if (typeof given !== 'string') throw invalidArgument(`options.${name}`, given, 'a message template');
    return [name, messageFormat(`options.${name}`, given, zone)];
  });
  return Object.fromEntries(compiled) as Record<Name, MessageFormat>;
}
