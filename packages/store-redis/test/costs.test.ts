import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { startRedis } from '../../../test/servers/redis.mjs';
import { job, NOW, once, open } from './makers.js';

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

/** A store beside the commands that its server is given, those of scripts among them. */
async function watched() {
  const server = await startRedis({ killable: true, aof: 'everysec' });
  closing.push(() => server.stop());
  const admin = new Redis(server.url);
  const monitor = await admin.monitor();
  closing.push(() => {
    for (const client of [monitor, admin]) client.disconnect();
  });
  let seen: string[][] = [];
  let marked = (): void => {};
  monitor.on('monitor', (_time: string, command: string[]) => {
    if (command[0]?.toLowerCase() === 'echo') marked();
    else seen.push(command);
  });
  const { store } = await open({ url: server.url });
  closing.push(() => store.shutdown());

  /** Resolves when the monitor has told of everything until now. */
  const caughtUp = async (): Promise<void> => {
    const arrived = new Promise<void>((resolve) => (marked = resolve));
    await admin.echo('all was seen');
    await arrived;
  };
  /** The commands that `call` leads to, when its script is known to the server. */
  const commandsOf = async (call: () => Promise<unknown>): Promise<string[][]> => {
    await caughtUp();
    seen = [];
    await call();
    await caughtUp();
    return seen;
  };
  return { store, commandsOf };
}

type Watched = Awaited<ReturnType<typeof watched>>;

const claimed = ({ store }: Watched, withinMs: number, maxCount: number) =>
  store.acquireNextTriggers({
    now: NOW,
    noLaterThan: NOW + withinMs,
    maxCount,
    timeWindowMs: 0,
    fireDue: false,
  });

/** Names of commands with the number of their arguments. */
const shapes = (commands: string[][]) =>
  commands.map(([name, ...args]) => `${name?.toUpperCase()} ${args.length}`);

describe('a claim', { timeout: 60_000 }, () => {
  it('costs the same however much waits, and reads no trigger that it does not take', async () => {
    const costs: string[][] = [];
    for (const count of [50, 5000]) {
      const on = await watched();
      const of = job('j');
      const waiting = Array.from({ length: count }, (_, n) => once(`t${n}`, of, NOW + 60_000 + n));
      await on.store.storeJobsAndTriggers([{ job: of, triggers: waiting }]);
      await claimed(on, 0, 1);
      const empty = shapes(await on.commandsOf(() => claimed(on, 1000, 256)));
      const one = shapes(await on.commandsOf(() => claimed(on, 120_000, 256)));
      // The first reads what there is to know before anything is done.
      expect(empty.filter((shape) => shape.startsWith('HMGET'))).toEqual(['HMGET 11']);
      expect(one.filter((shape) => shape.startsWith('HMGET'))).toEqual(['HMGET 11', 'HMGET 2']);
      costs.push([...empty, ...one]);
    }
    expect(costs[1]).toEqual(costs[0]);
  });

  it('sends no more for many triggers than for one', async () => {
    const on = await watched();
    await claimed(on, 0, 1);
    const sizes: number[] = [];
    for (const maxCount of [10, 1000]) {
      const [request] = await on.commandsOf(() => claimed(on, 1000, maxCount));
      sizes.push((request ?? []).join('').length);
    }
    expect(sizes[1]).toBe((sizes[0] as number) + '1000'.length - '10'.length);
  });
});
