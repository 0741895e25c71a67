/**
 * The client of the database, by what is used of it: a `Redis` or `Cluster` of ioredis.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core/spi';
import type { RedisPlace } from './redis-options.js';

/** What is used of a client; `Redis` and `Cluster` of ioredis 5 and 6 are such. */
export interface RedisClient {
  /** `'ready'` while commands can be sent, `'wait'` before a lazy client is asked to connect, `'end'` when it is closed. */
  readonly status: string;
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  connect(): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
  /** Another client of the same place; its arguments differ between `Redis` and `Cluster`. */
  // biome-ignore lint/suspicious/noExplicitAny: the parameters of two unlike methods
  duplicate(...args: any[]): RedisClient;
  subscribe(...channels: string[]): Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: as EventEmitter has it
  on(event: string, listener: (...args: any[]) => void): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: as EventEmitter has it
  off(event: string, listener: (...args: any[]) => void): unknown;
}

/** As much of the module ioredis as is needed to make clients. */
interface RedisModule {
  readonly Redis: new (...args: unknown[]) => RedisClient;
  readonly Cluster: new (nodes: unknown, options: unknown) => RedisClient;
}

/** The pauses between attempts to listen grow from this one to the longest, in ms; half of each is left to chance. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/** How long to pause before an attempt, in ms; the first is number 1. */
export function pauseBefore(attempt: number): number {
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 10), LONGEST_PAUSE_MS);
  return Math.ceil(pauseMs * (0.5 + Math.random() / 2));
}

/**
 * Our own clients leave all patience to the store: they fail at once what a lost connection leaves undone instead of
 * sending it again by themselves, since only the store knows what may be repeated; and they connect when it says so.
 */
const OPTIONS = {
  lazyConnect: true,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  retryStrategy: () => null,
  connectTimeout: 5000,
} as const;

/** Makes a client that does not connect yet. */
export async function makeClient({ place, credentials }: RedisPlace): Promise<RedisClient> {
  const { Redis, Cluster } = await loadDriver();
  if (place.kind === 'url') return new Redis(place.url, { ...OPTIONS, ...credentials });
  if (place.kind === 'sentinel') {
    const { sentinels, name } = place;
    const { tls, sentinelUsername, sentinelPassword, ...own } = credentials;
    return new Redis({
      ...OPTIONS,
      ...own,
      ...(tls === undefined ? {} : { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
      ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
      ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
      sentinels,
      name,
      // A Sentinel is told of a failover as soon as it happens, not at the next time a connection breaks.
      failoverDetector: true,
      sentinelRetryStrategy: () => null,
    });
  }
  const { sentinelUsername: _, sentinelPassword: __, ...redisOptions } = credentials;
  return new Cluster(place.nodes, {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: () => null,
    // Slots that moved are learned from the servers' answers; a timer would keep the process alive.
    slotsRefreshInterval: 0,
    retryDelayOnFailover: 50,
    retryDelayOnClusterDown: 50,
    retryDelayOnTryAgain: 50,
    maxRedirections: 8,
    slotsRefreshTimeout: 2000,
    redisOptions: { ...redisOptions, connectTimeout: OPTIONS.connectTimeout, maxRetriesPerRequest: 0 },
  });
}

/**
 * Another client for subscribing, which does not connect yet and ends with its first connection. In a cluster every
 * server passes messages on to all: any will do.
 */
export function subscriberOf(client: RedisClient): RedisClient {
  let server = client;
  if (isCluster(client)) {
    const servers = client.nodes('master');
    const any = servers[Math.floor(Math.random() * servers.length)];
    if (any === undefined) throw new Error("Cluster isn't ready");
    server = any;
  }
  const subscriber = server.duplicate({ ...OPTIONS, readOnly: false });
  subscriber.on('error', () => {});
  unrefSockets(subscriber);
  return subscriber;
}

/** Keeps the connections of a client of ours from keeping the process alive; calls under way have timers that do. */
export function unrefSockets(client: RedisClient): void {
  const unref = (of: unknown): void => {
    (of as { stream?: { unref?: () => void } }).stream?.unref?.();
  };
  if (isCluster(client)) client.on('+node', (node: RedisClient) => node.on('connect', () => unref(node)));
  else client.on('connect', () => unref(client));
}

/** Whether a client is one of a cluster. */
export function isCluster(
  client: RedisClient,
): client is RedisClient & { nodes(role: string): RedisClient[] } {
  return typeof (client as { nodes?: unknown }).nodes === 'function';
}

async function loadDriver(): Promise<RedisModule> {
  try {
    return (await import('ioredis')) as unknown as RedisModule;
  } catch (cause) {
    throw new SchedulerError(
      'ERR_STORE_UNAVAILABLE',
      'The package ioredis does not load; install it beside @ametrine/store-redis: npm install ioredis',
      { cause, details: { package: 'ioredis' } },
    );
  }
}

/** Closes a client of ours; resolves when its connections are closed. */
export async function closeClient(client: RedisClient): Promise<void> {
  const connections = isCluster(client) ? client.nodes('all') : [client];
  const ended = connections.filter(({ status }) => OPEN.has(status)).map(whenEnded);
  // Disconnecting what is closed would leave a timer of ioredis behind.
  if (client.status !== 'end' && client.status !== 'close') client.disconnect();
  await Promise.all(ended);
}

/** States of a connection with a socket, which says when it is closed. */
const OPEN: ReadonlySet<string> = new Set(['ready', 'connect']);

function whenEnded(connection: RedisClient): Promise<void> {
  return new Promise((resolve) => {
    connection.on('end', resolve);
  });
}
