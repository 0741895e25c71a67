/**
 * Java's properties files: what `java.util.Properties` reads and writes.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core';

/** One entry of a properties file. */
export interface PropertyEntry {
  readonly key: string;
  readonly value: string;
  /** Where it begins; the first line is 1. */
  readonly line: number;
}

const TAB = 9;
const LINE_FEED = 10;
const FORM_FEED = 12;
const RETURN = 13;
const BLANK = 32;
const BANG = 33;
const HASH = 35;
const COLON = 58;
const EQUALS = 61;
const BACKSLASH = 92;
const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/**
 * Reads a properties text: comments (`#`, `!`), the separators `=`, `:` and blanks, lines continued by a backslash, and
 * the escapes `\t \n \r \f \uXXXX`. Like Java it takes the time of one pass, and a key that comes again comes again:
 * the last one counts.
 *
 * @returns the entries in their order
 * @throws SchedulerError `ERR_INVALID_CONFIG`, naming the line, for a `\u` without four hexadecimal digits
 */
export function parseProperties(text: string): PropertyEntry[] {
  const entries: PropertyEntry[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const started = line;
    let logical = '';
    let isEntry = false;
    for (;;) {
      const from = skipBlanks(text, at);
      const end = endOfLine(text, from);
      const marker = text.charCodeAt(from);
      // A line that continues nothing yet may still be a comment, as it is to Java.
      const isComment = logical === '' && (marker === HASH || marker === BANG);
      const continues = !isComment && endsInOddBackslashes(text, from, end);
      if (!isComment) logical += text.slice(from, continues ? end - 1 : end);
      at = afterLineEnd(text, end);
      if (end < text.length) line += 1;
      // Java takes a backslash that is all of the last line for an entry without a name, but not before CR LF.
      isEntry = logical !== '' || (continues && end >= text.length - 1);
      if (!continues || at >= text.length) break;
    }
    if (isEntry) entries.push(entryOf(logical, started));
  }
  return entries;
}

function entryOf(logical: string, line: number): PropertyEntry {
  const keyEnd = endOfKey(logical);
  let valueStart = skipBlanks(logical, keyEnd);
  const separator = logical.charCodeAt(valueStart);
  if (separator === EQUALS || separator === COLON) valueStart = skipBlanks(logical, valueStart + 1);
  return {
    key: unescaped(logical.slice(0, keyEnd), line),
    value: unescaped(logical.slice(valueStart), line),
    line,
  };
}

function endOfKey(logical: string): number {
  for (let at = 0; at < logical.length; at += 1) {
    const code = logical.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === EQUALS || code === COLON || isBlank(code)) return at;
  }
  return logical.length;
}

function unescaped(text: string, line: number): string {
  let result = '';
  let copied = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', copied)) {
    result += text.slice(copied, at);
    const letter = text[at + 1] ?? '';
    copied = at + 2;
    if (letter === 'u') {
      const digits = text.slice(copied, copied + 4);
      if (!/^[\da-fA-F]{4}$/.test(digits)) {
        const message = `line ${line}: \\u${digits} is no character; expected four hexadecimal digits behind \\u`;
        throw new SchedulerError('ERR_INVALID_CONFIG', message, { details: { line } });
      }
      result += String.fromCharCode(Number.parseInt(digits, 16));
      copied += 4;
    } else {
      result += ESCAPES[letter] ?? letter;
    }
  }
  return result + text.slice(copied);
}

function isBlank(code: number): boolean {
  return code === BLANK || code === TAB || code === FORM_FEED;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at))) at += 1;
  return at;
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LINE_FEED || code === RETURN) return at;
  }
  return text.length;
}

function afterLineEnd(text: string, end: number): number {
  return text.charCodeAt(end) === RETURN && text.charCodeAt(end + 1) === LINE_FEED ? end + 2 : end + 1;
}

function endsInOddBackslashes(text: string, from: number, end: number): boolean {
  let backslashes = 0;
  while (end - backslashes > from && text.charCodeAt(end - backslashes - 1) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

/**
 * Writes a properties text that every reader of such files understands, whatever its encoding: ASCII, a line an entry.
 */
export function formatProperties(entries: Iterable<readonly [string, string]>): string {
  let text = '';
  for (const [key, value] of entries)
    text += `${escaped(key, /[ =:#!\\]/g)}=${escaped(value, /^ |[=:#!\\]/g)}\n`;
  return text;
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, '\\$&').replace(/[^ -~]/g, (character) => {
    const known = Object.keys(ESCAPES).find((key) => ESCAPES[key] === character);
    return `\\${known ?? `u${character.charCodeAt(0).toString(16).padStart(4, '0')}`}`;
  });
}

/**
 * The text of a properties file. Java reads such files as ISO-8859-1, today's editors write UTF-8: bytes that are UTF-8
 * are read so, with or without a byte order mark, and all others as ISO-8859-1.
 */
export function decodeProperties(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}
