/**
 * What is stored, as a transaction reads it: nothing here knows of changes that are not committed.
 *
 * @module
 */
import type { GroupMatcher } from '@ametrine/core';
import { matchesGroup } from '@ametrine/core/spi';
import { decodeGroup, encodeGroup } from '../ids.js';
import type { KeyName } from '../keys.js';
import { hasLargeData, type TriggerText } from '../records/trigger-text.js';
import type { Session } from '../session.js';

/** Waiting triggers that obey misfires, those that ignore them, and of both those that wait for their busy job. */
export type DueSet = 'due' | 'due_ignore' | 'parked';

/** Lists come back in pages of this size, so that no reply is without bound. */
const PAGE = 2000;

/** Reads for one transaction. `before` is called ahead of every read: it renews the lock. */
export class Base {
  /** How many reads there were. */
  reads = 0;
  readonly #session: Session;
  readonly #operation: string;
  readonly #before: () => Promise<void> | void;

  constructor(session: Session, operation: string, before: () => Promise<void> | void) {
    this.#session = session;
    this.#operation = operation;
    this.#before = before;
  }

  async #read(command: string, key: KeyName, ...args: readonly (string | number)[]): Promise<unknown> {
    this.reads += 1;
    await this.#before();
    return this.#session.read(this.#operation, command, key, ...args);
  }

  /** The values of fields of a hash, by field; what is not there is left out. */
  async values(key: KeyName, fields: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (let from = 0; from < fields.length; from += PAGE) {
      const page = fields.slice(from, from + PAGE);
      const values = (await this.#read('HMGET', key, ...page)) as (string | null)[];
      for (const [index, field] of page.entries()) {
        const value = values[index];
        if (typeof value === 'string') found.set(field, value);
      }
    }
    return found;
  }

  /** A whole hash; for those that hold no more than what is under way, or than there are calendars or nodes. */
  async entries(key: KeyName): Promise<ReadonlyMap<string, string>> {
    const flat = (await this.#read('HGETALL', key)) as string[];
    const found = new Map<string, string>();
    for (let at = 0; at < flat.length; at += 2) found.set(flat[at] as string, flat[at + 1] as string);
    return found;
  }

  /** The fields of a hash. */
  async fields(key: KeyName): Promise<readonly string[]> {
    return (await this.#read('HKEYS', key)) as string[];
  }

  /** Triggers by id, with their data; what is not there is left out. */
  async triggers(ids: readonly string[]): Promise<readonly TriggerText[]> {
    const values = await this.values('triggers', ids);
    const apart = [...values].filter(([, value]) => hasLargeData(value)).map(([id]) => id);
    const large = apart.length === 0 ? null : await this.values('data', apart);
    return [...values].map(([id, value]) => ({ id, value, large: large?.get(id) ?? '' }));
  }

  /**
   * The members of an ordered set that begin with a prefix.
   *
   * @param limit - at most so many
   */
  async startingWith(
    key: KeyName,
    prefix: string,
    limit: number = Number.POSITIVE_INFINITY,
  ): Promise<readonly string[]> {
    const members: string[] = [];
    // No text of ours holds a byte beyond F4, the last of UTF-8.
    const end = prefix === '' ? '+' : `(${prefix.slice(0, -1)}\u0001`;
    let from = prefix === '' ? '-' : `[${prefix}`;
    while (members.length < limit) {
      const size = Math.min(PAGE, limit - members.length);
      const page = (await this.#read('ZRANGEBYLEX', key, from, end, 'LIMIT', 0, size)) as string[];
      for (const member of page) members.push(member);
      if (page.length < size) break;
      from = `(${page.at(-1)}`;
    }
    return members;
  }

  /** The value of a trigger, null when it is absent, and whether a run of its non-concurrent job is under way. */
  async stateOf(id: string): Promise<readonly [value: string | null, jobRuns: boolean]> {
    this.reads += 1;
    await this.#before();
    const [value, jobRuns] = await this.#session.list('state', this.#operation, [id]);
    return [value ?? null, Number(jobRuns) === 1];
  }

  /** The members of the set of complete triggers, page by page. */
  async complete(): Promise<readonly string[]> {
    const members = new Set<string>();
    let cursor = '0';
    do {
      const [next, page] = (await this.#read('SSCAN', 'complete', cursor, 'COUNT', PAGE)) as [
        string,
        string[],
      ];
      for (const member of page) members.add(member);
      cursor = String(next);
    } while (cursor !== '0');
    return [...members];
  }

  /** The groups that have members, of jobs or triggers. */
  async groups(of: 'jobs' | 'triggers'): Promise<readonly string[]> {
    const keys = of === 'jobs' ? { ...this.#session.keys, ids: this.#session.keys.job_ids } : undefined;
    const groups: string[] = [];
    for (;;) {
      const last = groups.at(-1);
      this.reads += 1;
      await this.#before();
      const behind = last === undefined ? ['', '1'] : [encodeGroup(last), '0'];
      const page = await this.#session.list('groups', this.#operation, [...behind, PAGE], keys);
      for (const group of page) groups.push(decodeGroup(group));
      if (page.length < PAGE) return groups;
    }
  }

  /** Ids of jobs or triggers whose group a matcher chooses. */
  async matching(of: 'jobs' | 'triggers', matcher: GroupMatcher): Promise<readonly string[]> {
    const key = of === 'jobs' ? 'job_ids' : 'ids';
    if ('anything' in matcher) return this.startingWith(key, '');
    const groups =
      'equals' in matcher
        ? [matcher.equals]
        : (await this.groups(of)).filter((group) => matchesGroup(matcher, group));
    const ids: string[] = [];
    for (const group of groups) {
      for (const id of await this.startingWith(key, `${encodeGroup(group)}\0`)) ids.push(id);
    }
    return ids;
  }

  /** A page of waiting triggers in fire order, of those in one of the sets. */
  async due(
    set: DueSet,
    from: number | '-inf',
    to: string,
    behind: number,
    limit: number,
  ): Promise<readonly TriggerText[]> {
    this.reads += 1;
    await this.#before();
    const flat = await this.#session.list('duePage', this.#operation, [set, from, to, behind, limit]);
    const page: TriggerText[] = [];
    for (let at = 0; at < flat.length; at += 3) {
      page.push({ id: flat[at] as string, value: flat[at + 1] as string, large: flat[at + 2] as string });
    }
    return page;
  }
}
