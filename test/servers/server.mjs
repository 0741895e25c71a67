/**
 * What every test server is, and how one is chosen: from the environment, else a binary on this machine, else an npm
 * package that carries the server, else a container.
 *
 * A file for each server exports `start…(options)`, which resolves to a {@link Server} that answers, and
 * `whyUnavailable(options)`, which resolves to what is missing here, or null.
 *
 * @module
 */

/** @typedef {'environment' | 'binary' | 'package' | 'container'} ServerOrigin */

/**
 * @typedef {object} ServerFacts
 * @property {string} url as the server's own drivers take it
 * @property {string} host
 * @property {number} port
 * @property {string} version as the server tells it
 * @property {ServerOrigin} origin
 * @property {number | null} pid its process on this machine; null while it has none
 * @property {() => Promise<void>} kill SIGKILL; resolves when it is dead
 * @property {() => Promise<void>} restart on the same port, with its data; resolves when it answers
 * @property {() => void} suspend freezes it: connections stay open, nobody gets an answer
 * @property {() => void} resume
 * @property {() => Promise<void>} stop shuts it down and removes its data
 */

/** @typedef {ServerFacts & AsyncDisposable} Server */

/**
 * @typedef {object} ServerNeeds
 * @property {boolean} [killable] The tests kill it: a server of the environment, which others may use, will not do.
 */

/** A server that somebody else runs: it may be used, but neither killed nor stopped. */
export class GivenServer {
  /**
   * @param {string} url
   * @param {string} version
   */
  constructor(url, version) {
    const { hostname, port } = new URL(url.split(',')[0] ?? url);
    this.url = url;
    this.version = version;
    this.host = hostname;
    this.port = Number(port);
    /** @type {ServerOrigin} */
    this.origin = 'environment';
    /** @type {number | null} */
    this.pid = null;
  }

  /** @returns {Promise<never>} */
  async kill() {
    throw new Error('a server of the environment is not ours to kill: ask for one with { killable: true }');
  }

  /** @returns {Promise<never>} */
  async restart() {
    throw new Error(
      'a server of the environment is not ours to restart: ask for one with { killable: true }',
    );
  }

  /** @returns {never} */
  suspend() {
    throw new Error(
      'a server of the environment is not ours to suspend: ask for one with { killable: true }',
    );
  }

  /** @returns {never} */
  resume() {
    throw new Error('a server of the environment is not ours to resume: ask for one with { killable: true }');
  }

  async stop() {}

  async [Symbol.asyncDispose]() {}
}

/**
 * One way to get a server.
 *
 * @typedef {object} Source
 * @property {() => Promise<string | null>} missing what is not there, in words for a person; null when it can be used
 * @property {() => Promise<Server>} start
 */

/**
 * Starts the first that is to be had.
 *
 * @param {string} name
 * @param {readonly Source[]} sources
 * @returns {Promise<Server>}
 */
export async function startFirst(name, sources) {
  const reasons = [];
  for (const source of sources) {
    const reason = await source.missing();
    if (reason === null) return source.start();
    reasons.push(reason);
  }
  throw new Error(noServer(name, reasons));
}

/**
 * @param {string} name
 * @param {readonly Source[]} sources
 * @returns {Promise<string | null>} null when one is to be had
 */
export async function whyNone(name, sources) {
  const reasons = [];
  for (const source of sources) {
    const reason = await source.missing();
    if (reason === null) return null;
    reasons.push(reason);
  }
  return noServer(name, reasons);
}

/**
 * @param {string} name
 * @param {readonly string[]} reasons
 */
function noServer(name, reasons) {
  return `there is no ${name}: ${reasons.join('; ')}`;
}

/**
 * The source "a URL in the environment".
 *
 * @param {string} variable
 * @param {ServerNeeds} needs
 * @param {(url: string) => Promise<string>} ask resolves to the version
 * @returns {Source}
 */
export function fromEnvironment(variable, { killable = false }, ask) {
  const url = process.env[variable] ?? '';
  return {
    missing: async () => {
      if (killable) return `${variable} will not do, because the server is to be killed`;
      return url === '' ? `${variable} is not set` : null;
    },
    start: async () => new GivenServer(url, await ask(url)),
  };
}
