/**
 * All that users can see of a store, in one value that can be compared: with the model's, or with another store's.
 *
 * @module
 */
import {
  ANY_GROUP,
  type Calendar,
  type JobDetail,
  type Key,
  RECOVERY_GROUP,
  type Trigger,
  type TriggerState,
} from '@ametrine/core';
import type { JobStore } from '@ametrine/core/spi';
import { byFire, byKey, type ModelState } from './model-state.js';

/** What is seen. */
export interface Observation {
  readonly jobs: readonly JobDetail[];
  readonly jobGroups: readonly string[];
  readonly triggers: readonly Trigger[];
  readonly triggerGroups: readonly string[];
  readonly states: readonly (readonly [trigger: string, state: TriggerState])[];
  readonly upcoming: readonly string[];
  readonly calendars: readonly (readonly [name: string, calendar: Calendar | null])[];
  readonly pausedTriggerGroups: readonly string[];
  readonly pausedJobGroups: readonly string[];
  readonly counts: readonly [jobs: number, triggers: number, calendars: number];
}

/** More than any sequence stores. */
const ALL = 1000;

const JOB_FIELDS = [
  'key',
  'jobClass',
  'description',
  'durable',
  'requestsRecovery',
  'nonConcurrent',
  'persistDataAfterExecution',
  'data',
] as const satisfies readonly (keyof JobDetail)[];

const TRIGGER_FIELDS = [
  'key',
  'jobKey',
  'description',
  'calendarName',
  'misfireInstruction',
  'priority',
  'startAt',
  'endAt',
  'data',
  'schedule',
  'nextFireAt',
  'previousFireAt',
  'timesTriggered',
  'recovers',
] as const satisfies readonly (keyof Trigger)[];

/** The fields of the contract and no others. */
export function jobFields(job: JobDetail): JobDetail {
  return Object.fromEntries(JOB_FIELDS.map((field) => [field, job[field]])) as unknown as JobDetail;
}

/** The fields of the contract and no others. */
export function triggerFields(trigger: Trigger): Trigger {
  return Object.fromEntries(TRIGGER_FIELDS.map((field) => [field, trigger[field]])) as unknown as Trigger;
}

/** Looks at a store. */
export async function observe(store: JobStore): Promise<Observation> {
  const [triggers, names, counts] = [
    await store.listTriggers({}),
    await store.listCalendarNames(),
    await store.getCounts(),
  ];
  const states: [string, TriggerState][] = [];
  for (const { key } of triggers) states.push([nameOf(key), await store.getTriggerState(key)]);
  const calendars: [string, Calendar | null][] = [];
  for (const name of names) calendars.push([name, await store.getCalendar(name)]);
  return {
    jobs: (await store.listJobs(ANY_GROUP)).map(jobFields),
    jobGroups: await store.listJobGroups(),
    triggers: triggers.map(triggerFields),
    triggerGroups: await store.listTriggerGroups(),
    states,
    upcoming: (await store.listUpcomingTriggers(ALL)).map(({ key }) => nameOf(key)),
    calendars,
    pausedTriggerGroups: await store.listPausedTriggerGroups(),
    pausedJobGroups: await store.listPausedJobGroups(),
    counts: [counts.jobs, counts.triggers, counts.calendars],
  };
}

/** What the model says that is to be seen. */
export function expected(state: ModelState): Observation {
  const jobs = [...state.jobs.values()].sort((a, b) => byKey(a.key, b.key));
  const triggers = state.allTriggers.map(({ trigger }) => trigger).sort((a, b) => byKey(a.key, b.key));
  const waiting = state.allTriggers.filter((r) => r.state === 'waiting' && r.trigger.nextFireAt !== null);
  return {
    jobs: jobs.map(jobFields),
    jobGroups: groupsOf(jobs),
    triggers: triggers.map(triggerFields),
    triggerGroups: groupsOf(triggers),
    states: triggers.map(({ key }) => [nameOf(key), state.stateOf(key)]),
    upcoming: waiting
      .map(({ trigger }) => trigger)
      .sort(byFire)
      .map(({ key }) => nameOf(key)),
    calendars: [...state.calendars].sort(([a], [b]) => (a < b ? -1 : 1)),
    pausedTriggerGroups: [...state.paused.triggers].sort(),
    pausedJobGroups: [...state.paused.jobs].sort(),
    counts: [state.jobs.size, state.triggers.size, state.calendars.size],
  };
}

/** The same with the names that stores give to recoveries replaced by what they repeat, so that stores can be compared. */
export function withPlainNames(observation: Observation): Observation {
  const plain = new Map<string, string>();
  for (const { key, recovers } of observation.triggers) {
    if (key.group !== RECOVERY_GROUP || recovers === null) continue;
    const { triggerKey, firedAt } = recovers;
    plain.set(nameOf(key), `${RECOVERY_GROUP}.of ${nameOf(triggerKey)} at ${firedAt}`);
  }
  if (plain.size === 0) return observation;
  const renamed = (name: string): string => plain.get(name) ?? name;
  const triggers = observation.triggers.map((trigger) => {
    const name = plain.get(nameOf(trigger.key));
    if (name === undefined) return trigger;
    return { ...trigger, key: { group: RECOVERY_GROUP, name: name.slice(RECOVERY_GROUP.length + 1) } };
  });
  return {
    ...observation,
    triggers: triggers.sort((a, b) => byKey(a.key, b.key)),
    states: observation.states
      .map(([name, state]) => [renamed(name), state] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    upcoming: observation.upcoming.map(renamed),
  };
}

function nameOf({ group, name }: Key): string {
  return `${group}.${name}`;
}

function groupsOf(values: readonly { readonly key: Key }[]): readonly string[] {
  return [...new Set(values.map(({ key }) => key.group))].sort();
}
