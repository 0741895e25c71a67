/**
 * One of the processes of `drain-2`: opens a subject over what is stored already, and does as it is told.
 *
 * @module
 */
import { preciseNow } from '../statistics.js';
import { openSubject } from '../subjects/open-subject.js';
import type { Events } from '../subjects/subject.js';
import { resourcesUsed, setupOf, type Task } from './scenario.js';

/** What it is told. */
export type ToWorker = 'start' | 'settle' | 'stop';

/** What one process did. */
export interface DrainedShare {
  /** Of the runs that it began. */
  readonly ids: readonly number[];
  readonly rssMiB: number;
  readonly cpuSeconds: number;
}

/** What it says. */
export type FromWorker =
  | { readonly kind: 'open' }
  | { readonly kind: 'progress'; readonly completed: number; readonly at: number }
  | { readonly kind: 'settled'; readonly waited: boolean }
  | { readonly kind: 'share'; readonly share: DrainedShare };

/** The end is when the store had the last completion, not when this is said: so rarely that it costs nothing. */
const SAY_EVERY_MS = 20;

const ids: number[] = [];
let completed = 0;
let completedAt = 0;
let saying = false;

const say = (message: FromWorker): void => void process.send?.(message);
const events: Events = {
  ran: (id) => void ids.push(id),
  completed(count) {
    completed += count;
    completedAt = preciseNow();
    if (saying) return;
    saying = true;
    setTimeout(() => {
      saying = false;
      say({ kind: 'progress', completed, at: completedAt });
    }, SAY_EVERY_MS);
  },
};

const task = JSON.parse(process.argv[2] ?? '') as Task;
const subject = await openSubject(task.subject, setupOf(task, events));
let cpu = process.cpuUsage();

async function obey(message: ToWorker): Promise<void> {
  if (message === 'start') {
    cpu = process.cpuUsage();
    await subject.start();
  } else if (message === 'settle') {
    await subject.settle?.();
    say({ kind: 'settled', waited: subject.settle !== undefined });
  } else {
    const share = { ids, ...resourcesUsed(cpu) };
    await subject.stop();
    process.send?.({ kind: 'share', share } satisfies FromWorker, undefined, undefined, () =>
      process.exit(0),
    );
  }
}

process.on('message', (message) => void obey(message as ToWorker));
process.on('disconnect', () => process.exit());
say({ kind: 'open' });
