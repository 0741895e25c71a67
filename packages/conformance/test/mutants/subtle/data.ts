/**
 * Subtle defects in the data of jobs and triggers.
 *
 * @module
 */
import type { JobData } from '@ametrine/core';
import { brokenCalls, brokenPrimitives, type Mutant } from '../mutant.js';
import { completesAs, keepsDataAs, throughout } from './defects.js';

/** DAT. */
export const subtleDataMutants: readonly Mutant[] = [
  dataAs('JS-DAT-01/big-integers', 'big integers come back as numbers', (v) =>
    typeof v === 'bigint' ? Number(v) : v,
  ),
  dataAs('JS-DAT-01/dates', 'dates come back as texts', (v) => (v instanceof Date ? v.toISOString() : v)),
  dataAs('JS-DAT-01/seconds', 'dates come back in whole seconds', (v) =>
    v instanceof Date ? new Date(Math.floor(v.getTime() / 1000) * 1000) : v,
  ),
  dataAs('JS-DAT-01/bytes', 'bytes come back as a list of numbers', (v) =>
    v instanceof Uint8Array ? [...v] : v,
  ),
  dataAs('JS-DAT-01/no-bytes', 'no bytes come back as null', (v) =>
    v instanceof Uint8Array && v.length === 0 ? null : v,
  ),
  dataAs('JS-DAT-01/empty-text', 'an empty text comes back as null', (v) => (v === '' ? null : v)),
  dataAs('JS-DAT-01/no-null', 'null comes back as an empty text', (v) => (v === null ? '' : v)),
  dataAs('JS-DAT-01/floats', 'numbers have six digits', (v) =>
    typeof v === 'number' ? Number(v.toPrecision(6)) : v,
  ),
  dataAs('JS-DAT-01/integers', 'numbers are cut to 32 bits', (v) =>
    typeof v === 'number' && Number.isInteger(v) ? v | 0 : v,
  ),
  dataAs('JS-DAT-01/no-astral', 'characters beyond the first plane are replaced', (v) =>
    typeof v === 'string' ? v.replaceAll(/[\u{10000}-\u{10ffff}]/gu, '?') : v,
  ),
  dataAs('JS-DAT-01/line-ends', 'line ends are normalized', (v) =>
    typeof v === 'string' ? v.replaceAll('\r\n', '\n') : v,
  ),
  dataAs('JS-DAT-01/numbers-in-texts', 'texts that look like numbers are numbers', (v) =>
    typeof v === 'string' && /^-?\d+$/.test(v) ? Number(v) : v,
  ),
  dataAs('JS-DAT-01/empty-lists', 'an empty list comes back as an empty object', (v) =>
    Array.isArray(v) && v.length === 0 ? {} : v,
  ),
  dataAs('JS-DAT-01/iso-texts', 'texts that look like instants come back as dates', (v) =>
    typeof v === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(v) ? new Date(v) : v,
  ),
  keepsDataAs(
    'JS-DAT-01/one-level',
    'objects within objects are lost',
    (data) =>
      Object.fromEntries(
        Object.entries(data).map(([name, value]) => [name, isPlain(value) ? shallow(value) : value]),
      ) as JobData,
  ),
  keepsDataAs('JS-DAT-01/dollars', 'keys that begin with a dollar are dropped', (data) =>
    Object.fromEntries(Object.entries(data).filter(([name]) => !name.startsWith('$'))),
  ),
  keepsDataAs('JS-DAT-01/empty-key', 'an empty key is dropped', (data) =>
    Object.fromEntries(Object.entries(data).filter(([name]) => name !== '')),
  ),
  completesAs('JS-DAT-01/of-runs', 'data that a run leaves are kept as JSON', (c) =>
    c.changedData === null
      ? c
      : {
          ...c,
          changedData: JSON.parse(
            JSON.stringify(c.changedData, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)),
          ) as JobData,
        },
  ),
  brokenPrimitives('JS-DAT-01/of-triggers', 'the data of triggers are kept as JSON', (tx) => ({
    putTriggers: (records) =>
      tx.putTriggers(
        records.map((r) => ({
          ...r,
          trigger: {
            ...r.trigger,
            data: JSON.parse(
              JSON.stringify(r.trigger.data, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)),
            ) as JobData,
          },
        })),
      ),
  })),
  brokenCalls('JS-DAT-02/not-a-number', 'a number that is none is kept as null', (store) => ({
    storeJob: (job, options) =>
      store.storeJob(
        {
          ...job,
          data: throughout(job.data, (v) => (typeof v === 'number' && !Number.isFinite(v) ? null : v)),
        },
        options,
      ),
  })),
  brokenCalls('JS-DAT-02/trigger-data', 'the odd data of a trigger are left out', (store) => ({
    storeTrigger: (trigger, options) =>
      store
        .storeTrigger(trigger, options)
        .catch((error: { code?: unknown }) =>
          error.code === 'ERR_INVALID_DATA'
            ? store.storeTrigger({ ...trigger, data: {} }, options)
            : Promise.reject(error),
        ),
  })),
  brokenCalls('JS-DAT-02/half-a-bulk', 'a bulk with odd data stores the entries before them', (store) => ({
    storeJobsAndTriggers: (entries, options) =>
      store.storeJobsAndTriggers(entries, options).catch(async (error: { code?: unknown }) => {
        if (error.code === 'ERR_INVALID_DATA')
          for (const entry of entries) await store.storeJobsAndTriggers([entry], options).catch(() => {});
        throw error;
      }),
  })),
];

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function shallow(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, isPlain(part) ? {} : part]));
}

function dataAs(id: string, what: string, change: (value: unknown) => unknown): Mutant {
  return keepsDataAs(id, what, (data) => throughout(data, change));
}
