/**
 * A store in a folder, for one process: maps in memory, and every commit appended to a journal. It writes the storage
 * primitives and nothing else; all of the contract comes from JobStoreSupport.
 */
import {
  checkJob,
  checkKnownKeys,
  checkTrigger,
  decodeCalendar,
  decodeData,
  encodeCalendar,
  encodeData,
  JobStoreSupport,
  STORE_OPTION_KEYS,
} from '@ametrine/core/spi';
import { FilesystemTransaction } from './filesystem-transaction.js';
import { Journal } from './journal.js';

const TABLES = ['jobs', 'triggers', 'calendars', 'executions', 'instances', 'settings'];

export class FilesystemJobStore extends JobStoreSupport {
  capabilities = Object.freeze({
    durability: 'disk',
    clustering: false,
    wakeup: 'local',
    transactions: 'own',
    livenessClock: 'caller',
    timestampPrecisionMs: 1,
    maxNameLength: 200,
    maxDataBytes: 1_048_576,
    reacquireCostMs: 5,
  });
  #folder;
  #journal = null;
  #tables = new Map();
  #last = Promise.resolve();

  /** @param {{ folder: string } & import('@ametrine/core/spi').StoreOptions} options */
  constructor(options) {
    checkKnownKeys('options', options, [...STORE_OPTION_KEYS, 'folder']);
    super(options);
    this.#folder = options.folder;
  }

  async open() {
    this.#tables = new Map(TABLES.map((table) => [table, new Map()]));
    this.#journal = new Journal(this.#folder, (changes) => this.#apply(changes));
  }

  async close() {
    await this.#last;
    this.#journal.close();
  }

  /** Transactions run one after another; each sees its own changes, which reach journal and maps together at its end. */
  transact(_effects, work) {
    const turn = this.#last.then(async () => {
      const prefix = `${this.schedulerName.length}:${this.schedulerName}`;
      const tx = new FilesystemTransaction(this.#tables, prefix);
      const result = await work(tx);
      const changes = tx.changes();
      if (changes.length > 0) {
        this.#journal.append(
          changes.map(([table, key, value]) => [table, key, value === null ? null : encode(table, value)]),
        );
        this.#put(changes);
      }
      return result;
    });
    this.#last = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  #apply(changes) {
    this.#put(
      changes.map(([table, key, value]) => [
        table,
        key,
        value === null ? null : decode(table, value, this.capabilities),
      ]),
    );
  }

  #put(changes) {
    for (const [table, key, value] of changes) {
      if (value === null) this.#tables.get(table).delete(key);
      else this.#tables.get(table).set(key, value);
    }
  }
}

/** Data may hold dates, bytes and big integers: the core's codec keeps their types. */
function encode(table, value) {
  if (table === 'jobs') return { ...value, data: encodeData(value.data) };
  if (table === 'triggers')
    return { ...value, trigger: { ...value.trigger, data: encodeData(value.trigger.data) } };
  if (table === 'calendars') return { ...value, calendar: encodeCalendar(value.calendar) };
  return value;
}

/** What comes back from a file may be anything: it is checked like an argument. */
function decode(table, value, limits) {
  if (table === 'jobs') return checkJob({ ...value, data: decodeData(value.data) }, limits);
  if (table === 'triggers') {
    return {
      ...value,
      trigger: checkTrigger({ ...value.trigger, data: decodeData(value.trigger.data) }, limits),
    };
  }
  if (table === 'calendars') return { ...value, calendar: decodeCalendar(value.calendar) };
  return value;
}
