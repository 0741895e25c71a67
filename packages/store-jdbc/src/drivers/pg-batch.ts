/**
 * Several statements in one round trip and one transaction, over pg's extended query protocol.
 *
 * pg sends one statement, waits for its answer, and sends the next. The protocol asks for no such thing: statements that
 * are sent before one Sync message are executed one after another, each with a snapshot of its own, in one implicit
 * transaction that commits at the Sync; the first that fails takes all of them back. pg hands its connection to any
 * object with a `submit` method for such purposes (pg-cursor and pg-query-stream are made that way).
 *
 * @module
 */
import type { Sql, SqlList, SqlRow, SqlValue } from '../sql.js';
import { PG_TYPES, type PgClient, statementName } from './pg.js';

/** pg's side of a connection, as far as a batch uses it. */
interface PgConnection {
  readonly stream: { cork?(): void; uncork?(): void };
  close(message: { type: 'S'; name: string }): void;
  parse(message: { text: string; name: string; types?: readonly number[] }): void;
  bind(message: {
    portal: string;
    statement: string;
    values: readonly (string | null)[];
    binary: boolean;
  }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  sync(): void;
}

interface RowDescription {
  readonly fields: readonly { readonly dataTypeID: number }[];
}

/** The statements that are prepared on a connection. */
const prepared = new WeakMap<object, Set<string>>();

function preparedOn(connection: object): Set<string> {
  const known = prepared.get(connection) ?? new Set<string>();
  prepared.set(connection, known);
  return known;
}

/** Whether a client can be given a batch; pg's native client cannot, nor can one that is told to pipeline by itself. */
export function takesBatches(client: PgClient): boolean {
  const { connection, pipeline } = client as { readonly connection?: unknown; readonly pipeline?: unknown };
  return typeof connection === 'object' && connection !== null && pipeline !== true;
}

/** What became of a batch that was sent. Without an answer of the server nobody knows whether it was committed. */
export class BatchFailure {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/**
 * Executes the statements; answers the rows of each.
 *
 * @throws BatchFailure when something went wrong after they were sent; before that, what pg says
 */
export function executeBatch(
  client: PgClient,
  statements: readonly Sql[],
  keepPrepared: boolean,
): Promise<readonly (readonly SqlRow[])[]> {
  return new Promise((resolve, reject) => {
    const batch = new PgBatch(statements, keepPrepared, (error) => {
      if (error === null) resolve(batch.results);
      else reject(batch.submitted ? new BatchFailure(error) : (error as Error));
    });
    (client as { query(batch: object): unknown }).query(batch);
  });
}

/** What pg calls a submittable query. */
class PgBatch {
  readonly results: SqlRow[][] = [];
  readonly #statements: readonly Sql[];
  readonly #keepPrepared: boolean;
  /** Whether it was sent. */
  submitted = false;
  callback: (error: unknown) => void;
  #parsers: readonly ((value: string) => SqlValue)[] = [];
  #rows: SqlRow[] = [];
  #unsure: string[] = [];

  constructor(statements: readonly Sql[], keepPrepared: boolean, callback: (error: unknown) => void) {
    this.#statements = statements;
    this.#keepPrepared = keepPrepared;
    this.callback = callback;
  }

  submit(connection: PgConnection): null {
    this.submitted = true;
    connection.stream.cork?.();
    try {
      for (const statement of this.#statements) this.#send(connection, statement);
      connection.sync();
    } finally {
      connection.stream.uncork?.();
    }
    return null;
  }

  #send(connection: PgConnection, { text, values }: Sql): void {
    // pg keeps count of the statements that it prepares itself: ours have other names.
    const name = this.#keepPrepared ? `${statementName(text)}b` : '';
    const known = preparedOn(connection);
    if (name === '' || !known.has(name)) {
      // A batch that failed may have got as far as this statement, or not.
      if (name !== '') connection.close({ type: 'S', name });
      connection.parse({ text, name });
      known.add(name);
      this.#unsure.push(name);
    }
    connection.bind({ portal: '', statement: name, values: values.map(parameterText), binary: false });
    connection.describe({ type: 'P', name: '' });
    connection.execute({ portal: '', rows: 0 });
  }

  handleRowDescription({ fields }: RowDescription): void {
    this.#parsers = fields.map(({ dataTypeID }) => PG_TYPES.getTypeParser(dataTypeID));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const parsers = this.#parsers;
    this.#rows.push(
      fields.map((field, index) =>
        field === null ? null : (parsers[index] as (text: string) => SqlValue)(field),
      ),
    );
  }

  handleCommandComplete(): void {
    this.results.push(this.#rows);
    this.#rows = [];
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }

  handleError(error: unknown, connection: PgConnection): void {
    const known = prepared.get(connection);
    for (const name of this.#unsure) known?.delete(name);
    this.callback(error);
  }

  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}

/** A parameter in PostgreSQL's text format. */
function parameterText(value: SqlValue | SqlList): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : arrayText(value);
}

function arrayText(values: SqlList): string {
  let text = '{';
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as SqlValue;
    if (index > 0) text += ',';
    if (typeof value === 'string')
      text += `"${SPECIAL.test(value) ? value.replace(ALL_SPECIAL, '\\$&') : value}"`;
    else text += value === null ? 'NULL' : value;
  }
  return `${text}}`;
}

const SPECIAL = /["\\]/;
const ALL_SPECIAL = /["\\]/g;
