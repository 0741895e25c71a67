/**
 * Subtle defects that show only at the edge of a range: nothing, less than nothing, very much.
 *
 * @module
 */
import type { Trigger } from '@ametrine/core';
import { brokenCalls, brokenHotPath, brokenPrimitives, type Mutant } from '../mutant.js';
import { completesAs, keepsDataAs, readsTriggersAs, storesTriggersAs, throughout } from './defects.js';

const SECONDS_OF_32_BITS = 2_147_483_647_000;

/** Numbers, instants and texts. */
export const edgeMutants: readonly Mutant[] = [
  brokenPrimitives(
    'JS-ACQ-02/zero',
    'a trigger that is due in the first instant of 1970 is never due',
    (tx) => ({
      selectDue: async (query) =>
        (await tx.selectDue(query)).filter(({ trigger }) => trigger.nextFireAt !== 0),
    }),
  ),
  brokenPrimitives('JS-ACQ-02/negative', 'a trigger that is due before 1970 is never due', (tx) => ({
    selectDue: async (query) =>
      (await tx.selectDue(query)).filter(({ trigger }) => (trigger.nextFireAt ?? 0) >= 0),
  })),
  brokenPrimitives('JS-ACQ-05/priority-texts', 'priorities are ordered as texts', (tx) => ({
    selectDue: async (query) => {
      if (query.after !== null) return [];
      const due = [...(await tx.selectDue({ ...query, limit: 1_000_000 }))];
      const byText = ({ trigger: a }: (typeof due)[0], { trigger: b }: (typeof due)[0]): number =>
        (a.nextFireAt ?? 0) - (b.nextFireAt ?? 0) ||
        (String(a.priority) < String(b.priority) ? 1 : String(a.priority) > String(b.priority) ? -1 : 0);
      return due.sort(byText).slice(0, query.limit);
    },
  })),
  storesTriggersAs('JS-GET-05/no-priority', 'priority 0 is taken for the default', (record) => ({
    ...record,
    trigger: { ...record.trigger, priority: record.trigger.priority || 5 },
  })),
  instants('JS-GET-05/beyond-2038', 'instants beyond 2038 come back as 2038', (at) =>
    Math.min(at, SECONDS_OF_32_BITS),
  ),
  readsTriggersAs('JS-GET-05/first-instant', 'the first instant of 1970 comes back as none', (trigger) => ({
    ...trigger,
    endAt: trigger.endAt || null,
    nextFireAt: trigger.nextFireAt || null,
    previousFireAt: trigger.previousFireAt || null,
  })),
  brokenCalls('JS-GET-04/empty-text', 'what begins with nothing is nothing', (store) => ({
    listJobKeys: async (matcher) =>
      'startsWith' in matcher && matcher.startsWith === '' ? [] : store.listJobKeys(matcher),
  })),
  completesAs('JS-CMP-07/emptied', 'data that a run emptied are left as they were', (completion) => ({
    ...completion,
    changedData:
      completion.changedData !== null && Object.keys(completion.changedData).length === 0
        ? null
        : completion.changedData,
  })),
  brokenHotPath(
    'JS-REL-01/forgets-the-past',
    'a trigger that is given back never fired before',
    (sound, facts) => ({
      release: async (acquired, effects) => {
        await sound.release(acquired, effects);
        await facts.transact(effects, async (tx) => {
          const back = await tx.getTriggers(acquired.map(({ trigger }) => trigger.key));
          await tx.putTriggers(
            back.map((record) => ({ ...record, trigger: { ...record.trigger, previousFireAt: null } })),
          );
        });
      },
    }),
  ),
  values('JS-DAT-01/int64', 'big integers have 64 bits', (value) =>
    typeof value === 'bigint' ? BigInt.asIntN(64, value) : value,
  ),
  values('JS-DAT-01/old-dates', 'dates before 1970 come back as 1970', (value) =>
    value instanceof Date ? new Date(Math.max(value.getTime(), 0)) : value,
  ),
  values('JS-DAT-01/huge-numbers', 'numbers that are written with an exponent come back as 0', (value) =>
    typeof value === 'number' && String(value).includes('e') ? 0 : value,
  ),
  values('JS-DAT-01/long-texts', 'a text has 65535 characters at most', (value) =>
    typeof value === 'string' ? value.slice(0, 65_535) : value,
  ),
  values(
    'JS-DAT-01/tagged',
    'an object that looks like a date in MongoDB’s JSON comes back as a date',
    (value) => {
      const date: unknown = (value as { readonly $date?: unknown } | null)?.$date;
      return typeof date === 'string' || typeof date === 'number' ? new Date(date) : value;
    },
  ),
  keepsDataAs(
    'JS-DAT-01/deep',
    'what lies deeper than ten objects is lost',
    (data) => shallow(data, 10) as typeof data,
  ),
];

function instants(id: string, what: string, change: (at: number) => number): Mutant {
  const changed = (at: number | null): number | null => (at === null ? null : change(at));
  return readsTriggersAs(
    id,
    what,
    (trigger): Trigger => ({
      ...trigger,
      startAt: change(trigger.startAt),
      endAt: changed(trigger.endAt),
      nextFireAt: changed(trigger.nextFireAt),
      previousFireAt: changed(trigger.previousFireAt),
    }),
  );
}

function values(id: string, what: string, change: (value: unknown) => unknown): Mutant {
  return keepsDataAs(id, what, (data) => throughout(data, change));
}

function shallow(value: unknown, levels: number): unknown {
  if (Array.isArray(value)) return levels === 0 ? [] : value.map((part) => shallow(part, levels - 1));
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value))
    return value;
  if (levels === 0) return {};
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shallow(part, levels - 1)]));
}
