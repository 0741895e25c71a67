/**
 * Storing jobs with their triggers, natively.
 *
 * @module
 */
import type { JobKey } from '@ametrine/core';
import {
  bornState,
  type Effects,
  inheritingPast,
  type JobWithTriggers,
  keyText,
  SchedulerError,
  showKey,
  withGroupsBornPaused,
} from '@ametrine/core/spi';
import type { Tables } from './tables.js';

/** Stores jobs with their triggers, all or nothing. @rule JS-STO-04 to JS-STO-07 */
export function storeEntries(
  tables: Tables,
  entries: readonly JobWithTriggers[],
  replace: boolean,
  effects: Effects,
): void {
  const triggers = entries.flatMap((entry) => entry.triggers);
  refuseDoubles(
    'job',
    entries.map((entry) => entry.job),
  );
  refuseDoubles('trigger', triggers);
  if (!replace) refuseExisting(tables, entries);

  const { paused } = tables;
  const grown = withGroupsBornPaused(paused, triggers);
  if (grown !== null) tables.putPaused(grown);
  for (const { job, triggers: own } of entries) {
    tables.putJob(job);
    if (tables.flagExecutions(job)) effects.schedulingChanged(null);
    for (const trigger of own) {
      const stored = inheritingPast(trigger, tables.trigger(trigger.key) ?? null);
      const state = bornState(stored, paused);
      if (state === 'waiting') effects.schedulingChanged(stored.nextFireAt);
      tables.putTrigger(stored, state, null);
    }
  }
}

function refuseDoubles(kind: 'job' | 'trigger', values: readonly { readonly key: JobKey }[]): void {
  if (values.length < 2) return;
  const seen = new Set<string>();
  for (const { key } of values) seen.add(keyText(key));
  if (seen.size === values.length) return;
  seen.clear();
  for (const { key } of values) {
    if (seen.has(keyText(key))) throw alreadyExists(kind, key);
    seen.add(keyText(key));
  }
}

function refuseExisting(tables: Tables, entries: readonly JobWithTriggers[]): void {
  for (const { job } of entries) {
    if ((tables.job(job.key)?.detail ?? null) !== null) throw alreadyExists('job', job.key);
  }
  for (const { triggers } of entries) {
    for (const { key } of triggers)
      if (tables.trigger(key) !== undefined) throw alreadyExists('trigger', key);
  }
}

function alreadyExists(kind: 'job' | 'trigger', key: JobKey): SchedulerError {
  const name = showKey(key);
  return new SchedulerError(
    'ERR_ALREADY_EXISTS',
    `The ${kind} ${name} exists already; pass replace: true to overwrite it`,
    {
      details: { kind, key: name },
    },
  );
}
