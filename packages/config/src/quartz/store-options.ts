/**
 * The options of a store that follow from several keys together.
 *
 * @module
 */
import { configError } from '../config-error.js';
import { QUARTZ_PREFIX } from './all-keys.js';
import type { Draft, PropertyValue } from './draft.js';
import { placeOfJdbcUrl } from './jdbc-url.js';
import { setNodes, setSentinels } from './store-keys.js';
import type { NamedStore } from './translate.js';

/** A store's type and its options. */
export interface StoreChoice {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** @throws SchedulerError `ERR_INVALID_CONFIG` when something is missing */
export function completeStore(file: string, draft: Draft, { type, family }: NamedStore): StoreChoice {
  const place = placeOf(file, draft, family);
  return { type: type ?? place.type ?? '', options: { ...place.options, ...draft.store } };
}

interface Place {
  /** Null when the name of the store says it. */
  readonly type: string | null;
  readonly options: Readonly<Record<string, unknown>>;
}

function placeOf(file: string, draft: Draft, family: NamedStore['family']): Place {
  if (family === 'jdbc' || (family === null && draft.facts.has('dataSource'))) return jdbcPlace(file, draft);
  if (family === 'mongodb') return mongoPlace(draft);
  if (family === 'redis') return redisPlace(file, draft);
  return { type: null, options: {} };
}

function jdbcPlace(file: string, draft: Draft): Place {
  const key = `${QUARTZ_PREFIX}jobStore.dataSource`;
  const name = draft.facts.get('dataSource');
  if (name === undefined) throw configError(file, key, 'is missing; it names the dataSource of the store');
  const source = draft.dataSources.get(name);
  const urlKey = `${QUARTZ_PREFIX}dataSource.${name}.URL`;
  if (source?.['URL'] === undefined)
    throw configError(file, urlKey, 'is missing; it says where the data are');
  const connections = source['maxConnections'];
  if (connections !== undefined && !/^[1-9]\d{0,4}$/.test(connections)) {
    const at = `${QUARTZ_PREFIX}dataSource.${name}.maxConnections`;
    throw configError(file, at, 'is not a whole number of at least 1');
  }
  return placeOfJdbcUrl(file, urlKey, {
    url: source['URL'],
    user: source['user'] ?? null,
    password: source['password'] ?? null,
    maxConnections: connections === undefined ? null : Number(connections),
  });
}

/** The store checks what belongs together; only what its driver takes has to be put in one place. */
function mongoPlace({ facts }: Draft): Place {
  const clientOptions: Record<string, number | boolean> = {};
  for (const [fact, text] of facts) {
    const [, name] = /^client (.+)$/.exec(fact) ?? [];
    if (name !== undefined) clientOptions[name] = /^\d+$/.test(text) ? Number(text) : text === 'true';
  }
  return { type: null, options: Object.keys(clientOptions).length === 0 ? {} : { clientOptions } };
}

function redisPlace(file: string, draft: Draft): Place {
  const { facts } = draft;
  const isTrue = (fact: string): boolean => facts.get(fact)?.toLowerCase() === 'true';
  const host = facts.get('host') ?? 'localhost';
  const port = facts.get('port') ?? '6379';
  const hosts = (): PropertyValue => ({
    file,
    key: `${QUARTZ_PREFIX}jobStore.host`,
    text: host
      .split(',')
      .map((address) => (/:\d+$/.test(address.trim()) ? address.trim() : `${address.trim()}:${port}`))
      .join(','),
    name: '',
    property: '',
  });
  if (isTrue('redisCluster')) setNodes(draft, hosts());
  else if (isTrue('redisSentinel')) setSentinels(draft, hosts());
  else {
    const url = `redis://${host}:${port}/${facts.get('database') ?? '0'}`;
    if (!URL.canParse(url))
      throw configError(file, `${QUARTZ_PREFIX}jobStore.host`, 'with port and database is no address');
    return { type: null, options: { url } };
  }
  return { type: null, options: {} };
}
