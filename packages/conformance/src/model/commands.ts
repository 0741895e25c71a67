/**
 * What can be done to a store, as plain data: random sequences of these are tried, shrunk and kept as JSON. Every
 * command can always be carried out; one that finds nothing to do does nothing.
 *
 * @module
 */
import type { GroupMatcher, Key, MisfireInstruction } from '@ametrine/core';
import type { CompletionInstruction } from '@ametrine/core/spi';

/** A job: which of the few, and its flags. */
export interface JobPlan {
  readonly job: Key;
  readonly durable?: boolean;
  readonly nonConcurrent?: boolean;
  readonly persists?: boolean;
  readonly recovers?: boolean;
  /** Stands in its data. */
  readonly version?: number;
}

/** The kinds of schedules that triggers have. */
export type ScheduleKind = 'once' | 'endless' | 'twice' | 'cron' | 'interval' | 'daily';

/** A trigger: which of the few, of which job, and when. */
export interface TriggerPlan {
  readonly trigger: Key;
  readonly job: Key;
  readonly schedule: ScheduleKind;
  /** Its start, in seconds from now. */
  readonly inSeconds: number;
  /** Its end, in seconds after its start. @defaultValue none */
  readonly endsAfterSeconds?: number;
  /** @defaultValue `'smart'` */
  readonly misfire?: MisfireInstruction;
  /** @defaultValue 5 */
  readonly priority?: number;
  /** @defaultValue none */
  readonly calendar?: string;
}

/** The calendars that are stored. */
export type CalendarKind = 'everything' | 'nothing' | 'notToday' | 'oddMinutes';

/** Which of the claims or runs in hand: all, the oldest, the newest, or one that was settled before. */
export type Pick = 'all' | 'first' | 'last' | 'settled';

/** One step. `node` counts from 0; steps that name none are made by the first. */
export type Command =
  | { readonly do: 'storeJob'; readonly job: JobPlan; readonly replace?: boolean }
  | { readonly do: 'storeTrigger'; readonly trigger: TriggerPlan; readonly replace?: boolean }
  | { readonly do: 'storeBoth'; readonly job: JobPlan; readonly trigger: TriggerPlan }
  | {
      readonly do: 'storeMany';
      readonly entries: readonly { readonly job: JobPlan; readonly triggers: readonly TriggerPlan[] }[];
      readonly replace?: boolean;
    }
  | { readonly do: 'replaceTrigger'; readonly key: Key; readonly trigger: TriggerPlan }
  | { readonly do: 'removeJobs'; readonly keys: readonly Key[] }
  | { readonly do: 'removeTriggers'; readonly keys: readonly Key[] }
  | { readonly do: 'clear' }
  | {
      readonly do: 'storeCalendar';
      readonly name: string;
      readonly calendar: CalendarKind;
      readonly replace?: boolean;
      readonly update?: boolean;
    }
  | { readonly do: 'removeCalendar'; readonly name: string }
  | { readonly do: 'pauseTrigger' | 'resumeTrigger' | 'pauseJob' | 'resumeJob' | 'reset'; readonly key: Key }
  | {
      readonly do: 'pauseTriggers' | 'resumeTriggers' | 'pauseJobs' | 'resumeJobs';
      readonly groups: GroupMatcher;
    }
  | { readonly do: 'pauseAll' | 'resumeAll' }
  | {
      readonly do: 'acquire';
      readonly node?: number;
      /** How far ahead the first may be due, in seconds. @defaultValue 0 */
      readonly aheadSeconds?: number;
      readonly max: number;
      /** In seconds. @defaultValue 0 */
      readonly windowSeconds?: number;
      /** Fire what is due, in the same step where the store does that. */
      readonly fireDue?: boolean;
    }
  | { readonly do: 'fire' | 'release'; readonly node?: number; readonly claims: Pick }
  | {
      readonly do: 'complete';
      readonly node?: number;
      readonly runs: Pick;
      readonly instruction: CompletionInstruction;
      /** What the run leaves in the job's data. @defaultValue nothing changed */
      readonly version?: number;
    }
  | { readonly do: 'misfires'; readonly node?: number; readonly limit: number }
  | { readonly do: 'advance'; readonly seconds: number }
  /** The node's process dies, and another life of it begins at once. */
  | { readonly do: 'die'; readonly node?: number }
  /** The node is shut down in order, and started again. */
  | { readonly do: 'restart'; readonly node?: number }
  /** The node misses its check-ins until the others take it for dead, and then comes back. */
  | { readonly do: 'sleep'; readonly node: number };
