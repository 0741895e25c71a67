/**
 * Whether another process already is the node of this name (JS-CLU-06).
 *
 * Every store listens on a channel of its own life. Who asks the server how many listen there learns whether that
 * process is still connected; together with a fresh check-in that is proof enough to refuse a second one. It is no proof
 * of death: a connection may break while its process lives, and nobody is recovered because of it.
 *
 * @module
 */
import { type InstanceRecord, SchedulerError } from '@ametrine/core/spi';
import { isCluster, type RedisClient } from './client.js';
import type { Keys } from './keys.js';

/** The channel on which one life of a node listens, to nothing. */
export function lifeChannel({ channel }: Keys, life: string): string {
  return `${channel}:${life}`;
}

/** A process that was killed a moment ago may be listed still: it is asked for so often, with pauses in between. */
const ASKED = 6;
const PAUSE_MS = 50;

/** Whether somebody listens on a channel, on any server of a cluster, and goes on to do so. */
export async function isListenedTo(client: RedisClient, channel: string): Promise<boolean> {
  for (let asked = 1; await hasListener(client, channel); asked += 1) {
    if (asked === ASKED) return true;
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE_MS);
    });
  }
  return false;
}

async function hasListener(client: RedisClient, channel: string): Promise<boolean> {
  const servers = isCluster(client) ? client.nodes('all') : [client];
  for (const server of servers) {
    const answer = (await server.call('PUBSUB', 'NUMSUB', channel)) as readonly unknown[];
    if (Number(answer[1]) > 0) return true;
  }
  return false;
}

/** Whether a check-in is not older than it may be. */
export function isFresh(
  { checkedInAt, checkInIntervalMs }: InstanceRecord,
  now: number,
  graceMs: number,
): boolean {
  return checkedInAt + checkInIntervalMs + graceMs >= now;
}

/** The error for a name that somebody else has. */
export function nameTaken(instanceId: string): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_UNAVAILABLE',
    `Another living node of this scheduler has the instanceId ${instanceId}; give every process its own`,
    { retryable: true, details: { field: 'instanceId', instanceId } },
  );
}
