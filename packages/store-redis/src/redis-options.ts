/**
 * The options of the store.
 *
 * @module
 */
import { checkKnownKeys, invalidArgument, STORE_OPTION_KEYS, type StoreOptions } from '@ametrine/core/spi';
import { isCluster, type RedisClient } from './client.js';
import { checkKeyPrefix } from './keys.js';

/** Where a server listens. */
export interface RedisEndpoint {
  readonly host: string;
  readonly port: number;
}

/** How the store shows who it is. None of it is ever part of a message. */
export interface RedisCredentials {
  readonly username?: string;
  readonly password?: string;
  /** Options of `tls.connect`; `true` for the usual ones. @defaultValue no TLS, unless the URL says `rediss:` */
  readonly tls?: true | Readonly<Record<string, unknown>>;
}

/** One server. */
export interface RedisByUrl extends RedisCredentials {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss:` for TLS. */
  readonly url: string;
}

/** A cluster. */
export interface RedisByNodes extends RedisCredentials {
  /** Some of its nodes; the others are found through them. */
  readonly nodes: readonly RedisEndpoint[];
}

/** A primary that Sentinels name. */
export interface RedisBySentinels extends RedisCredentials {
  readonly sentinels: readonly RedisEndpoint[];
  /** What the Sentinels call the primary. */
  readonly name: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
}

/** A client that is yours: used as it is, and never closed. For wake-ups it is duplicated once; that one is closed. */
export interface RedisByClient {
  /** A `Redis` (also one with Sentinels) or a `Cluster` of ioredis. */
  readonly client: RedisClient;
}

/** Options beside the place. */
export interface RedisStoreTuning extends StoreOptions {
  /**
   * What all keys begin with, within their hash tag. Stores with different prefixes share nothing.
   * @defaultValue 'ametrine'
   */
  readonly keyPrefix?: string;
  /**
   * How long a call goes on trying while the server is away, loading or in the hands of somebody else, in ms, before
   * it fails. Smaller fails sooner; larger rides out restarts and failovers.
   * @defaultValue 5000
   */
  readonly patienceMs?: number;
  /**
   * What an acknowledged write is to survive. `'process'`: the death of the application; what the server itself may
   * lose is in the README. `'disk'`: a loss of power too; the store then refuses a server that does not write every
   * change to disk before it answers (`appendonly yes`, `appendfsync always`).
   * @defaultValue 'process'
   */
  readonly durability?: 'process' | 'disk';
  /**
   * How many replicas must have received a change before the store's call returns (`WAIT`); fewer, after a second, are
   * reported and do not undo it. It narrows what a failover can lose and adds a round trip to every call that writes.
   * Refused for a cluster, by nodes or by a client of yours.
   * @defaultValue 0
   */
  readonly waitReplicas?: number;
}

/** Options of the store: where the data are, and how it behaves. */
export type RedisStoreOptions = RedisStoreTuning &
  (RedisByUrl | RedisByNodes | RedisBySentinels | RedisByClient);

/** A place with what is needed to be let in. */
export interface RedisPlace {
  readonly place:
    | { readonly kind: 'url'; readonly url: string }
    | { readonly kind: 'nodes'; readonly nodes: readonly RedisEndpoint[] }
    | { readonly kind: 'sentinel'; readonly sentinels: readonly RedisEndpoint[]; readonly name: string };
  readonly credentials: Readonly<Record<string, unknown>>;
}

/** Checked options. */
export interface RedisSettings {
  readonly keyPrefix: string;
  readonly patienceMs: number;
  readonly durability: 'process' | 'disk';
  readonly waitReplicas: number;
  /** The user's client; null when the store makes its own. */
  readonly client: RedisClient | null;
  readonly at: RedisPlace | null;
}

const CREDENTIALS = ['username', 'password', 'tls'] as const;
const SENTINEL_CREDENTIALS = ['sentinelUsername', 'sentinelPassword'] as const;
const PLACES = ['url', 'nodes', 'sentinels', 'client'] as const;
const OWN_KEYS = [
  ...PLACES,
  'name',
  ...CREDENTIALS,
  ...SENTINEL_CREDENTIALS,
  'keyPrefix',
  'patienceMs',
  'durability',
  'waitReplicas',
];
const DEFAULT_PATIENCE_MS = 5000;
const CLIENT_METHODS = ['call', 'connect', 'disconnect', 'duplicate', 'subscribe', 'on', 'off'];

/**
 * Checks the options that are this store's own, and that there are no unknown ones.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`, which never shows a credential
 */
export function checkRedisOptions(options: RedisStoreOptions): RedisSettings {
  checkKnownKeys('options', options, [...STORE_OPTION_KEYS, ...OWN_KEYS]);
  const given: Readonly<Record<string, unknown>> = { ...options };
  const [kind, ...more] = PLACES.filter((place) => given[place] !== undefined);
  if (kind === undefined || more.length > 0) {
    const named = [kind, ...more].filter((place) => place !== undefined).join(' and ') || 'no place';
    throw invalidArgument('options', named, `exactly one of ${PLACES.join(', ')}`);
  }
  const foreign = foreignKeys(kind).find((key) => given[key] !== undefined);
  if (foreign !== undefined) {
    throw invalidArgument(`options.${foreign}`, '(given)', `no such option beside ${kind}`);
  }
  const client = kind === 'client' ? checkClient(given['client']) : null;
  const isOfCluster = kind === 'nodes' || (client !== null && isCluster(client));
  if (isOfCluster && given['waitReplicas'] !== undefined) {
    // WAIT has no key by which a cluster would know the server that was written to.
    throw invalidArgument('options.waitReplicas', given['waitReplicas'], 'no such option for a cluster');
  }
  return {
    keyPrefix: checkKeyPrefix(given['keyPrefix'] ?? 'ametrine'),
    patienceMs: checkWhole('patienceMs', given['patienceMs'] ?? DEFAULT_PATIENCE_MS),
    durability: checkDurability(given['durability'] ?? 'process'),
    waitReplicas: checkWhole('waitReplicas', given['waitReplicas'] ?? 0),
    client,
    at: kind === 'client' ? null : { place: checkPlace(kind, given), credentials: checkCredentials(given) },
  };
}

function foreignKeys(kind: (typeof PLACES)[number]): readonly string[] {
  if (kind === 'sentinels') return [];
  const sentinel = ['name', ...SENTINEL_CREDENTIALS];
  return kind === 'client' ? [...sentinel, ...CREDENTIALS] : sentinel;
}

function checkPlace(
  kind: Exclude<(typeof PLACES)[number], 'client'>,
  given: Readonly<Record<string, unknown>>,
): RedisPlace['place'] {
  if (kind === 'url') return { kind: 'url', url: checkUrl(given['url']) };
  if (kind === 'nodes') return { kind: 'nodes', nodes: checkEndpoints('nodes', given['nodes']) };
  const { name } = given;
  if (typeof name !== 'string' || name === '') {
    throw invalidArgument('options.name', name, 'what the Sentinels call the primary');
  }
  return { kind: 'sentinel', sentinels: checkEndpoints('sentinels', given['sentinels']), name };
}

/** The value is never shown: it may hold a password. */
function checkUrl(url: unknown): string {
  if (typeof url === 'string' && URL.canParse(url)) {
    const { protocol, hostname } = new URL(url);
    if ((protocol === 'redis:' || protocol === 'rediss:') && hostname !== '') return url;
  }
  throw invalidArgument('options.url', '(not shown)', 'redis://host[:port][/database], or rediss: for TLS');
}

function checkEndpoints(field: string, value: unknown): readonly RedisEndpoint[] {
  const remedy = 'a list of { host, port }';
  if (!Array.isArray(value) || value.length === 0) throw invalidArgument(`options.${field}`, value, remedy);
  return value.map((endpoint: unknown, index) => {
    checkKnownKeys(`options.${field}[${index}]`, endpoint as object, ['host', 'port']);
    const { host, port } = endpoint as Partial<RedisEndpoint>;
    if (typeof host !== 'string' || host === '') {
      throw invalidArgument(`options.${field}[${index}].host`, host, 'the name or address of a host');
    }
    if (!Number.isInteger(port) || (port as number) < 1 || (port as number) > 65_535) {
      throw invalidArgument(`options.${field}[${index}].port`, port, 'a port from 1 to 65535');
    }
    return { host, port: port as number };
  });
}

function checkCredentials(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const checked: Record<string, unknown> = {};
  for (const key of ['username', 'password', ...SENTINEL_CREDENTIALS]) {
    const value = given[key];
    if (value === undefined) continue;
    if (typeof value !== 'string') throw invalidArgument(`options.${key}`, '(not shown)', 'a string');
    checked[key] = value;
  }
  const { tls } = given;
  if (tls === true) checked['tls'] = {};
  else if (typeof tls === 'object' && tls !== null) checked['tls'] = tls;
  else if (tls !== undefined) throw invalidArgument('options.tls', tls, 'true, or options of tls.connect');
  return checked;
}

function checkClient(client: unknown): RedisClient {
  const methods = (client ?? {}) as Readonly<Record<string, unknown>>;
  if (CLIENT_METHODS.every((method) => typeof methods[method] === 'function')) return client as RedisClient;
  throw invalidArgument('options.client', '(not shown)', 'a Redis or Cluster of ioredis 5 or 6');
}

function checkDurability(value: unknown): 'process' | 'disk' {
  if (value === 'process' || value === 'disk') return value;
  throw invalidArgument('options.durability', value, "'process' or 'disk'");
}

function checkWhole(option: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidArgument(`options.${option}`, value, 'a whole number, 0 or more');
}
