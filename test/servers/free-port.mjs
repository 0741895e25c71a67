import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports below those that systems hand to outgoing connections: a server that is away for a moment must find its port
 * free when it comes back.
 */
const FIRST_PORT = 20_000;
const PORTS = 2700;
/** A node of a Redis cluster also listens this far above its port. */
const CLUSTER_BUS = 10_000;

/** @param {number} port @returns {Promise<boolean>} whether nobody listens at that port of 127.0.0.1 now */
export async function isFree(port) {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}

/** @returns {Promise<number>} a port of 127.0.0.1 that nobody listens at now, nor at the one 10,000 above it */
export async function freePort() {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if ((await isFree(port)) && (await isFree(port + CLUSTER_BUS))) return port;
  }
}
