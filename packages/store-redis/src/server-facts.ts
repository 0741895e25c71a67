/**
 * What the server says of itself, and what follows for the data.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core/spi';
import { isCluster, type RedisClient } from './client.js';
import { dataLost } from './errors.js';
import { type Keys, LAYOUT_VERSION } from './keys.js';
import type { Session } from './session.js';

/** How things stand with the data, at one moment of the server. */
export interface Standing {
  /** The server's time (epoch ms). */
  readonly now: number;
  /** What is stored tells itself from other data by this; `''` when there is nothing. */
  readonly dataId: string;
  /** When the first waiting trigger is due (epoch ms); null when none waits. */
  readonly firstDueAt: number | null;
}

/** Lua of 6.2 has all that the scripts use. */
const OLDEST_MAJOR = 6;

/**
 * Looks whether everything is there.
 *
 * @param expectedId - the data that were opened; null to take what is there, and to found new ones where nothing is
 * @throws SchedulerError `ERR_STORE_CORRUPT` when something is missing, `ERR_STORE_SCHEMA` for another layout
 */
export async function examine(
  session: Session,
  operation: string,
  expectedId: string | null,
): Promise<Standing> {
  const foundAs = expectedId === null ? crypto.randomUUID() : '';
  const reply = await session.run('examine', operation, '0', foundAs, LAYOUT_VERSION);
  const [now, dataId, version, wrong, first] = reply as readonly string[];
  const { meta } = session.keys;
  // Another layout may count other things.
  if (dataId !== '' && Number(version) !== LAYOUT_VERSION) throw wrongVersion(session.keys, String(version));
  if (wrong !== '') throw dataLost(String(wrong), meta);
  if (expectedId !== null && dataId !== expectedId) {
    throw dataLost(dataId === '' ? 'everything is gone' : 'others have taken their place', meta);
  }
  return {
    now: Number(now),
    dataId: String(dataId),
    firstDueAt: first === '' ? null : Number(first),
  };
}

function wrongVersion(keys: Keys, found: string): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_SCHEMA',
    `What is stored under ${keys.meta} has layout ${found}, but this release knows ${LAYOUT_VERSION}; use the release that made it, or a newer one`,
    { details: { keys: keys.meta, found, known: LAYOUT_VERSION } },
  );
}

/**
 * Looks whether the server keeps what it is given.
 *
 * @param durability - what the store was asked for
 * @returns what its user should know, one error each
 * @throws SchedulerError `ERR_UNSUPPORTED` when the server cannot do what was asked for, or throws data away
 */
export async function inspectServer(
  session: Session,
  client: RedisClient,
  durability: 'process' | 'disk',
): Promise<readonly SchedulerError[]> {
  const reply = await session.run('examine', 'initialize', '1', '', LAYOUT_VERSION);
  const facts = infoFacts(reply.slice(5).join('\n'));
  const version = facts.get('redis_version') ?? '';
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
    throw unsupported('version', `Redis ${version} is too old; use 6.2 or newer, or Valkey`);
  }
  const policy = facts.get('maxmemory_policy') ?? 'unknown';
  if (policy.startsWith('allkeys') && facts.get('maxmemory') !== '0') {
    throw unsupported(
      'maxmemory-policy',
      `The server evicts any key when memory is short (maxmemory-policy ${policy}), schedules among them; set it to noeviction`,
    );
  }
  const warnings: SchedulerError[] = [];
  if (policy.startsWith('allkeys')) {
    const remedy = 'set it to noeviction before maxmemory is set';
    warnings.push(unsupported('maxmemory-policy', `maxmemory-policy is ${policy}; ${remedy}`));
  }
  const hasAof = facts.get('aof_enabled') === '1';
  if (durability === 'disk') await requireAlways(client, hasAof);
  else if (!hasAof) {
    const meaning = 'a server that stops loses everything since its last snapshot, or all';
    warnings.push(unsupported('appendonly', `appendonly is off: ${meaning}; set appendonly yes`));
  }
  return warnings;
}

async function requireAlways(client: RedisClient, hasAof: boolean): Promise<void> {
  const servers = isCluster(client) ? client.nodes('master') : [client];
  for (const server of servers) {
    const answer = await server.call('CONFIG', 'GET', 'appendfsync').catch(() => null);
    if (hasAof && flat(answer).includes('always')) continue;
    throw unsupported(
      'appendfsync',
      "The option durability is 'disk', but the server does not say that it writes every change to disk before it answers: " +
        'set appendonly yes and appendfsync always, and let this user ask CONFIG GET appendfsync',
    );
  }
}

/** The values of a map or of a list, as clients give either. */
function flat(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer.flat();
  return typeof answer === 'object' && answer !== null ? Object.values(answer) : [];
}

/** INFO, line by line. */
function infoFacts(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).map((line) => line.split(':'));
  return new Map(lines.map(([name = '', ...rest]) => [name, rest.join(':')]));
}

function unsupported(setting: string, message: string): SchedulerError {
  return new SchedulerError('ERR_UNSUPPORTED', message, { details: { setting } });
}
