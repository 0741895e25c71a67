// A MongoDB replica set under the kill tests: its primary is killed every ten seconds, and comes back as a secondary.
import { randomUUID } from 'node:crypto';
import { MongoDBJobStore } from '@ametrine/store-mongodb';
import { startMongoReplicaSet, whyReplicaSetUnavailable } from '../../servers/mongodb.mjs';
import { STORE_OPTIONS } from './adapter.mjs';

/** @type {import('./adapter.mjs').KillAdapter['whyUnavailable']} */
export const whyUnavailable = () => whyReplicaSetUnavailable({ killable: true });

/** What calls say while there is no primary; every one of them may be repeated. */
export const tolerates = ['ERR_STORE_UNAVAILABLE', 'ERR_STORE_BUSY', 'ERR_WRITE_FATE_UNKNOWN'];

/** @type {import('./adapter.mjs').KillAdapter['startServers']} */
export async function startServers() {
  const set = await startMongoReplicaSet({ killable: true });
  const dbName = `kill_${randomUUID().replaceAll('-', '')}`;
  return {
    connection: { uri: set.url, dbName },
    disturb: {
      everyMs: 10_000,
      act: async () => {
        const primary = await set.primary();
        await primary.kill();
        await set.primary();
        await primary.restart();
      },
      settle: () => set.healthy(),
    },
    stop: () => set.stop(),
  };
}

/** @param {{ uri: string, dbName: string }} connection */
export function openStore({ uri, dbName }) {
  return new MongoDBJobStore({ uri, dbName, ...STORE_OPTIONS });
}
