// Redis under the kill tests, writing every change to disk before it answers.
import { RedisJobStore } from '@ametrine/store-redis';
import { startRedis, whyUnavailable as whyNoRedis } from '../../servers/redis.mjs';
import { STORE_OPTIONS } from './adapter.mjs';

const SERVER = /** @type {const} */ ({ killable: true, aof: 'always' });

/** @type {import('./adapter.mjs').KillAdapter['whyUnavailable']} */
export const whyUnavailable = () => whyNoRedis(SERVER);

/** @type {import('./adapter.mjs').KillAdapter['startServers']} */
export async function startServers() {
  const server = await startRedis(SERVER);
  return { connection: { url: server.url }, stop: () => server.stop() };
}

/** @param {{ url: string }} connection */
export function openStore({ url }) {
  return new RedisJobStore({ url, durability: 'disk', ...STORE_OPTIONS });
}
