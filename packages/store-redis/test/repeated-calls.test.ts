import { Redis } from 'ioredis';
import { expect, it, vi } from 'vitest';
import { startRedis } from '../../../test/servers/redis.mjs';
import { COMMANDS, type CommandName } from '../src/generated/commands.js';
import { job, NOW, once, open } from './makers.js';

/** A client of the user that tells of every command. @param answered - may throw away the answer by throwing */
function watchedClient(url: string, answered: (args: readonly unknown[]) => void): Redis {
  const client = new Redis(url);
  const call = client.call.bind(client) as (...args: unknown[]) => Promise<unknown>;
  const watched = async (...args: unknown[]): Promise<unknown> => {
    const reply = await call(...args);
    answered(args);
    return reply;
  };
  return Object.assign(client, { call: watched as typeof client.call });
}

const isCall = (args: readonly unknown[], command: CommandName): boolean =>
  args[1] === COMMANDS[command].sha || args[1] === COMMANDS[command].script;

it('tells of the job that a removal took with it, also when the first answer was lost', async () => {
  await using server = await startRedis({ killable: true, aof: 'everysec' });
  let lost = 0;
  const client = watchedClient(server.url, (args) => {
    if (!isCall(args, 'removeTriggers') || lost > 0) return;
    lost += 1;
    throw new Error('Connection is closed.');
  });
  const { store, deleted } = await open({ client });
  const of = [job('j'), { ...job('k'), key: { group: 'g', name: 'k' } }].map((each) => ({
    ...each,
    durable: false,
  }));
  await store.storeJobsAndTriggers(of.map((each) => ({ job: each, triggers: [once(each.key.name, each)] })));
  const keys = of.map(({ key }) => once(key.name, job('j')).key);
  expect(await store.removeTriggers(keys)).toBe('removed');
  expect(lost).toBe(1);
  expect(deleted).toEqual(of.map(({ key }) => key));
  await store.shutdown();
  client.disconnect();
});

it('keeps the lock while a large change is brought, page after page', async () => {
  await using server = await startRedis({ killable: true, aof: 'everysec' });
  const seen: string[] = [];
  const client = watchedClient(server.url, (args) => {
    if (args[0] === 'RPUSH') seen.push('page');
    if (isCall(args, 'lock') && args.at(-1) === '1') seen.push('renewal');
  });
  const { store } = await open({ client });
  const of = job('j');
  const triggers = Array.from({ length: 12_000 }, (_, n) => once(`t${n}`, of, NOW + n));
  await store.storeJobsAndTriggers([{ job: of, triggers }]);
  seen.length = 0;
  // Every look at the clock finds it 600 ms on: each page seems to take longer than the lock goes without renewal.
  let now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 600;
    return now;
  });
  await store.pauseTriggers({ anything: true });
  clock.mockRestore();
  const firstPage = seen.indexOf('page');
  expect(seen.slice(firstPage)).toEqual(['page', 'renewal', 'page', 'renewal', 'page', 'renewal']);
  expect(await store.getTriggerState(once('t0', of).key)).toBe('paused');
  await store.shutdown();
  client.disconnect();
});
