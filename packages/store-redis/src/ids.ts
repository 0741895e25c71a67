/**
 * Keys of jobs and triggers as texts whose order, byte by byte in UTF-8, is the contract's (JS-ACQ-05).
 *
 * @module
 */
import { DEFAULT_GROUP, type JobKey } from '@ametrine/core';

/** Separates group and name. No name holds it, and it sorts before all that may follow. */
const NUL = '\0';
/** Stands before the characters U+E000 to U+FFFF, so that they sort behind those made of surrogates. */
const ABOVE = '\u{10FFFF}';
/** Stands for the two characters that would be taken for these marks. */
const MARK = '\u{10FFFE}';
const SPECIAL = /[\uE000-\uFFFF\u{10FFFE}\u{10FFFF}]/u;
const EACH_SPECIAL = /[\uE000-\uFFFF\u{10FFFE}\u{10FFFF}]/gu;
const EACH_ESCAPED = /\u{10FFFF}([\uE000-\uFFFF])|\u{10FFFE}([ab])/gu;

/**
 * A name whose UTF-8 bytes sort as its UTF-16 code units do. They differ only where names mix characters beyond U+FFFF
 * with those from U+E000 on; all other names are themselves.
 */
export function encodeName(name: string): string {
  if (!SPECIAL.test(name)) return name;
  return name.replace(EACH_SPECIAL, (character) => {
    if (character === MARK) return `${MARK}a`;
    return character === ABOVE ? `${MARK}b` : ABOVE + character;
  });
}

/** Reads what {@link encodeName} wrote. */
export function decodeName(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replace(EACH_ESCAPED, (_, above: string | undefined, mark: string | undefined) => {
    if (above !== undefined) return above;
    return mark === 'a' ? MARK : ABOVE;
  });
}

/** A group as ids begin with it: DEFAULT, which comes first, is the empty text. */
export function encodeGroup(group: string): string {
  return group === DEFAULT_GROUP ? '' : encodeName(group);
}

/** Reads what {@link encodeGroup} wrote. */
export function decodeGroup(text: string): string {
  return text === '' ? DEFAULT_GROUP : decodeName(text);
}

/** One text per key, sorted as {@link compareKeys} does. */
export function idOf({ group, name }: JobKey): string {
  return `${encodeGroup(group)}${NUL}${encodeName(name)}`;
}

/** The key of an id. */
export function keyOf(id: string): JobKey {
  const at = id.indexOf(NUL);
  return Object.freeze({ group: decodeGroup(id.slice(0, at)), name: decodeName(id.slice(at + 1)) });
}
