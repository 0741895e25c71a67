import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { Quickstart } from './quickstart-process.js';
import { startMariadb, whyUnavailable as whyNoMariadb } from './servers/mariadb.mjs';
import { startMongo, whyUnavailable as whyNoMongo } from './servers/mongodb.mjs';
import { startPostgres, whyUnavailable as whyNoPostgres } from './servers/postgres.mjs';
import { startRedis, whyUnavailable as whyNoRedis } from './servers/redis.mjs';

const path = (file: string): string =>
  fileURLToPath(new URL(`../examples/quartzite-mongodb/${file}`, import.meta.url));

const clean: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

function jdbc(kind: string, url: string): NodeJS.ProcessEnv {
  const { hostname, port, username, password, pathname } = new URL(url);
  const login = `user=${username}${password === '' ? '' : `&password=${password}`}`;
  return { QUARTZITE_JDBC_URL: `jdbc:${kind}://${hostname}:${port}${pathname}?${login}` };
}

/** The port that a file means which names none. */
const MONGO_PORT = 27_017;

/** What a service needs to run: its properties, and what is in its environment. */
interface Service {
  readonly properties: string;
  readonly env: NodeJS.ProcessEnv;
}

const BACKENDS: readonly [string, string | null, (folder: string) => Promise<Service>][] = [
  [
    'MongoDB',
    await whyNoMongo(),
    async (folder) => {
      const server = await startMongo({ port: MONGO_PORT });
      clean.push(() => server.stop());
      return { properties: mongoProperties(server, folder), env: {} };
    },
  ],
  ['SQLite', null, async () => ({ properties: path('sqlite.properties'), env: {} })],
  [
    'PostgreSQL',
    await whyNoPostgres(),
    async () => {
      const server = await startPostgres();
      clean.push(() => server.stop());
      return { properties: path('postgres.properties'), env: jdbc('postgresql', server.url) };
    },
  ],
  [
    'MariaDB',
    await whyNoMariadb(),
    async () => {
      const server = await startMariadb();
      clean.push(() => server.stop());
      return { properties: path('mysql.properties'), env: jdbc('mysql', server.url) };
    },
  ],
  [
    'Redis',
    await whyNoRedis(),
    async () => {
      const server = await startRedis({ aof: 'everysec' });
      clean.push(() => server.stop());
      const { hostname, port } = new URL(server.url);
      return {
        properties: path('redis.properties'),
        env: { QUARTZITE_REDIS_HOST: hostname, QUARTZITE_REDIS_PORT: port },
      };
    },
  ],
];

/** The example's file itself; when somebody else listens where it points, a copy that differs in its address alone. */
function mongoProperties({ host, port }: { host: string; port: number }, folder: string): string {
  const file = path('quartz.properties');
  if (host === '127.0.0.1' && port === MONGO_PORT) return file;
  const elsewhere = `addresses=${host.includes(':') ? `[${host}]` : host}:${port}`;
  const copy = join(folder, 'quartz.properties');
  writeFileSync(copy, readFileSync(file, 'utf8').replace('addresses=127.0.0.1', elsewhere));
  return copy;
}

describe.each(BACKENDS)('the quartzite example on %s', (name, missing, prepare) => {
  if (missing !== null) console.log(`DID NOT RUN: the quartzite example on ${name}: ${missing}`);

  test.skipIf(missing !== null)(
    'finds jobs, triggers, their states and its history after kill -9',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'ametrine-quartzite-'));
      clean.push(() => rmSync(folder, { recursive: true, force: true }));
      const { properties, env } = await prepare(folder);
      const start = (): Quickstart => {
        const service = new Quickstart(folder, {
          args: [path('service.js'), properties],
          env: { ...env, QUARTZITE_DATA: folder },
        });
        clean.push(() => service.end('SIGKILL'));
        return service;
      };

      const first = start();
      await first.line(/^started with 0 jobs$/);
      await first.line(/^0 runs in the history$/);
      await first.line(/^count 5$/);
      expect(await first.line(/^Trigger service\.often fired job service\.count at /)).not.toBe('');
      await first.line(/^Job service\.count ended at .* with the result 3$/);
      await first.line(/^trigger held\.held is paused$/);
      await first.end('SIGKILL');
      const reached = Math.max(...first.lines.flatMap((line) => Number(/^count (\d+)/.exec(line)?.[1] ?? 0)));

      const second = start();
      await second.line(/^started with 2 jobs$/);
      await second.line(/^trigger held\.held is paused$/);
      await second.line(/^trigger service\.often is (normal|blocked)$/);
      const past = Number((await second.line(/ runs in the history$/)).split(' ')[0]);
      // Records on their way when the process was killed are lost with it.
      expect(past).toBeGreaterThanOrEqual(3);
      const next = Number(/^count (\d+)/.exec(await second.line(/^count \d+/))?.[1]);
      // The counter goes on; what was counted when the process was killed may be counted again.
      expect(next).toBeGreaterThanOrEqual(reached);
      expect(next).toBeLessThanOrEqual(reached + 1);
      await second.line(new RegExp(`^Job service\\.count ended at .* with the result ${next + 2}$`));
      expect(await second.end('SIGTERM')).toBe(0);
      expect(second.lines.at(-1)).toBe('stopped');
    },
    90_000,
  );
});
