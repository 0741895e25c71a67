/**
 * A job store on Acme. It writes the storage primitives, in acme-transaction.js; what they mean is JobStoreSupport's.
 */
import { checkKnownKeys, JobStoreSupport, STORE_OPTION_KEYS } from '@ametrine/core/spi';
import { AcmeTransaction } from './acme-transaction.js';

/**
 * @typedef {object} AcmeOptions
 * @property {string} url - where Acme is
 */

export class AcmeJobStore extends JobStoreSupport {
  /**
   * True from the first day on: the kit tests each of them in both directions.
   *
   * @type {import('@ametrine/core/spi').StoreCapabilities}
   */
  capabilities = Object.freeze({
    durability: 'none', // or 'process', 'disk': what an acknowledged write survives
    clustering: false, // true when several nodes may share the data
    wakeup: 'local', // 'push' or 'poll' when there are other nodes
    transactions: 'own',
    livenessClock: 'caller', // 'server' when it decides which node is dead: then override livenessNow()
    timestampPrecisionMs: 1,
    maxNameLength: 200, // at least
    maxDataBytes: 1_048_576, // at least
    reacquireCostMs: 10,
  });
  #url;

  /** @param {AcmeOptions & import('@ametrine/core/spi').StoreOptions} options */
  constructor(options) {
    checkKnownKeys('options', options, [...STORE_OPTION_KEYS, 'url']); // a misspelt option is an error
    super(options);
    this.#url = options.url;
  }

  /** Connects; creates or checks the schema. Starts no timer and changes no live row. */
  async open() {
    // this.#client = await connect(this.#url);
  }

  /** Closes what open() opened, and nothing that the user handed over. */
  async close() {
    // await this.#client.end();
  }

  /**
   * Runs `work` whole or not at all. Two transactions of one scheduler name never see each other half done, on any node.
   * One that has to be repeated calls `effects.clear()` first.
   *
   * @template T
   * @param {import('@ametrine/core/spi').Effects} _effects
   * @param {(tx: import('@ametrine/core/spi').StoreTransaction) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async transact(_effects, work) {
    // begin
    const result = await work(new AcmeTransaction(this.#url, this.schedulerName));
    // commit, or roll back when work rejects
    return result;
  }
}
