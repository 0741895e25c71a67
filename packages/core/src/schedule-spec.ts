/**
 * Schedules as users write them: flat literals, told apart by the one key that is present.
 *
 * @module
 */
import type { DurationInput } from './duration.js';
import type { Instant } from './instant.js';
import type { MisfireInstruction, Schedule, Weekday } from './trigger.js';

/** Misfire instructions of cron, calendar-interval and daily schedules. */
export type WallClockMisfire = Extract<MisfireInstruction, 'smart' | 'ignore' | 'fireOnceNow' | 'doNothing'>;
/** Misfire instructions of one-shots and of `every`. */
export type SimpleMisfire = Exclude<MisfireInstruction, 'fireOnceNow' | 'doNothing'>;

/** How often a trigger fires after the first time. */
export type Repeat = number | 'forever';

/** Fires once. */
export interface OneShotSpec {
  readonly at: Instant;
  /** It starts when it fires. */
  readonly startAt?: never;
  /** @defaultValue `'smart'` */
  readonly misfire?: SimpleMisfire | undefined;
}

/** Fires at the start, and then every so much elapsed time. */
export interface EverySpec {
  readonly every: DurationInput;
  /** How often it fires after the first time. @defaultValue `'forever'` */
  readonly repeat?: Repeat | undefined;
  /** @defaultValue `'smart'` */
  readonly misfire?: SimpleMisfire | undefined;
}

/** Fires at the wall-clock times of a cron expression. */
export interface CronSpec {
  readonly cron: string;
  /** @defaultValue the system's */
  readonly timeZone?: string | undefined;
  /** @defaultValue `'quartz'` */
  readonly dialect?: 'quartz' | 'unix' | undefined;
  /** @defaultValue `'smart'` */
  readonly misfire?: WallClockMisfire | undefined;
}

/** A number of one calendar unit: exactly one key. */
export interface IntervalInput {
  readonly seconds?: number | undefined;
  readonly minutes?: number | undefined;
  readonly hours?: number | undefined;
  readonly days?: number | undefined;
  readonly weeks?: number | undefined;
  readonly months?: number | undefined;
  readonly years?: number | undefined;
}

/** Fires at the start, and then every so many calendar units; days and longer follow the wall clock. */
export interface IntervalSpec {
  readonly interval: IntervalInput;
  /** @defaultValue the system's */
  readonly timeZone?: string | undefined;
  /** On the day that lacks the hour, fire as much later as the clock jumps, not at the jump. @defaultValue false */
  readonly preserveHourOfDay?: boolean | undefined;
  /** With `preserveHourOfDay`: do not fire on that day. @defaultValue false */
  readonly skipDayIfHourDoesNotExist?: boolean | undefined;
  /** @defaultValue `'smart'` */
  readonly misfire?: WallClockMisfire | undefined;
}

/** A rhythm within a span of the day. */
export interface DailyInput {
  /** `'HH:mm'` or `'HH:mm:ss'`. @defaultValue `'00:00'` */
  readonly from?: string | undefined;
  /** `'HH:mm'` or `'HH:mm:ss'`, included. @defaultValue `'23:59:59'` */
  readonly to?: string | undefined;
  /** Whole seconds, at most a day. */
  readonly every: DurationInput | Pick<IntervalInput, 'seconds' | 'minutes' | 'hours'>;
  /** @defaultValue every day */
  readonly days?: readonly Weekday[] | 'weekdays' | 'weekends' | undefined;
  /** How often it fires after the first time, over all days. @defaultValue `'forever'` */
  readonly repeat?: Repeat | undefined;
}

/** Fires at a rhythm within a span of each chosen day. */
export interface DailySpec {
  readonly daily: DailyInput;
  /** @defaultValue the system's */
  readonly timeZone?: string | undefined;
  /** @defaultValue `'smart'` */
  readonly misfire?: WallClockMisfire | undefined;
}

/** A schedule in its full form. */
export interface FullScheduleSpec {
  readonly schedule: Schedule;
  /** @defaultValue `'smart'` */
  readonly misfire?: MisfireInstruction | undefined;
}

/** All keys that tell of some kind of schedule. */
export type ScheduleKey = Exclude<keyof Kinds, 'misfire' | 'startAt'>;

type Kinds = OneShotSpec & EverySpec & CronSpec & IntervalSpec & DailySpec & FullScheduleSpec;
/** The keys of which exactly one is present. */
export type KindKey = 'at' | 'every' | 'cron' | 'interval' | 'daily' | 'schedule';
/** A kind without the keys that tell the other kinds. */
type Only<Kind> = Kind & { readonly [Other in Exclude<KindKey, keyof Kind>]?: never };

/** When a trigger fires: exactly one of the keys `at`, `every`, `cron`, `interval`, `daily` and `schedule`. */
export type ScheduleSpec =
  | Only<OneShotSpec>
  | Only<EverySpec>
  | Only<CronSpec>
  | Only<IntervalSpec>
  | Only<DailySpec>
  | Only<FullScheduleSpec>;
