import { type KillLog, type LogLine, originOf } from './kill-log.js';
import type { Workload } from './workloads.mjs';

/** How far a run has come, counted as its log grows. */
export class Progress {
  readonly #log: KillLog;
  readonly #workload: Workload;
  /** One-shots by the runs of theirs that have begun. */
  readonly #begun = new Map<string, string>();
  readonly #ran = new Set<string>();
  readonly #silent = new Set<string>();
  #read = 0;

  constructor(log: KillLog, workload: Workload) {
    this.#log = log;
    this.#workload = workload;
  }

  /** How many one-shots have run to their end. */
  get oneShotsRan(): number {
    this.#readOn();
    return this.#ran.size;
  }

  /** How many recurring triggers have not fired since {@link Progress.awaitAll} was called. */
  get silent(): number {
    this.#readOn();
    return this.#silent.size;
  }

  /** From now on every recurring trigger is waited for. */
  awaitAll(): void {
    this.#readOn();
    for (const name of Object.keys(this.#workload.triggers)) this.#silent.add(name);
  }

  #readOn(): void {
    const lines = this.#log.lines;
    for (; this.#read < lines.length; this.#read++) this.#note(lines[this.#read]);
  }

  #note(line: LogLine | undefined): void {
    if (line?.event === 'start') {
      this.#silent.delete(line.trigger.name);
      const { name } = originOf(line);
      if (name in this.#workload.oneShots) this.#begun.set(line.fireInstanceId, name);
    } else if (line?.event === 'end') {
      const name = this.#begun.get(line.fireInstanceId);
      if (name !== undefined) this.#ran.add(name);
    }
  }
}
