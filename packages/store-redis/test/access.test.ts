import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSchedulerError } from '@ametrine/core';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { findBinary } from '../../../test/servers/find-binary.mjs';
import { freePort } from '../../../test/servers/free-port.mjs';
import { startRedis } from '../../../test/servers/redis.mjs';
import { job, NOW, once, open } from './makers.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
/** The rights that the README names. */
const [, rights = ''] = /```\n(ACL SETUSER [\s\S]*?)\n```/.exec(readme) ?? [];

/** Everything that a store does, in short. */
async function useStore(options: Parameters<typeof open>[0]): Promise<void> {
  const { store, problems } = await open(options);
  const of = { ...job('j'), nonConcurrent: true };
  await store.storeCalendar(
    'c',
    { type: 'holiday', description: null, base: null, excludedDates: ['2026-03-04'], timeZone: 'UTC' },
    { now: NOW },
  );
  const triggers = Array.from({ length: 40 }, (_, n) => once(`t${n}`, of));
  await store.storeJobsAndTriggers([{ job: of, triggers: [...triggers, once('late', of, NOW - 100_000)] }]);
  for (let fires = 0; fires < 2; fires++) {
    const request = { now: NOW, noLaterThan: NOW, maxCount: 10, timeWindowMs: 0, fireDue: false };
    const { acquired } = await store.acquireNextTriggers(request);
    await store.acquireNextTriggers(request);
    const [result] = await store.triggersFired(acquired, { now: NOW });
    if (result?.kind !== 'fired') throw new Error('nothing fired');
    const { fireInstanceId, trigger } = result.bundle;
    const end = { fireInstanceId, trigger, jobKey: of.key, changedData: null } as const;
    await store.triggeredJobsComplete([{ ...end, instruction: 'deleteTrigger' }], { now: NOW });
  }
  const held = { now: NOW, noLaterThan: NOW, maxCount: 1, timeWindowMs: 0, fireDue: false };
  await store.releaseAcquiredTriggers((await store.acquireNextTriggers(held)).acquired);
  await store.pauseTriggers({ anything: true });
  await store.resumeTriggers({ anything: true }, { now: NOW });
  expect(await store.listTriggerKeys({ anything: true })).toHaveLength(39);
  expect(await store.listUpcomingTriggers(3)).toHaveLength(3);
  await store.listTriggerGroups();
  await store.getTriggerState(once('t9', of).key);
  await store.replaceTrigger(once('t9', of).key, once('new', of));
  await store.removeTriggers([once('t8', of).key]);
  await store.checkIn({ now: NOW });
  await store.removeJobs([of.key]);
  await store.clearAllSchedulingData();
  await store.shutdown();
  expect(problems).toEqual([]);
}

it('works for a user who has no other rights than the README names', { timeout: 60_000 }, async () => {
  await using server = await startRedis({ killable: true, aof: 'always' });
  const admin = new Redis(server.url);
  const [command = '', ...args] = rights
    .replace(/\\\n/g, ' ')
    .replaceAll('my-app', 'test')
    .replace('>secret', '>s3cret')
    .split(/\s+/);
  await admin.call(command, ...args);
  const login = { username: 'ametrine', password: 's3cret' };
  await useStore({ url: server.url, ...login, durability: 'disk' });

  // Of other keys it reads nothing, and an error says so without the password.
  const refused: unknown = await open({ url: server.url, ...login, keyPrefix: 'other' }).catch(
    (error: unknown) => error,
  );
  if (!isSchedulerError(refused)) throw new Error(`not refused: ${refused}`);
  expect([refused.code, refused.retryable]).toEqual(['ERR_STORE_UNAVAILABLE', false]);
  expect(refused.message).toMatch(/NOPERM|No permissions|can't access/i);
  expect(`${refused.message} ${JSON.stringify(refused.details)}`).not.toContain('s3cret');
  admin.disconnect();
});

it.skipIf(findBinary(['openssl']) === null)('speaks TLS, and checks whom it speaks to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ametrine-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', certificate];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...files, ...subject],
    {
      stdio: 'ignore',
    },
  );
  const port = await freePort();
  await using _ = await startRedis({
    killable: true,
    aof: 'everysec',
    config: [
      `tls-port ${port}`,
      `tls-cert-file ${certificate}`,
      `tls-key-file ${key}`,
      `tls-ca-cert-file ${certificate}`,
      'tls-auth-clients no',
    ],
  });
  const ca = readFileSync(certificate);
  await useStore({ url: `rediss://127.0.0.1:${port}`, tls: { ca } });
  await useStore({ url: `redis://127.0.0.1:${port}`, tls: { ca } });
  // Nobody vouches for this certificate.
  const refused: unknown = await open({ url: `rediss://127.0.0.1:${port}`, patienceMs: 100 }).catch(
    (error: unknown) => error,
  );
  if (!isSchedulerError(refused)) throw new Error(`not refused: ${refused}`);
  expect([refused.code, refused.retryable]).toEqual(['ERR_STORE_UNAVAILABLE', false]);
  expect(refused.message).toContain('certificate');
  rmSync(folder, { recursive: true });
});
