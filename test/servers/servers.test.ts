import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { TcpProxy } from '../../packages/conformance/src/faults/tcp-proxy.js';
import { type Client, connectMongo, connectMysql, connectPostgres, connectRedis } from './clients.js';
import { startMariadb, whyUnavailable as whyNoMariadb } from './mariadb.mjs';
import { startMongo, whyUnavailable as whyNoMongo } from './mongodb.mjs';
import { startMysql, whyUnavailable as whyNoMysql } from './mysql.mjs';
import { startPostgres, whyUnavailable as whyNoPostgres } from './postgres.mjs';
import { PrivateServer } from './private-server.mjs';
import { startRedis, whyUnavailable as whyNoRedis } from './redis.mjs';
import type { Server } from './server.mjs';
import { until } from './until.mjs';

/** A single server, and how to talk to it. */
interface Subject {
  /** The module and the function that leave-behind.mjs starts it by. */
  readonly named: readonly [module: string, start: string];
  readonly start: (options: { killable: true }) => Promise<Server>;
  readonly whyUnavailable: (options: { killable: true }) => Promise<string | null>;
  readonly connect: (url: string) => Promise<Client>;
}

const subjects: Readonly<Record<string, Subject>> = {
  Redis: {
    named: ['redis.mjs', 'startRedis'],
    start: (options) => startRedis({ ...options, aof: 'always' }),
    whyUnavailable: whyNoRedis,
    connect: connectRedis,
  },
  PostgreSQL: {
    named: ['postgres.mjs', 'startPostgres'],
    start: startPostgres,
    whyUnavailable: whyNoPostgres,
    connect: connectPostgres,
  },
  MariaDB: {
    named: ['mariadb.mjs', 'startMariadb'],
    start: startMariadb,
    whyUnavailable: whyNoMariadb,
    connect: connectMysql,
  },
  'MySQL 8': {
    named: ['mysql.mjs', 'startMysql'],
    start: startMysql,
    whyUnavailable: whyNoMysql,
    connect: connectMysql,
  },
  MongoDB: {
    named: ['mongodb.mjs', 'startMongo'],
    start: startMongo,
    whyUnavailable: whyNoMongo,
    connect: connectMongo,
  },
};
/** A moment is enough, unless the machine is busy. */
const TIMEOUT_MS = 120_000;

const clean: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of clean.splice(0).reverse()) await end();
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function connected({ connect }: Subject, url: string): Promise<Client> {
  const client = await connect(url);
  clean.push(() => client.close());
  return client;
}

/** The URL of the server as it is reached through a proxy. */
function through(proxy: TcpProxy, { url, port }: Server): string {
  return url.replace(`:${port}`, `:${proxy.endpoint.port}`);
}

for (const [name, subject] of Object.entries(subjects)) {
  const reason = await subject.whyUnavailable({ killable: true });
  describe.skipIf(reason !== null)(`the private ${name}${reason === null ? '' : ` (${reason})`}`, () => {
    const start = async (): Promise<Server> => {
      const server = await subject.start({ killable: true });
      clean.push(() => server.stop());
      return server;
    };

    it(
      'answers, and comes back with its data from a kill and from a restart',
      async () => {
        const server = await start();
        expect(server.version).toMatch(/^\d+\.\d+/);
        const client = await connected(subject, server.url);
        await client.write('kept');
        const { pid } = server;
        await server.kill();
        if (pid !== null) expect(isAlive(pid)).toBe(false);
        await expect(client.read()).rejects.toThrow();
        await server.restart();
        if (pid !== null) expect(server.pid).not.toBe(pid);
        expect(await (await connected(subject, server.url)).read()).toBe('kept');
        await server.restart();
        expect(await (await connected(subject, server.url)).read()).toBe('kept');
      },
      TIMEOUT_MS,
    );

    it(
      'is cut off by a proxy, and reached again when that heals',
      async () => {
        const server = await start();
        const proxy = await TcpProxy.start({ host: server.host, port: server.port });
        clean.push(() => proxy.close());
        const client = await connected(subject, through(proxy, server));
        await client.write('kept');
        proxy.takeDown();
        await expect(client.read()).rejects.toThrow();
        proxy.heal();
        expect(await (await connected(subject, through(proxy, server))).read()).toBe('kept');
      },
      TIMEOUT_MS,
    );

    it(
      'leaves neither process nor files when it is stopped',
      async ({ skip }) => {
        const server = await start();
        if (!(server instanceof PrivateServer)) return skip('the container runtime removes its container');
        const { pid, folder } = server;
        expect(existsSync(folder)).toBe(true);
        await server.stop();
        expect(isAlive(pid ?? 0)).toBe(false);
        expect(existsSync(folder)).toBe(false);
        await server.stop();
      },
      TIMEOUT_MS,
    );

    it(
      'leaves neither process nor files when the tests are killed',
      async ({ skip }) => {
        const child = fork(new URL('leave-behind.mjs', import.meta.url), subject.named);
        const { pid, folder } = await startedBy(child);
        child.kill('SIGKILL');
        if (pid === null) return skip('the container runtime removes its container');
        await until('the guard ends the server', async () => (isAlive(pid) ? null : true));
        await until('the guard removes its files', async () => (existsSync(folder) ? null : true));
      },
      TIMEOUT_MS,
    );
  });
}

async function startedBy(child: ChildProcess): Promise<{ pid: number | null; folder: string }> {
  const [server] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('it ended before its server had started'))),
  ]);
  return server as { pid: number | null; folder: string };
}
