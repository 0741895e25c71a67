/**
 * The last resort: a server in a container, where a container runtime answers.
 *
 * @module
 */
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';
import { freePort } from './free-port.mjs';
import { until } from './until.mjs';

/**
 * @typedef {object} ContainerRecipe
 * @property {string} image
 * @property {number} port inside the container
 * @property {readonly string[]} [command]
 * @property {Record<string, string>} [environment]
 * @property {(port: number) => string} url
 * @property {(url: string) => Promise<string>} ask resolves to the server's version
 */

/**
 * @param {() => ContainerRecipe} recipe
 * @returns {import('./server.mjs').Source}
 */
export function fromContainer(recipe) {
  return {
    missing: async () => {
      try {
        await getContainerRuntimeClient();
        return null;
      } catch {
        return 'no container runtime answers';
      }
    },
    start: () => startContainer(recipe()),
  };
}

/**
 * @param {ContainerRecipe} recipe
 * @returns {Promise<import('./server.mjs').Server>}
 */
async function startContainer({ image, port: inner, command, environment, url, ask }) {
  // The same port after a restart: one that the runtime chooses may be another each time.
  const port = await freePort();
  const container = new GenericContainer(image)
    .withExposedPorts({ container: inner, host: port })
    .withEnvironment(environment ?? {})
    .withAutoRemove(false);
  if (command !== undefined) container.withCommand([...command]);
  const started = await container.start();
  const runtime = await getContainerRuntimeClient();
  const handle = runtime.container.getById(started.getId());
  const answer = () => until(`${image} answers`, () => ask(url(port)).catch(() => null));
  const version = await answer();
  const stop = async () => {
    await started.stop({ timeout: 0 });
  };
  return {
    url: url(port),
    host: '127.0.0.1',
    port,
    version,
    origin: 'container',
    pid: null,
    kill: async () => {
      await handle.kill();
    },
    restart: async () => {
      await handle.restart();
      await answer();
    },
    suspend: () => void handle.pause(),
    resume: () => void handle.unpause(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
