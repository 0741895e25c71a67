/**
 * The storage primitives over maps, with the changes of one transaction laid over what is committed.
 */
import { compareDue, keyText, matchesGroup } from '@ametrine/core/spi';

const NOTHING_PAUSED = { triggerGroups: [], jobGroups: [], all: false };

/** @implements {import('@ametrine/core/spi').StoreTransaction} */
export class FilesystemTransaction {
  #tables;
  #prefix;
  #changed = new Map();

  /** @param {Map<string, Map<string, unknown>>} tables @param {string} prefix the scheduler's, in front of every key */
  constructor(tables, prefix) {
    this.#tables = tables;
    this.#prefix = prefix;
  }

  /** What this transaction changed: `[table, key, value or null]`. */
  changes() {
    return [...this.#changed.entries()].flatMap(([table, rows]) =>
      [...rows.entries()].map(([key, value]) => [table, key, value]),
    );
  }

  #set(table, key, value) {
    if (!this.#changed.has(table)) this.#changed.set(table, new Map());
    this.#changed.get(table).set(this.#prefix + key, value);
  }

  #get(table, key) {
    const changed = this.#changed.get(table)?.get(this.#prefix + key);
    return changed === undefined ? this.#tables.get(table).get(this.#prefix + key) : (changed ?? undefined);
  }

  #all(table) {
    const rows = new Map(this.#tables.get(table));
    for (const [key, value] of this.#changed.get(table) ?? []) {
      if (value === null) rows.delete(key);
      else rows.set(key, value);
    }
    return [...rows.entries()].filter(([key]) => key.startsWith(this.#prefix)).map(([, value]) => value);
  }

  #found(table, keys) {
    return keys.map((key) => this.#get(table, keyText(key))).filter((value) => value !== undefined);
  }

  async getJobs(keys) {
    return this.#found('jobs', keys);
  }
  async putJobs(jobs) {
    for (const job of jobs) this.#set('jobs', keyText(job.key), job);
  }
  async removeJobs(keys) {
    for (const key of keys) this.#set('jobs', keyText(key), null);
  }
  async listJobs(matcher) {
    return this.#all('jobs').filter((job) => matchesGroup(matcher, job.key.group));
  }
  async listJobKeys(matcher) {
    return (await this.listJobs(matcher)).map((job) => job.key);
  }

  async getTriggers(keys) {
    return this.#found('triggers', keys);
  }
  async putTriggers(records) {
    for (const record of records) this.#set('triggers', keyText(record.trigger.key), record);
  }
  async removeTriggers(keys) {
    for (const key of keys) this.#set('triggers', keyText(key), null);
  }
  async selectTriggers(selection, limit = Number.POSITIVE_INFINITY) {
    return this.#all('triggers')
      .filter((record) => isSelected(selection, record))
      .slice(0, limit);
  }
  async listTriggers(group, jobGroup) {
    return this.#all('triggers').filter(
      ({ trigger }) => matchesGroup(group, trigger.key.group) && matchesGroup(jobGroup, trigger.jobKey.group),
    );
  }
  async listTriggerKeys(matcher) {
    return (await this.listTriggers(matcher, { anything: true })).map(({ trigger }) => trigger.key);
  }
  async transitionTriggers(selection, from, to) {
    const affected = (await this.selectTriggers(selection)).filter(({ state }) => from.includes(state));
    await this.putTriggers(affected.map(({ trigger }) => ({ trigger, state: to, fireInstanceId: null })));
  }
  async selectDue({ noLaterThan, misfiredBefore, limit, after, exceptJobs }) {
    return this.#waiting(exceptJobs)
      .filter(({ trigger: { nextFireAt } }) => nextFireAt <= noLaterThan)
      .filter(
        ({ trigger }) => trigger.nextFireAt >= misfiredBefore || trigger.misfireInstruction === 'ignore',
      )
      .filter((record) => after === null || compareDue(after.trigger, record.trigger) < 0)
      .slice(0, limit);
  }
  async selectMisfired({ before, limit, selection, exceptJobs }) {
    return this.#waiting(exceptJobs)
      .filter(({ trigger }) => trigger.nextFireAt < before && trigger.misfireInstruction !== 'ignore')
      .filter((record) => isSelected(selection, record))
      .slice(0, limit);
  }
  #waiting(exceptJobs) {
    const except = new Set(exceptJobs.map(keyText));
    return this.#all('triggers')
      .filter(({ state, trigger }) => state === 'waiting' && trigger.nextFireAt !== null)
      .filter(({ trigger }) => !except.has(keyText(trigger.jobKey)))
      .sort((a, b) => compareDue(a.trigger, b.trigger));
  }
  async jobsWithTriggers(jobKeys) {
    const used = new Set(this.#all('triggers').map(({ trigger }) => keyText(trigger.jobKey)));
    return jobKeys.filter((key) => used.has(keyText(key)));
  }
  async listGroups(of) {
    const keys =
      of === 'jobs'
        ? this.#all('jobs').map((job) => job.key)
        : this.#all('triggers').map(({ trigger }) => trigger.key);
    return [...new Set(keys.map((key) => key.group))];
  }

  async getCalendar(name) {
    return this.#get('calendars', name)?.calendar ?? null;
  }
  async putCalendar(name, calendar) {
    this.#set('calendars', name, { name, calendar });
  }
  async removeCalendar(name) {
    this.#set('calendars', name, null);
  }
  async listCalendarNames() {
    return this.#all('calendars').map(({ name }) => name);
  }

  async getPausedGroups() {
    return this.#get('settings', 'paused') ?? NOTHING_PAUSED;
  }
  async putPausedGroups(paused) {
    this.#set('settings', 'paused', paused);
  }

  async selectExecutions(selection) {
    const all = this.#all('executions');
    switch (selection.by) {
      case 'ids':
        return all.filter(({ fireInstanceId }) => selection.fireInstanceIds.includes(fireInstanceId));
      case 'jobs':
        return all.filter(({ jobKey }) => selection.jobKeys.some((key) => keyText(key) === keyText(jobKey)));
      case 'instance':
        return all.filter(({ instanceId }) => instanceId === selection.instanceId);
      case 'nonConcurrent':
        return all.filter(({ nonConcurrent }) => nonConcurrent);
      default:
        return all;
    }
  }
  async putExecutions(records) {
    for (const record of records) this.#set('executions', record.fireInstanceId, record);
  }
  async removeExecutions(fireInstanceIds) {
    for (const id of fireInstanceIds) this.#set('executions', id, null);
  }

  async listInstances() {
    return this.#all('instances');
  }
  async putInstance(record) {
    this.#set('instances', record.instanceId, record);
  }
  async removeInstance(instanceId) {
    this.#set('instances', instanceId, null);
  }

  async clear() {
    for (const table of ['jobs', 'triggers', 'calendars', 'executions', 'settings']) {
      for (const key of this.#tables.get(table).keys()) {
        if (key.startsWith(this.#prefix)) this.#set(table, key.slice(this.#prefix.length), null);
      }
      for (const key of this.#changed.get(table)?.keys() ?? [])
        this.#set(table, key.slice(this.#prefix.length), null);
    }
  }
  async counts() {
    return {
      jobs: this.#all('jobs').length,
      triggers: this.#all('triggers').length,
      calendars: this.#all('calendars').length,
    };
  }
}

function isSelected(selection, { trigger, state }) {
  switch (selection.by) {
    case 'all':
      return true;
    case 'keys':
      return selection.keys.some((key) => keyText(key) === keyText(trigger.key));
    case 'job':
      return keyText(selection.jobKey) === keyText(trigger.jobKey);
    case 'triggerGroup':
      return trigger.key.group === selection.group;
    case 'jobGroup':
      return trigger.jobKey.group === selection.group;
    case 'calendar':
      return trigger.calendarName === selection.calendarName;
    default:
      return state === selection.state;
  }
}
