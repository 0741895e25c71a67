/**
 * Statements as a tagged template: values become parameters, and nothing but {@link RawSql} becomes text.
 *
 * @module
 */

/** What a parameter or a column holds. */
export type SqlValue = string | number | null;

/** A column of values as one parameter, where the database has arrays. */
export type SqlList = readonly SqlValue[];

/** One row of a result, in the order of the columns asked for. */
export type SqlRow = readonly SqlValue[];

/** Text that is part of a statement: an identifier or a piece that a dialect rendered. Never made from a value. */
export class RawSql {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A statement with its parameters, or a piece of one. */
export interface Sql {
  readonly text: string;
  /** The text between the parameters; one more than there are values. */
  readonly chunks: readonly string[];
  readonly values: readonly (SqlValue | SqlList)[];
}

/** A statement to be executed for each row of parameters. */
export interface SqlEach {
  readonly text: string;
  readonly rows: readonly SqlRow[];
}

/** What may stand in a template: a parameter, text, or another piece with its own parameters. */
export type SqlPart = SqlValue | SqlList | RawSql | Sql;

/** The tag. */
export type SqlTag = (strings: TemplateStringsArray, ...parts: readonly SqlPart[]) => Sql;

interface Rendered {
  readonly pieces: readonly (RawSql | readonly string[] | null)[];
  readonly chunks: readonly string[];
  readonly text: string;
}

/** So many forms of one template are remembered: they differ by the pieces in it. */
const MOST_FORMS = 64;

/**
 * Makes a tag for one dialect. The text of a template is put together once for the pieces in it and then reused, so that
 * drivers find their prepared statement by an unchanged string.
 *
 * @param placeholder - the parameter of that position, from 1 on
 */
export function sqlTag(placeholder: (position: number) => string): SqlTag {
  const known = new WeakMap<TemplateStringsArray, Rendered[]>();
  return (strings, ...parts) => {
    const forms = known.get(strings) ?? [];
    known.set(strings, forms);
    let rendered = forms.find(({ pieces }) => samePieces(pieces, parts));
    if (rendered === undefined) {
      rendered = render(strings, parts, placeholder);
      forms.push(rendered);
      if (forms.length > MOST_FORMS) forms.shift();
    }
    return { text: rendered.text, chunks: rendered.chunks, values: valuesOf(parts) };
  };
}

function isPiece(part: SqlPart): part is RawSql | Sql {
  return typeof part === 'object' && part !== null && !Array.isArray(part);
}

function pieceOf(part: SqlPart): RawSql | readonly string[] | null {
  if (!isPiece(part)) return null;
  return part instanceof RawSql ? part : part.chunks;
}

function samePieces(pieces: Rendered['pieces'], parts: readonly SqlPart[]): boolean {
  for (let index = 0; index < parts.length; index++) {
    if (pieces[index] !== pieceOf(parts[index] as SqlPart)) return false;
  }
  return true;
}

function render(
  strings: TemplateStringsArray,
  parts: readonly SqlPart[],
  placeholder: (position: number) => string,
): Rendered {
  const chunks = [strings[0] as string];
  const append = (text: string): void => {
    chunks[chunks.length - 1] += text;
  };
  parts.forEach((part, index) => {
    if (!isPiece(part)) chunks.push('');
    else if (part instanceof RawSql) append(part.text);
    else {
      append(part.chunks[0] as string);
      chunks.push(...part.chunks.slice(1));
    }
    append(strings[index + 1] as string);
  });
  const text = chunks.reduce((whole, chunk, index) => `${whole}${placeholder(index)}${chunk}`);
  return { pieces: parts.map(pieceOf), chunks, text };
}

function valuesOf(parts: readonly SqlPart[]): readonly (SqlValue | SqlList)[] {
  const values: (SqlValue | SqlList)[] = [];
  for (const part of parts) {
    if (!isPiece(part)) values.push(part);
    else if (!(part instanceof RawSql)) values.push(...part.values);
  }
  return values;
}
