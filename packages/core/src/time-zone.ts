/**
 * Time zones over the runtime's own database (`Intl`), made fast enough for the firing loop.
 *
 * Asking `Intl` costs microseconds, so each zone keeps the periods of constant offset that it has met:
 * the steady state of {@link TimeZone.offsetAt} is two comparisons. Instants are epoch milliseconds;
 * *local* milliseconds encode a wall clock as if it were UTC (see `civil-date.ts`).
 *
 * @module
 */
import { MS_PER_DAY, type WallClock, wallClockOf } from './civil-date.js';

/** A change of a zone's offset. */
export interface Transition {
  /** The first instant at which the new offset holds. */
  readonly at: number;
  /** Milliseconds east of UTC until then. */
  readonly offsetBefore: number;
  /** Milliseconds east of UTC from then on. */
  readonly offsetAfter: number;
}

/** A stretch of time, `start` inclusive and `end` exclusive, in which a zone keeps one offset. */
export interface OffsetPeriod {
  readonly start: number;
  /** Not always a transition: the period is known to last at least until here. */
  readonly end: number;
  /** Milliseconds east of UTC. */
  readonly offset: number;
}

/**
 * What a wall-clock time means in a zone:
 *
 * - `unique`: it happens once, at `at`, as nearly every time does;
 * - `gap`: the clock is put forward over it, at `transition.at`, which is also the end of the gap.
 *   The same time on the clock as it was before the change would be `local - transition.offsetBefore`;
 * - `overlap`: the clock is put back, at `transition.at`, so that it happens twice.
 */
export type LocalResolution =
  | { readonly kind: 'unique'; readonly at: number }
  | { readonly kind: 'gap'; readonly transition: Transition }
  | {
      readonly kind: 'overlap';
      readonly first: number;
      readonly second: number;
      readonly transition: Transition;
    };

/** A time zone. Immutable to its users; get one from {@link timeZone}. */
export interface TimeZone {
  /** The identifier it was asked for, such as `Europe/Berlin`. */
  readonly id: string;
  /** Gives milliseconds east of UTC at an instant: 7 200 000 for Berlin in summer. */
  offsetAt(epochMs: number): number;
  /** Gives a period of constant offset around an instant. */
  periodAt(epochMs: number): OffsetPeriod;
  /**
   * Finds the first transition with `afterMs < at <= untilMs`, or null.
   * The limit is required because many zones have no transition left; a first look costs about a tenth
   * of a millisecond per year searched.
   */
  nextTransition(afterMs: number, untilMs: number): Transition | null;
  /** Finds the instants at which the zone's clocks show a local time. */
  resolve(localMs: number): LocalResolution;
}

/** No zone has ever been further from Greenwich (Alaska and Manila, before the date line was settled). */
const MAX_OFFSET_MS = 16 * 3_600_000;
/** Before 1800 every zone keeps its local mean time. Later than the last date of `Date` nothing is asked. */
const FIRST_PROBE = -5_364_662_400_000;
const LAST_PROBE = 8_640_000_000_000_000;
/** Offsets are learnt in blocks of about 1.09 years, probed every 6.2 days: no zone changes there and back sooner. */
const BLOCK_MS = 2 ** 35;
const PROBE_MS = 2 ** 29;
/** Blocks kept per zone. Schedules live within a few years; more than this is a walk through history. */
const MAX_BLOCKS = 256;
/** Zones kept. The database has about 600 names, but their letter case is free. */
const MAX_ZONES = 1000;

class IntlTimeZone implements TimeZone {
  readonly id: string;
  readonly #probe: (epochMs: number) => number;
  readonly #blocks = new Map<number, readonly OffsetPeriod[]>();
  #recent: OffsetPeriod;

  constructor(id: string, probe: (epochMs: number) => number, known: OffsetPeriod) {
    this.id = id;
    this.#probe = probe;
    this.#recent = known;
  }

  offsetAt(epochMs: number): number {
    return this.periodAt(epochMs).offset;
  }

  periodAt(epochMs: number): OffsetPeriod {
    const recent = this.#recent;
    if (epochMs >= recent.start && epochMs < recent.end) return recent;
    const found = this.#block(Math.floor(epochMs / BLOCK_MS)).find((period) => epochMs < period.end);
    if (found === undefined) throw new RangeError(`${epochMs} is not an instant`);
    this.#recent = found;
    return found;
  }

  nextTransition(afterMs: number, untilMs: number): Transition | null {
    let period = this.periodAt(afterMs);
    while (period.end <= untilMs) {
      const next = this.periodAt(period.end);
      if (next.offset !== period.offset) {
        return { at: period.end, offsetBefore: period.offset, offsetAfter: next.offset };
      }
      period = next;
    }
    return null;
  }

  resolve(localMs: number): LocalResolution {
    // Whatever the offset, the instants meant lie within this window.
    const from = localMs - MAX_OFFSET_MS;
    const until = localMs + MAX_OFFSET_MS;
    const { start, end, offset } = this.#recent;
    if (from >= start && until < end) return { kind: 'unique', at: localMs - offset };

    const transition = this.nextTransition(from, until);
    if (transition === null) return { kind: 'unique', at: localMs - this.offsetAt(from) };
    const first = localMs - transition.offsetBefore;
    const second = localMs - transition.offsetAfter;
    const happensBefore = first < transition.at;
    const happensAfter = second >= transition.at;
    if (happensBefore && happensAfter) return { kind: 'overlap', first, second, transition };
    if (happensBefore) return { kind: 'unique', at: first };
    if (happensAfter) return { kind: 'unique', at: second };
    return { kind: 'gap', transition };
  }

  #block(index: number): readonly OffsetPeriod[] {
    let block = this.#blocks.get(index);
    if (block === undefined) {
      block = this.#learn(index * BLOCK_MS, (index + 1) * BLOCK_MS);
      if (this.#blocks.size >= MAX_BLOCKS) this.#blocks.clear();
      this.#blocks.set(index, block);
    }
    return block;
  }

  /** Splits a stretch of time into periods: probes at regular steps, then halves where the answers differ. */
  #learn(start: number, end: number): OffsetPeriod[] {
    const periods: OffsetPeriod[] = [];
    let periodStart = start;
    let offset = this.#probe(start);
    for (let reached = start; reached < end; ) {
      const next = Math.min(reached + PROBE_MS, end);
      if (this.#probe(next) === offset) {
        reached = next;
        continue;
      }
      const at = this.#bisect(reached, offset, next);
      // A change that falls on the very end belongs to the next block.
      if (at === end) break;
      periods.push({ start: periodStart, end: at, offset });
      periodStart = at;
      offset = this.#probe(at);
      reached = at;
    }
    periods.push({ start: periodStart, end, offset });
    return periods;
  }

  /** Finds an instant in `(low, high]` at which the offset stops being the one at `low`. */
  #bisect(low: number, offset: number, high: number): number {
    let before = low;
    let after = high;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#probe(middle) === offset) before = middle;
      else after = middle;
    }
    return after;
  }
}

const OFFSET_TEXT = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

function offsetProbe(format: Intl.DateTimeFormat): (epochMs: number) => number {
  return (epochMs) => {
    // The text is '3/29/2026, GMT+02:00', and 'GMT' alone for zero.
    const text = format.format(Math.min(Math.max(epochMs, FIRST_PROBE), LAST_PROBE));
    const match = OFFSET_TEXT.exec(text);
    if (match === null) throw new Error(`Cannot read the time-zone offset in '${text}'`);
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
    const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    return sign === '-' ? -size : size;
  };
}

const ALWAYS_UTC: OffsetPeriod = {
  start: Number.NEGATIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
  offset: 0,
};
const NOTHING_KNOWN: OffsetPeriod = { start: 0, end: 0, offset: 0 };
const zones = new Map<string, TimeZone>();

/**
 * Gives the time zone of an IANA identifier such as `Europe/Berlin`, `America/New_York` or `UTC`.
 * Zones are cached: asking twice is cheap and shares what was learnt.
 *
 * @throws RangeError when this runtime's time-zone database has no such zone
 */
export function timeZone(id: string): TimeZone {
  const known = zones.get(id);
  if (known !== undefined) return known;
  const zone = id === 'UTC' ? new IntlTimeZone(id, () => 0, ALWAYS_UTC) : openZone(id);
  if (zones.size >= MAX_ZONES) zones.clear();
  zones.set(id, zone);
  return zone;
}

function openZone(id: string): TimeZone {
  try {
    // An undefined zone would silently mean the system's own.
    if (typeof id !== 'string') throw new TypeError('not a string');
    const format = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'longOffset' });
    return new IntlTimeZone(id, offsetProbe(format), NOTHING_KNOWN);
  } catch (cause) {
    throw new RangeError(
      `Unknown time zone '${id}': use an IANA name such as 'Europe/Berlin' or 'UTC'` +
        ` (Intl.supportedValuesOf('timeZone') lists those of this runtime)`,
      { cause },
    );
  }
}

let system = { variable: '', id: '' };

/**
 * Gives the identifier of the system's own time zone, `UTC` where it cannot be told.
 * It follows changes that the program makes to the `TZ` environment variable.
 */
export function systemTimeZone(): string {
  const variable = process.env['TZ'] ?? '';
  if (system.id === '' || system.variable !== variable) {
    const id: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    system = { variable, id: id ?? 'UTC' };
  }
  return system.id;
}

/** Reads the clock and calendar on a zone's wall at an instant. */
export function wallClock(zone: TimeZone, epochMs: number): WallClock {
  return wallClockOf(epochMs + zone.offsetAt(epochMs));
}

/**
 * Gives *one* instant for a local time, by the rule this project uses everywhere: a time in a gap means
 * the end of the gap, a time in an overlap its first pass. Never decreases as `localMs` grows.
 */
export function instantOf(zone: TimeZone, localMs: number): number {
  const resolution = zone.resolve(localMs);
  switch (resolution.kind) {
    case 'unique':
      return resolution.at;
    case 'gap':
      return resolution.transition.at;
    case 'overlap':
      return resolution.first;
  }
}

/**
 * Gives the first instant of the local calendar day that an instant belongs to.
 * That is not always midnight: where the clock jumps over midnight the day begins after the gap.
 */
export function startOfDay(zone: TimeZone, epochMs: number): number {
  const localMs = epochMs + zone.offsetAt(epochMs);
  return instantOf(zone, Math.floor(localMs / MS_PER_DAY) * MS_PER_DAY);
}
