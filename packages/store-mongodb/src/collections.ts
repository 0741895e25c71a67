/**
 * The collections, their names and their indexes; each index names the query that needs it.
 *
 * @module
 */
import { invalidArgument } from '@ametrine/core/spi';
import type { Collection, Db, IndexDescription, WriteConcernSettings } from 'mongodb';
import type { CalendarDocument } from './documents/calendar-document.js';
import type { JobDocument } from './documents/job-document.js';
import type { MetaDocument, SchedulerDocument, SignalDocument } from './documents/scheduler-document.js';
import type { TriggerDocument } from './documents/trigger-document.js';

/** The version of the schema that this release reads and writes. */
export const SCHEMA_VERSION = 1;

const PREFIX = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const DEFAULT_PREFIX = 'ametrine';

/**
 * Checks a collection prefix.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function checkCollectionPrefix(prefix: unknown): string {
  if (prefix === undefined) return DEFAULT_PREFIX;
  if (typeof prefix === 'string' && PREFIX.test(prefix)) return prefix;
  throw invalidArgument(
    'options.collectionPrefix',
    prefix,
    'a letter and at most 62 letters, digits, underscores and hyphens more',
  );
}

/** The collections of one prefix. */
export interface Collections {
  readonly jobs: Collection<JobDocument>;
  readonly triggers: Collection<TriggerDocument>;
  readonly calendars: Collection<CalendarDocument>;
  /** One document per scheduler name: the lock, the paused groups, the nodes. */
  readonly schedulers: Collection<SchedulerDocument>;
  /** One document per scheduler name, replaced whenever another node should look again. */
  readonly signals: Collection<SignalDocument>;
  readonly meta: Collection<MetaDocument>;
}

/** How numbers are read, whatever a client of the user's does with them elsewhere. */
const AS_NUMBERS = { promoteLongs: true, promoteValues: true, useBigInt64: false, raw: false } as const;

/** The collections of a prefix in a database. Reads go to the primary: what a node decides on must not be old. */
export function collectionsOf(db: Db, prefix: string, writeConcern: WriteConcernSettings): Collections {
  const reading = { readConcern: { level: 'local' }, readPreference: 'primary', ...AS_NUMBERS } as const;
  const options = { writeConcern, ...reading };
  return {
    jobs: db.collection(`${prefix}_jobs`, options),
    triggers: db.collection(`${prefix}_triggers`, options),
    calendars: db.collection(`${prefix}_calendars`, options),
    schedulers: db.collection(`${prefix}_schedulers`, options),
    signals: db.collection(`${prefix}_signals`, options),
    meta: db.collection(`${prefix}_meta`, options),
  };
}

/** Fire order, as far as a database can tell it: names compare by code point. */
export const FIRE_ORDER = {
  nextFireAt: 1,
  precedence: 1,
  groupRank: 1,
  group: 1,
  name: 1,
} as const;

const WAITING = { state: 'waiting', nextFireAt: { $exists: true } } as const;

const HELD: IndexDescription = {
  name: 'held',
  // What a change that was cut short has left: looked for whenever somebody takes the lock.
  key: { scheduler: 1, hold: 1 },
  partialFilterExpression: { hold: { $exists: true } },
};

/** The indexes of the triggers. */
const TRIGGER_INDEXES: readonly IndexDescription[] = [
  // What is due, and what has misfired: a range in fire order, nothing is sorted and nothing beyond the limit read.
  { name: 'due', key: { scheduler: 1, ...FIRE_ORDER }, partialFilterExpression: WAITING },
  // Triggers that ignore misfires are due however late they are; there are few of them.
  {
    name: 'due_ignoring',
    // Before 5.0 two indexes cannot have the same keys and differ in their filter.
    key: { scheduler: 1, misfireInstruction: 1, ...FIRE_ORDER },
    partialFilterExpression: { ...WAITING, misfireInstruction: 'ignore' },
  },
  // The triggers of a group, and the groups.
  { name: 'group', key: { scheduler: 1, group: 1, name: 1 } },
  // The triggers of a job, and whether it has any.
  { name: 'job', key: { job: 1 } },
  // Executions: as many as there are runs under way.
  {
    name: 'running',
    key: { scheduler: 1, 'runs.node': 1 },
    partialFilterExpression: { 'runs.node': { $exists: true } },
  },
  // Of a job that must not run twice at once, one trigger holds this; the others cannot.
  {
    name: 'exclusive',
    key: { exclusive: 1 },
    unique: true,
    partialFilterExpression: { exclusive: { $exists: true } },
  },
  // Which triggers name a calendar.
  {
    name: 'calendar',
    key: { scheduler: 1, calendar: 1 },
    partialFilterExpression: { calendar: { $exists: true } },
  },
  // What a start clears away.
  { name: 'complete', key: { scheduler: 1, state: 1 }, partialFilterExpression: { state: 'complete' } },
  HELD,
];

const JOB_INDEXES: readonly IndexDescription[] = [
  // The jobs of a group, and the groups.
  { name: 'group', key: { scheduler: 1, group: 1, name: 1 } },
  HELD,
];

const CALENDAR_INDEXES: readonly IndexDescription[] = [
  // The names of calendars.
  { name: 'name', key: { scheduler: 1, name: 1 } },
  HELD,
];

/** Makes the indexes that are missing. Those that exist cost one command per collection. */
export async function createIndexes({ jobs, triggers, calendars }: Collections): Promise<void> {
  await Promise.all([
    triggers.createIndexes([...TRIGGER_INDEXES]),
    jobs.createIndexes([...JOB_INDEXES]),
    calendars.createIndexes([...CALENDAR_INDEXES]),
  ]);
}
