// SQLite under the kill tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteJobStore } from '@ametrine/store-jdbc/sqlite';
import Database from 'better-sqlite3';
import { STORE_OPTIONS } from './adapter.mjs';

/** @type {import('./adapter.mjs').KillAdapter['whyUnavailable']} */
export const whyUnavailable = async () => null;

/** @type {import('./adapter.mjs').KillAdapter['startServers']} */
export async function startServers() {
  const folder = mkdtempSync(join(tmpdir(), 'ametrine-kill-sqlite-'));
  const path = join(folder, 'scheduler.db');
  return {
    connection: { path },
    verify: async () => {
      const database = new Database(path, { readonly: true });
      const verdict = database.pragma('integrity_check', { simple: true });
      database.close();
      return verdict === 'ok' ? [] : [`integrity_check: ${verdict}`];
    },
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** @param {{ path: string }} connection */
export function openStore({ path }) {
  return new SqliteJobStore({ path, ...STORE_OPTIONS });
}
