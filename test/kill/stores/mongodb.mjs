// MongoDB, standing alone, under the kill tests.
import { randomUUID } from 'node:crypto';
import { MongoDBJobStore } from '@ametrine/store-mongodb';
import { startMongo, whyUnavailable as whyNoServer } from '../../servers/mongodb.mjs';
import { STORE_OPTIONS } from './adapter.mjs';

/** @type {import('./adapter.mjs').KillAdapter['whyUnavailable']} */
export const whyUnavailable = () => whyNoServer();

/** @type {import('./adapter.mjs').KillAdapter['startServers']} */
export async function startServers() {
  const server = await startMongo();
  const dbName = `kill_${randomUUID().replaceAll('-', '')}`;
  return { connection: { uri: server.url, dbName }, stop: () => server.stop() };
}

/** @param {{ uri: string, dbName: string }} connection */
export function openStore({ uri, dbName }) {
  return new MongoDBJobStore({ uri, dbName, ...STORE_OPTIONS });
}
