/**
 * Which instants a calendar includes. A calendar with a base includes what both include.
 *
 * Exclusion goes by the wall clock of the calendar's zone: where the clock is put back, both passes of an excluded
 * time are excluded.
 *
 * @module
 */
import { type TimeZone, timeZone } from '../time-zone.js';
import type { Calendar } from './calendar.js';
import { type WallRule, wallRule } from './wall-rules.js';

/** How far ahead an included time is sought. */
const SEARCH_MS = 100 * 366 * 86_400_000;
/** Two calendars may exclude alternate spans for ever; so many leaps are enough for anything sensible. */
const MAX_LEAPS = 100_000;

/** A calendar of a chain, made ready. */
interface Link {
  readonly zone: TimeZone;
  readonly rule: WallRule;
}

const chains = new WeakMap<Calendar, readonly Link[]>();

/** Whether a calendar includes an instant (epoch ms). */
export function isTimeIncluded(calendar: Calendar, at: number): boolean {
  return chainOf(calendar).every((link) => isIncluded(link, at));
}

/**
 * Gives the least included instant not before another, which is the same one when it is included.
 *
 * @param at - epoch ms
 * @returns null when there is none within a hundred years
 */
export function nextIncludedTime(calendar: Calendar, at: number): number | null {
  const chain = chainOf(calendar);
  const limit = at + SEARCH_MS;
  let reached = at;
  for (let leaps = 0; leaps < MAX_LEAPS; leaps++) {
    const excluding = chain.find((link) => !isIncluded(link, reached));
    if (excluding === undefined) return reached;
    const next = nextIncluded(excluding, reached, limit);
    if (next === null) return null;
    reached = next;
  }
  return null;
}

function chainOf(calendar: Calendar): readonly Link[] {
  let chain = chains.get(calendar);
  if (chain === undefined) {
    const links: Link[] = [];
    for (let link: Calendar | null = calendar; link !== null; link = link.base) {
      links.push({ zone: timeZone(link.timeZone), rule: wallRule(link) });
    }
    chain = links;
    chains.set(calendar, chain);
  }
  return chain;
}

function isIncluded({ zone, rule }: Link, at: number): boolean {
  const local = at + zone.offsetAt(at);
  return rule(local) === local;
}

/** Within one period of constant offset the wall clock runs like time itself; at its end we look again. */
function nextIncluded({ zone, rule }: Link, at: number, limit: number): number | null {
  let reached = at;
  while (reached <= limit) {
    const { offset, end } = zone.periodAt(reached);
    const local = rule(reached + offset);
    if (local === Number.POSITIVE_INFINITY) return null;
    const next = local - offset;
    if (next < end) return next <= limit ? next : null;
    reached = end;
  }
  return null;
}
