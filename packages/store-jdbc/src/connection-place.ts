/**
 * What the options of every store behind a network say of where its connections come from.
 *
 * @module
 */
import { invalidArgument } from '@ametrine/core/spi';

/** The options in question, as they were given. */
export interface ConnectionPlace {
  readonly connection?: unknown;
  readonly pool?: unknown;
  readonly client?: unknown;
}

/**
 * Checks that there is one place, and how many connections it may have.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkConnectionPlace(
  { connection, pool, client }: ConnectionPlace,
  maxConnections: number,
): void {
  const given = [connection, pool, client].filter((place) => place !== undefined);
  // The value may hold a password: it is not part of the message.
  if (given.length !== 1) {
    throw invalidArgument(
      'options',
      Object.keys({ connection, pool, client }),
      'one of connection, pool and client',
    );
  }
  if (!Number.isSafeInteger(maxConnections) || maxConnections < 1) {
    throw invalidArgument('options.maxConnections', maxConnections, 'a whole number of at least 1');
  }
}
