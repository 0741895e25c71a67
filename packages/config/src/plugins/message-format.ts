/**
 * Message templates as Java's `MessageFormat` has them.
 *
 * @module
 */
import { invalidArgument, type TimeZone, timeZone, type WallClock, wallClock } from '@ametrine/core/spi';

/** What a template may be filled with; dates are `Date`s. */
export type MessageArgument = string | number | Date | null;

/** Fills in the arguments. */
export type MessageFormat = (args: readonly MessageArgument[]) => string;

type Part = (args: readonly MessageArgument[]) => string;

/**
 * Compiles a template: `{0}`, `{2, date, HH:mm:ss MM/dd/yyyy}`, `{2, time}`, `{7, number, integer}`; `''` is a quote,
 * and what stands between single quotes stands for itself. As in Java, a number without `number, #` has its digits
 * grouped; an argument that is null is the word `null`.
 *
 * @param field - the option that holds the template, for errors
 * @param zoneId - whose wall clock dates show
 * @throws SchedulerError `ERR_INVALID_ARGUMENT` for a template that cannot be read
 */
export function messageFormat(field: string, template: string, zoneId: string): MessageFormat {
  const zone = timeZone(zoneId);
  const parts: Part[] = [];
  let text = '';
  let quoted = false;
  const flush = (): void => {
    const literal = text;
    if (literal !== '') parts.push(() => literal);
    text = '';
  };
  for (let at = 0; at < template.length; at += 1) {
    const character = template[at];
    if (character === "'") {
      if (template[at + 1] === "'") {
        text += "'";
        at += 1;
      } else quoted = !quoted;
    } else if (character === '{' && !quoted) {
      const end = endOfElement(template, at);
      const element = end === null ? null : partOf(template.slice(at + 1, end), zone);
      if (end === null || element === null) {
        throw invalidArgument(
          field,
          template,
          `{n}, {n, date, pattern} or {n, number, integer} at character ${at + 1}`,
        );
      }
      flush();
      parts.push(element);
      at = end;
    } else text += character;
  }
  flush();
  return (args) => parts.map((part) => part(args)).join('');
}

function endOfElement(template: string, from: number): number | null {
  let quoted = false;
  for (let at = from + 1; at < template.length; at += 1) {
    if (template[at] === "'") quoted = !quoted;
    else if (template[at] === '}' && !quoted) return at;
    else if (template[at] === '{' && !quoted) return null;
  }
  return null;
}

function partOf(element: string, zone: TimeZone): Part | null {
  const [, index, kind, style] = /^\s*(\d{1,2})\s*(?:,\s*([a-z]+)\s*(?:,(.*))?)?$/s.exec(element) ?? [];
  if (index === undefined) return null;
  const position = Number(index);
  const show = showAs(kind ?? '', style?.trim() ?? '', zone);
  if (show === null) return null;
  return (args) => {
    const argument = args[position];
    if (argument === undefined) return `{${index}}`;
    return argument === null ? 'null' : show(argument);
  };
}

const STYLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  date: {
    '': 'MMM d, yyyy',
    short: 'M/d/yy',
    medium: 'MMM d, yyyy',
    long: 'MMMM d, yyyy',
    full: 'EEEE, MMMM d, yyyy',
  },
  time: { '': 'h:mm:ss a', short: 'h:mm a', medium: 'h:mm:ss a', long: 'h:mm:ss a z', full: 'h:mm:ss a z' },
};
const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });
const GROUPED_INTEGER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

function showAs(
  kind: string,
  style: string,
  zone: TimeZone,
): ((value: string | number | Date) => string) | null {
  if (kind === '' || kind === 'number') {
    if (kind === 'number' && !['', 'integer', '#', '0'].includes(style)) return null;
    const plain = style === '#' || style === '0';
    const format = style === 'integer' ? GROUPED_INTEGER : GROUPED;
    return (value) => {
      if (typeof value === 'number') return plain ? String(Math.round(value)) : format.format(value);
      return value instanceof Date ? dateText(value, 'M/d/yy, h:mm a', zone) : value;
    };
  }
  const styles = kind === 'date' || kind === 'time' ? STYLES[kind] : undefined;
  if (styles === undefined) return null;
  const pattern = Object.hasOwn(styles, style) ? (styles[style] ?? '') : style;
  if (!isDatePattern(pattern)) return null;
  return (value) => {
    if (value instanceof Date) return dateText(value, pattern, zone);
    return typeof value === 'number' ? dateText(new Date(value), pattern, zone) : value;
  };
}

const PIECES = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g;
const LETTERS = 'yMdEaHhkKmsSzZX';

function isDatePattern(pattern: string): boolean {
  const pieces = pattern.match(PIECES) ?? [];
  return (
    pieces.join('').length === pattern.length &&
    pieces.every((piece) => !/^[A-Za-z]/.test(piece) || LETTERS.includes(piece[0] ?? ''))
  );
}

function dateText(date: Date, pattern: string, zone: TimeZone): string {
  const clock = wallClock(zone, date.getTime());
  return pattern.replace(PIECES, (piece: string, quoted: string | undefined, letter: string | undefined) => {
    if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'");
    return letter === undefined ? piece : fieldText(letter, piece.length, clock, date, zone);
  });
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

function fieldText(letter: string, width: number, clock: WallClock, date: Date, zone: TimeZone): string {
  const padded = (value: number): string => String(value).padStart(width, '0');
  const named = (names: readonly string[], index: number): string => {
    const name = names[index] ?? '';
    return width >= 4 ? name : name.slice(0, 3);
  };
  switch (letter) {
    case 'y':
      return width === 2 ? String(clock.year % 100).padStart(2, '0') : padded(clock.year);
    case 'M':
      return width >= 3 ? named(MONTHS, clock.month - 1) : padded(clock.month);
    case 'd':
      return padded(clock.day);
    case 'E':
      return named(DAYS, new Date(Date.UTC(clock.year, clock.month - 1, clock.day)).getUTCDay());
    case 'a':
      return clock.hour < 12 ? 'AM' : 'PM';
    case 'H':
      return padded(clock.hour);
    case 'k':
      return padded(clock.hour === 0 ? 24 : clock.hour);
    case 'K':
      return padded(clock.hour % 12);
    case 'h':
      return padded(clock.hour % 12 === 0 ? 12 : clock.hour % 12);
    case 'm':
      return padded(clock.minute);
    case 's':
      return padded(clock.second);
    case 'S':
      return padded(date.getUTCMilliseconds());
    default:
      return zoneText(letter, width, date, zone);
  }
}

function zoneText(letter: string, width: number, date: Date, zone: TimeZone): string {
  if (letter === 'z') {
    const timeZoneName = width >= 4 ? 'long' : 'short';
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone.id, timeZoneName }).formatToParts(date);
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone.id;
  }
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone.id,
    timeZoneName: 'longOffset',
  }).formatToParts(date);
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value.slice(3) || '+00:00';
  return letter === 'X' && width >= 3 ? offset : offset.replace(':', '');
}
