/**
 * The log that the lives of the kill test leave behind, read as lives and runs.
 *
 * @module
 */

/** A line of the log; `at` is epoch ms. Runs write `start` and `end`, the store's word on a completion is the rest. */
export type LogLine = { readonly life: number; readonly at: number } & (
  | { readonly event: 'opened'; readonly states: Readonly<Record<string, string>> }
  | { readonly event: 'started' | 'stopped' }
  | {
      readonly event: 'recovered';
      readonly dead: string;
      readonly recovering: number;
      readonly abandoned: number;
    }
  | { readonly event: 'problem'; readonly message: string }
  | StartLine
  | { readonly event: 'end'; readonly fireInstanceId: string; readonly count?: number }
  | { readonly event: 'completed' | 'stale'; readonly fireInstanceId: string }
);

interface FireKey {
  readonly triggerKey: { readonly group: string; readonly name: string };
  readonly firedAt: number;
  readonly scheduledFireAt: number;
}

/** The first line of a run. */
export interface StartLine {
  readonly event: 'start';
  readonly fireInstanceId: string;
  readonly job: string;
  readonly trigger: { readonly group: string; readonly name: string };
  readonly firedAt: number;
  readonly scheduledFireAt: number;
  readonly recovering: boolean;
  readonly recovers: FireKey | null;
  /** What a job that counts its runs read in its stored data. */
  readonly count?: number;
}

/** A run, with all that is known of its end. */
export interface LoggedRun extends StartLine {
  readonly life: number;
  readonly at: number;
  ended: boolean;
  /** The store acknowledged its completion. */
  completed: boolean;
}

/** Reads a log, which somebody may be writing to: what follows the last line end is not a line yet. */
export function readLog(text: string): LogLine[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
}

/** The runs, in the order in which they began. */
export function runsOf(lines: readonly LogLine[]): LoggedRun[] {
  const runs = new Map<string, LoggedRun>();
  for (const line of lines) {
    if (line.event === 'start') runs.set(line.fireInstanceId, { ...line, ended: false, completed: false });
    if (line.event !== 'end' && line.event !== 'completed') continue;
    const run = runs.get(line.fireInstanceId);
    if (run === undefined) continue;
    if (line.event === 'end') run.ended = true;
    else run.completed = true;
  }
  return [...runs.values()];
}

/** Runs that repeat one another because a life ended have the same text: the first one's trigger and times. */
export function chainOf(run: StartLine): string {
  const { triggerKey, firedAt, scheduledFireAt } = run.recovers ?? { ...run, triggerKey: run.trigger };
  return `${triggerKey.group}.${triggerKey.name} due ${scheduledFireAt} fired ${firedAt}`;
}
