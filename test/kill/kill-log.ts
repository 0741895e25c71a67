/**
 * The log that the lives of the kill test leave behind, read as lives and runs.
 *
 * @module
 */
import { appendFileSync, closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';
import type { Workload } from './workloads.mjs';

/** A line of the log; `at` is epoch ms. Runs write `start` and `end`, the store's word on a completion is the rest. */
export type LogLine = { readonly life: number; readonly at: number } & (
  | { readonly event: 'opened' | 'inspected'; readonly states: Readonly<Record<string, string>> }
  | { readonly event: 'started' | 'stopped' }
  /** The test ends this life, from now on; the life itself cannot say so. */
  | { readonly event: 'killed' }
  | {
      readonly event: 'recovered';
      readonly dead: string;
      readonly recovering: number;
      readonly abandoned: number;
    }
  | { readonly event: 'problem'; readonly message: string; readonly code?: string }
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
  /** Where its first line stands in the log. */
  readonly index: number;
  ended: boolean;
  /** The store acknowledged its completion. */
  completed: boolean;
}

/** The file that all lives and the test append to; the order of its lines is the order in which things happened. */
export class KillLog {
  readonly file: string;
  readonly #lines: LogLine[] = [];
  #read = 0;
  #rest = '';

  constructor(file: string) {
    this.file = file;
    writeFileSync(file, '');
  }

  /** What was written until now: what follows the last line end is not a line yet. */
  get lines(): readonly LogLine[] {
    const descriptor = openSync(this.file, 'r');
    try {
      const more = Buffer.alloc(fstatSync(descriptor).size - this.#read);
      readSync(descriptor, more, 0, more.length, this.#read);
      this.#read += more.length;
      const texts = (this.#rest + more.toString('utf8')).split('\n');
      this.#rest = texts.pop() ?? '';
      for (const text of texts) this.#lines.push(JSON.parse(text) as LogLine);
      return this.#lines;
    } finally {
      closeSync(descriptor);
    }
  }

  append(line: LogLine): void {
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }
}

/** The runs, in the order in which they began. */
export function runsOf(lines: readonly LogLine[]): LoggedRun[] {
  const runs = new Map<string, LoggedRun>();
  for (const [index, line] of lines.entries()) {
    if (line.event === 'start') {
      runs.set(line.fireInstanceId, { ...line, index, ended: false, completed: false });
    }
    if (line.event !== 'end' && line.event !== 'completed') continue;
    const run = runs.get(line.fireInstanceId);
    if (run === undefined) continue;
    if (line.event === 'end') run.ended = true;
    else run.completed = true;
  }
  return [...runs.values()];
}

/** The trigger whose fire a run is, or repeats. */
export function originOf(run: StartLine): { readonly group: string; readonly name: string } {
  return run.recovers?.triggerKey ?? run.trigger;
}

/**
 * Runs that repeat one another because a life ended have the same text: the first one's trigger and times. All runs of
 * a one-shot have the same.
 */
export function chainOf(run: StartLine, { oneShots }: Workload): string {
  const { group, name } = originOf(run);
  if (name in oneShots) return `${group}.${name}`;
  const { firedAt, scheduledFireAt } = run.recovers ?? run;
  return `${group}.${name} due ${scheduledFireAt} fired ${firedAt}`;
}
