/**
 * JDBC URLs, and what they mean to the stores.
 *
 * @module
 */
import { configError, showConfigured } from '../config-error.js';

/** A data source of a `quartz.properties`. */
export interface DataSource {
  readonly url: string;
  readonly user: string | null;
  readonly password: string | null;
  readonly maxConnections: number | null;
}

/** A store with the options that say where its data are. */
export interface JdbcPlace {
  readonly type: 'postgres' | 'mysql' | 'sqlite';
  readonly options: Readonly<Record<string, unknown>>;
}

const SERVERS: Readonly<Record<string, { readonly type: 'postgres' | 'mysql'; readonly port: number }>> = {
  postgresql: { type: 'postgres', port: 5432 },
  mysql: { type: 'mysql', port: 3306 },
  mariadb: { type: 'mysql', port: 3306 },
};
/** Parameters of the JDBC drivers whose meaning we know; others would be misunderstood in silence. */
const SSL_MODES: Readonly<Record<string, unknown>> = {
  disable: false,
  disabled: false,
  false: false,
  require: { rejectUnauthorized: false },
  required: { rejectUnauthorized: false },
  trust: { rejectUnauthorized: false },
  true: true,
  'verify-ca': true,
  'verify-full': true,
  verify_ca: true,
  verify_identity: true,
};
const WITHOUT_MEANING =
  /^(useUnicode|characterEncoding|serverTimezone|connectionTimeZone|autoReconnect|rewriteBatchedStatements|reWriteBatchedInserts|allowPublicKeyRetrieval|useLegacyDatetimeCode|zeroDateTimeBehavior|cachePrepStmts|prepStmtCacheSize|prepStmtCacheSqlLimit|useServerPrepStmts|tcpKeepAlive|stringtype|prepareThreshold)$/i;

/**
 * Says which store a JDBC URL means, and where: `jdbc:postgresql:`, `jdbc:mysql:`, `jdbc:mariadb:` and `jdbc:sqlite:`.
 *
 * @param place - the key of the URL
 * @throws SchedulerError `ERR_INVALID_CONFIG` for other databases, and for parameters that it cannot translate
 */
export function placeOfJdbcUrl(file: string, place: string, source: DataSource): JdbcPlace {
  const [, kind = '', rest = ''] = /^jdbc:([a-z0-9]+):(.*)$/is.exec(source.url) ?? [];
  const fail = (problem: string): never => {
    throw configError(file, place, `${showConfigured(place, source.url)} ${problem}`);
  };
  if (kind.toLowerCase() === 'sqlite') {
    const [path = ''] = rest.split('?');
    if (path === '' || path.startsWith('file:')) return fail('names no file; expected jdbc:sqlite:<path>');
    return { type: 'sqlite', options: { path } };
  }
  const server = Object.hasOwn(SERVERS, kind.toLowerCase()) ? SERVERS[kind.toLowerCase()] : undefined;
  if (server === undefined) {
    return fail('is of no database that has a store; expected jdbc:postgresql:, mysql:, mariadb: or sqlite:');
  }
  const [, scheme] = /^([a-z+]+):/i.exec(rest) ?? [];
  if (scheme !== undefined)
    return fail(`asks for ${scheme}, which is not there; expected jdbc:${kind}://host[:port]/database`);
  // PostgreSQL's drivers also take a bare database name, on this host.
  const address = rest.startsWith('//') ? rest : `//localhost/${rest}`;
  if (/^\/\/[^/?]*,/.test(address)) return fail('names several hosts; expected one');
  if (!URL.canParse(`db:${address}`))
    return fail('is no URL; expected jdbc:<database>://host[:port]/database');
  const url = new URL(`db:${address}`);
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      return fail('has a % that is followed by no two hexadecimal digits; write %25 for the sign itself');
    }
  };
  const database = decoded(url.pathname.slice(1));
  if (database === '') return fail('names no database');
  const connection: Record<string, unknown> = {
    host: url.hostname === '' ? 'localhost' : url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? server.port : Number(url.port),
    database,
  };
  const user = source.user ?? (decoded(url.username) || null);
  const password = source.password ?? (decoded(url.password) || null);
  let schema: string | null = null;
  for (const [key, value] of url.searchParams) {
    const parameter = key.toLowerCase();
    if (parameter === 'user') connection['user'] = value;
    else if (parameter === 'password') connection['password'] = value;
    else if (parameter === 'currentschema' && server.type === 'postgres') schema = value;
    else if (parameter === 'applicationname' && server.type === 'postgres')
      connection['application_name'] = value;
    else if (
      ['ssl', 'sslmode', 'usessl'].includes(parameter) &&
      Object.hasOwn(SSL_MODES, value.toLowerCase())
    ) {
      const mode = SSL_MODES[value.toLowerCase()];
      if (mode !== false) connection['ssl'] = mode === true && server.type === 'mysql' ? {} : mode;
    } else if (!WITHOUT_MEANING.test(key)) {
      return fail(`has the parameter ${key}, which is not understood; leave it out`);
    }
  }
  if (user !== null) connection['user'] = user;
  if (password !== null) connection['password'] = password;
  const { maxConnections } = source;
  return {
    type: server.type,
    options: {
      connection,
      ...(schema === null ? {} : { schema }),
      ...(maxConnections === null ? {} : { maxConnections }),
    },
  };
}
