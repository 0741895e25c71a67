import { compareKeys, type Trigger } from '@ametrine/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Due, type DueCursor, DueIndex } from '../../src/due-index.js';
import { aJob, aTrigger } from './makers.js';

/** The order of the contract, written out once more. */
function inFireOrder(a: Due, b: Due): number {
  const byTime = (a.trigger.nextFireAt ?? 0) - (b.trigger.nextFireAt ?? 0);
  if (byTime !== 0) return byTime;
  const byPriority = b.trigger.priority - a.trigger.priority;
  return byPriority === 0 ? compareKeys(a.trigger.key, b.trigger.key) : byPriority;
}

function read(cursor: DueCursor<Due>): Due[] {
  const found: Due[] = [];
  for (let entry = cursor.current; entry !== null; entry = cursor.current) {
    found.push(entry);
    cursor.advance();
  }
  return found;
}

const job = aJob('j');

interface Place {
  readonly at: number;
  readonly priority: number;
  readonly group: string;
  readonly name: string;
}

function triggerAt({ at, priority, group, name }: Place): Trigger {
  return { ...aTrigger(job, { key: { group, name }, at }), priority };
}

const place: fc.Arbitrary<Place> = fc.record({
  at: fc.integer({ min: 0, max: 12 }),
  priority: fc.integer({ min: 4, max: 6 }),
  group: fc.constantFrom('DEFAULT', 'A', 'Z', 'é'),
  name: fc.string({ minLength: 1, maxLength: 2 }),
});

describe('DueIndex', () => {
  it('is a sorted list, whatever is put in and taken out', () => {
    const command = fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('insert' as const), place }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('removeFirst' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('removeAbsent' as const), place }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('from' as const), at: fc.integer({ min: -1, max: 13 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('behind' as const), place }) },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9 }),
        fc.array(command, { maxLength: 300, size: 'max' }),
        (maxChunk, commands) => {
          const index = new DueIndex<Due>(maxChunk);
          const sorted: Due[] = [];
          for (const step of commands) {
            switch (step.kind) {
              case 'insert': {
                const entry = { trigger: triggerAt(step.place) };
                if (sorted.some((other) => inFireOrder(other, entry) === 0)) break;
                index.insert(entry);
                sorted.push(entry);
                sorted.sort(inFireOrder);
                break;
              }
              case 'remove': {
                const [entry] = sorted.splice(step.index % Math.max(sorted.length, 1), 1);
                if (entry !== undefined) expect(index.remove(entry)).toBe(true);
                break;
              }
              case 'removeFirst': {
                const entry = sorted.shift() ?? null;
                expect(index.first()).toBe(entry);
                if (entry !== null) expect(index.remove(entry)).toBe(true);
                break;
              }
              case 'removeAbsent':
                expect(index.remove({ trigger: triggerAt(step.place) })).toBe(false);
                break;
              case 'from':
                expect(read(index.from(step.at))).toEqual(
                  sorted.filter(({ trigger }) => (trigger.nextFireAt ?? 0) >= step.at),
                );
                break;
              case 'behind': {
                const start = { trigger: triggerAt(step.place) };
                expect(read(index.behind(start.trigger))).toEqual(
                  sorted.filter((entry) => inFireOrder(entry, start) > 0),
                );
              }
            }
            expect(index.size).toBe(sorted.length);
          }
          expect(read(index.from(Number.NEGATIVE_INFINITY))).toEqual(sorted);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps thousands in order through many chunks', () => {
    const index = new DueIndex<Due>();
    const entries = Array.from({ length: 5_000 }, (_, i) => ({
      trigger: triggerAt({ at: (i * 7919) % 5_000, priority: 5, group: 'DEFAULT', name: `t${i}` }),
    }));
    for (const entry of entries) index.insert(entry);
    const gone = entries.filter((_, i) => i % 3 === 0);
    for (const entry of gone) expect(index.remove(entry)).toBe(true);
    const left = entries.filter((_, i) => i % 3 !== 0).sort(inFireOrder);
    expect(read(index.from(0))).toEqual(left);
    for (const entry of left) {
      expect(index.first()).toBe(entry);
      index.remove(entry);
    }
    expect(index.size).toBe(0);
  });
});
