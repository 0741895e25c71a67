/**
 * The storage primitives over one transaction of Acme. They store and find, and decide nothing. Their full contract is
 * in the types: hold the pointer over a name, or read StoreTransaction in @ametrine/core/spi.
 *
 * Write them from top to bottom, and run `npm run conformance` in between: every failure names what is missing next.
 */
import { SchedulerError } from '@ametrine/core';

/** @typedef {import('@ametrine/core/spi').StoreTransaction} StoreTransaction */

/** @implements {StoreTransaction} */
export class AcmeTransaction {
  /**
   * @param {string} url
   * @param {string} schedulerName - everything is scoped by it
   */
  constructor(url, schedulerName) {
    this.url = url;
    this.schedulerName = schedulerName;
  }

  // Jobs

  /**
   * Those of the keys that exist, in any order.
   *
   * @type {StoreTransaction['getJobs']}
   */
  getJobs = async (_keys) => notWritten('getJobs');

  /**
   * Inserts, or overwrites what has the key.
   *
   * @type {StoreTransaction['putJobs']}
   */
  putJobs = async (_jobs) => notWritten('putJobs');

  /**
   * The jobs alone; absent keys are ignored.
   *
   * @type {StoreTransaction['removeJobs']}
   */
  removeJobs = async (_keys) => notWritten('removeJobs');

  /**
   * In any order.
   *
   * @type {StoreTransaction['listJobs']}
   */
  listJobs = async (_matcher) => notWritten('listJobs');

  /**
   * In any order.
   *
   * @type {StoreTransaction['listJobKeys']}
   */
  listJobKeys = async (_matcher) => notWritten('listJobKeys');

  // Triggers

  /**
   * Those of the keys that exist, in any order.
   *
   * @type {StoreTransaction['getTriggers']}
   */
  getTriggers = async (_keys) => notWritten('getTriggers');

  /**
   * Inserts, or overwrites what has the key. Executions stay.
   *
   * @type {StoreTransaction['putTriggers']}
   */
  putTriggers = async (_records) => notWritten('putTriggers');

  /**
   * Absent keys are ignored. Executions stay.
   *
   * @type {StoreTransaction['removeTriggers']}
   */
  removeTriggers = async (_keys) => notWritten('removeTriggers');

  /**
   * In any order, at most `limit` when given.
   *
   * @type {StoreTransaction['selectTriggers']}
   */
  selectTriggers = async (_selection, _limit) => notWritten('selectTriggers');

  /**
   * Those whose own group and whose job’s group match.
   *
   * @type {StoreTransaction['listTriggers']}
   */
  listTriggers = async (_group, _jobGroup) => notWritten('listTriggers');

  /**
   * In any order.
   *
   * @type {StoreTransaction['listTriggerKeys']}
   */
  listTriggerKeys = async (_matcher) => notWritten('listTriggerKeys');

  /**
   * Sets the state of those in one of the states `from`, and clears their claim. One statement, please.
   *
   * @type {StoreTransaction['transitionTriggers']}
   */
  transitionTriggers = async (_selection, _from, _to) => notWritten('transitionTriggers');

  /**
   * Waiting triggers in fire order. Asked all the time: it needs an index.
   *
   * @type {StoreTransaction['selectDue']}
   */
  selectDue = async (_query) => notWritten('selectDue');

  /**
   * The other side of its bound.
   *
   * @type {StoreTransaction['selectMisfired']}
   */
  selectMisfired = async (_query) => notWritten('selectMisfired');

  /**
   * Those of the jobs that have a trigger.
   *
   * @type {StoreTransaction['jobsWithTriggers']}
   */
  jobsWithTriggers = async (_jobKeys) => notWritten('jobsWithTriggers');

  /**
   * Groups of `jobs` or `triggers` that have members, without doubles.
   *
   * @type {StoreTransaction['listGroups']}
   */
  listGroups = async (_of) => notWritten('listGroups');

  // Calendars

  /**
   * Null when absent.
   *
   * @type {StoreTransaction['getCalendar']}
   */
  getCalendar = async (_name) => notWritten('getCalendar');

  /**
   * Inserts or overwrites.
   *
   * @type {StoreTransaction['putCalendar']}
   */
  putCalendar = async (_name, _calendar) => notWritten('putCalendar');

  /**
   * An absent name is ignored.
   *
   * @type {StoreTransaction['removeCalendar']}
   */
  removeCalendar = async (_name) => notWritten('removeCalendar');

  /**
   * In any order.
   *
   * @type {StoreTransaction['listCalendarNames']}
   */
  listCalendarNames = async () => notWritten('listCalendarNames');

  // Paused groups

  /**
   * Nothing paused: `{ triggerGroups: [], jobGroups: [], all: false }`.
   *
   * @type {StoreTransaction['getPausedGroups']}
   */
  getPausedGroups = async () => notWritten('getPausedGroups');

  /**
   * Overwrites the whole of it.
   *
   * @type {StoreTransaction['putPausedGroups']}
   */
  putPausedGroups = async (_paused) => notWritten('putPausedGroups');

  // Executions: claims and runs under way

  /**
   * By ids, jobs, instance, the nonConcurrent flag, or all.
   *
   * @type {StoreTransaction['selectExecutions']}
   */
  selectExecutions = async (_selection) => notWritten('selectExecutions');

  /**
   * Inserts or overwrites.
   *
   * @type {StoreTransaction['putExecutions']}
   */
  putExecutions = async (_records) => notWritten('putExecutions');

  /**
   * Absent ids are ignored.
   *
   * @type {StoreTransaction['removeExecutions']}
   */
  removeExecutions = async (_fireInstanceIds) => notWritten('removeExecutions');

  // Nodes; a store that does not cluster may keep none

  /**
   * All nodes of this scheduler name.
   *
   * @type {StoreTransaction['listInstances']}
   */
  listInstances = async () => notWritten('listInstances');

  /**
   * Inserts or overwrites.
   *
   * @type {StoreTransaction['putInstance']}
   */
  putInstance = async (_record) => notWritten('putInstance');

  /**
   * An absent node is ignored.
   *
   * @type {StoreTransaction['removeInstance']}
   */
  removeInstance = async (_instanceId) => notWritten('removeInstance');

  // Everything of this scheduler name

  /**
   * Removes all but the nodes.
   *
   * @type {StoreTransaction['clear']}
   */
  clear = async () => notWritten('clear');

  /**
   * How many jobs, triggers and calendars there are.
   *
   * @type {StoreTransaction['counts']}
   */
  counts = async () => notWritten('counts');
}

/**
 * @param {keyof StoreTransaction} primitive
 * @returns {never}
 */
function notWritten(primitive) {
  throw new SchedulerError('ERR_UNSUPPORTED', `${primitive} is not written yet: see src/acme-transaction.js`);
}
