/**
 * One plain line per event: for files, pipes and log collectors.
 *
 * @module
 */
import { showKey } from '@ametrine/core';
import { oneLine, showSpan } from './plain-text.js';
import type { RunEvent, RunView } from './run-view.js';

/** What the log view writes to. */
export interface LineOutput {
  write(text: string): unknown;
}

/** Writes `2026-01-01T12:00:00.000Z done DEFAULT.report in 1.2 s`. */
export class LogView implements RunView {
  readonly #output: LineOutput;
  readonly #now: () => number;

  constructor(output: LineOutput, now: () => number = Date.now) {
    this.#output = output;
    this.#now = now;
  }

  show(event: RunEvent): void {
    this.#output.write(`${new Date(this.#now()).toISOString()} ${describeEvent(event)}\n`);
  }

  close(): void {}
}

/** An event as one line of text. */
export function describeEvent(event: RunEvent): string {
  return oneLine(eventText(event));
}

function eventText(event: RunEvent): string {
  switch (event.kind) {
    case 'starting':
      return `starting ${event.scheduler} with the ${event.store} store`;
    case 'recovered': {
      const { instanceId, released, recovering, abandoned } = event.recovery;
      return `recovered ${instanceId}: ${released} claims given back, ${recovering.length} lost runs to run again, ${abandoned} lost for good`;
    }
    case 'scheduled':
      return `schedule ${event.summary}`;
    case 'started':
      return 'started';
    case 'fired':
      return `fired ${showKey(event.job)} by ${showKey(event.trigger)}`;
    case 'done':
      return `done ${showKey(event.job)} in ${showSpan(event.runTimeMs)}`;
    case 'failed':
      return `failed ${showKey(event.job)}: ${event.message}`;
    case 'misfired':
      return `misfired ${showKey(event.trigger)}${event.missedAt === null ? '' : `, due ${new Date(event.missedAt).toISOString()}`}`;
    case 'error':
      return `error ${event.message}`;
    case 'log':
      return `log ${event.message}`;
    case 'stopping':
      return event.running === 0
        ? 'stopping'
        : `stopping: waiting for ${event.running} running jobs; a second signal stops at once`;
    case 'stopped':
      return 'stopped';
  }
}
