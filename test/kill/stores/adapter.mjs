/**
 * What a kill test needs of a store. Each file beside this one is such an adapter and is found by its name: to put a
 * store under the kill test of three processes, add `stores/<name>.mjs` with these exports.
 *
 * - `whyUnavailable()`: what is missing here, or null; one of test/servers answers it.
 * - `startServers()`: starts what the store stores in, in the test's process, and resolves to {@link KillServers}.
 *   Ask test/servers for servers that are `killable` and keep what they acknowledge.
 * - `openStore(connection)`: makes a store in a worker process from what `startServers` answered. Give it the
 *   {@link STORE_OPTIONS}.
 *
 * An adapter whose servers are themselves hurt during the run answers a `disturb` from `startServers`, and names in
 * `tolerates` what its schedulers may complain of meanwhile. What happens to the jobs is judged all the same.
 *
 * @module
 */

/**
 * @typedef {object} Disturbance
 * @property {number} everyMs
 * @property {() => Promise<void>} act one disturbance; the next comes no sooner than this one has resolved
 * @property {() => Promise<void>} [settle] after the last one: resolves when the servers are whole again
 */

/**
 * @typedef {object} KillServers
 * @property {unknown} connection handed to `openStore` in every worker, as JSON
 * @property {Disturbance} [disturb]
 * @property {() => Promise<string[]>} [verify] complaints about what is stored, when all schedulers have gone
 * @property {() => Promise<void>} stop
 */

/**
 * @typedef {object} KillAdapter
 * @property {() => Promise<string | null>} whyUnavailable
 * @property {() => Promise<KillServers>} startServers
 * @property {(connection: never) => import('@ametrine/core/spi').JobStore} openStore
 * @property {readonly string[]} [tolerates] error codes (`ERR_…`) that schedulers may report, and `stale` for a
 *   completion that was refused
 */

/** A node that dies under another name than its next life's is recovered after one check-in of a second and this. */
export const STORE_OPTIONS = /** @type {const} */ ({ deadNodeGraceMs: 5000 });

/**
 * @param {string} name
 * @returns {Promise<KillAdapter>}
 */
export async function loadAdapter(name) {
  return import(new URL(`${name}.mjs`, import.meta.url).href);
}
