import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { leaksOf } from './leaks.js';

describe('leaksOf', () => {
  it('finds a timer that holds the process, and not one that was cleared or does not hold it', async () => {
    let left: NodeJS.Timeout | undefined;
    const leaks = await leaksOf(async () => {
      left = setTimeout(() => {}, 60_000);
      clearTimeout(setTimeout(() => {}, 60_000));
      setTimeout(() => {}, 60_000).unref();
    });
    clearTimeout(left);
    expect(leaks).toEqual(['Timeout']);
  });

  it('finds a server that still listens, and not one that was closed', async () => {
    const listen = (): Promise<Server> =>
      new Promise((resolve) => {
        const server = createServer().listen(0, () => resolve(server));
      });
    const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
    let left: Server | undefined;
    expect(await leaksOf(async () => close(await listen()))).toEqual([]);
    expect(
      await leaksOf(async () => {
        left = await listen();
      }),
    ).toEqual(['TCPSERVERWRAP']);
    await close(left as Server);
  });

  it('does not count what is made elsewhere at the same time', async () => {
    const leaks = leaksOf(() => new Promise((resolve) => setImmediate(resolve)));
    const elsewhere = setTimeout(() => {}, 60_000);
    expect(await leaks).toEqual([]);
    clearTimeout(elsewhere);
  });

  it('lets through what the work throws', async () => {
    await expect(leaksOf(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });
});
