/**
 * A picture of the present that redraws itself in place: for people at a terminal.
 *
 * @module
 */
import { type Key, showKey } from '@ametrine/core';
import { describeEvent } from './log-view.js';
import { oneLine, showSpan } from './plain-text.js';
import type { RunEvent, RunFacts, RunningJob, RunView, UpcomingFire } from './run-view.js';

/** The part of a terminal's stream that the view uses. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const REDRAW_MS = 250;
/** The store is asked for the coming fires this often at most. */
const LOOK_AHEAD_MS = 1000;
const UPCOMING_SHOWN = 8;
const RUNNING_SHOWN = 8;
const NOTES_SHOWN = 5;

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_BELOW = '\x1b[J';
/** Long lines end at the edge instead of wrapping, so that the count of lines to go back over stays right. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';

/** Draws at most four times a second, and only what changed. Restores the terminal on close and on exit. */
export class LiveView implements RunView {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #facts: RunFacts;
  readonly #startedAt: number;
  readonly #timer: NodeJS.Timeout;
  readonly #restore = (): void => {
    this.#terminal.write(SHOW_CURSOR);
  };
  readonly #tally = { done: 0, failed: 0, misfired: 0 };
  readonly #notes: string[] = [];
  #title = 'ametrine';
  #status = 'starting';
  #upcoming: readonly UpcomingFire[] = [];
  #lookedAheadAt = Number.NEGATIVE_INFINITY;
  #looking = false;
  #drawn = '';
  #drawnLines = 0;
  #closed = false;

  constructor(terminal: Terminal, facts: RunFacts, now: () => number = Date.now) {
    this.#terminal = terminal;
    this.#now = now;
    this.#facts = facts;
    this.#startedAt = now();
    terminal.write(HIDE_CURSOR);
    process.once('exit', this.#restore);
    this.#timer = setInterval(() => this.#tick(), REDRAW_MS);
  }

  show(event: RunEvent): void {
    switch (event.kind) {
      case 'starting':
        this.#title = `${event.scheduler} · ${event.store}`;
        break;
      case 'started':
        this.#status = 'running';
        break;
      case 'done':
        this.#tally.done++;
        break;
      case 'failed':
        this.#tally.failed++;
        this.#note(event);
        break;
      case 'misfired':
        this.#tally.misfired++;
        break;
      case 'stopping':
        this.#status = describeEvent(event);
        break;
      case 'stopped':
        this.#status = 'stopped';
        break;
      case 'recovered':
      case 'scheduled':
      case 'error':
        this.#note(event);
        break;
      case 'fired':
        break;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#draw();
    process.removeListener('exit', this.#restore);
    this.#restore();
  }

  #note(event: RunEvent): void {
    this.#notes.push(`${new Date(this.#now()).toISOString().slice(11, 19)}Z ${describeEvent(event)}`);
    if (this.#notes.length > NOTES_SHOWN) this.#notes.shift();
  }

  #tick(): void {
    void this.#lookAhead();
    this.#draw();
  }

  async #lookAhead(): Promise<void> {
    if (this.#looking || this.#status !== 'running' || this.#now() - this.#lookedAheadAt < LOOK_AHEAD_MS)
      return;
    this.#looking = true;
    this.#lookedAheadAt = this.#now();
    try {
      this.#upcoming = await this.#facts.upcoming(UPCOMING_SHOWN);
    } catch (error) {
      this.#note({ kind: 'error', message: `cannot read the coming fires: ${String(error)}` });
    } finally {
      this.#looking = false;
    }
  }

  #draw(): void {
    // A terminal that does not know its size says 0.
    const lines = this.#lines().slice(0, Math.max(1, (this.#terminal.rows || 24) - 1));
    const width = Math.max(1, (this.#terminal.columns || 80) - 1);
    const frame = lines.map((line) => `${[...line].slice(0, width).join('')}\n`).join('');
    if (frame === this.#drawn) return;
    const back = this.#drawnLines > 0 ? `\x1b[${this.#drawnLines}A\r` : '';
    this.#terminal.write(`${back}${CLEAR_BELOW}${NO_WRAP}${frame}${WRAP}`);
    this.#drawn = frame;
    this.#drawnLines = lines.length;
  }

  #lines(): string[] {
    const now = this.#now();
    const { done, failed, misfired } = this.#tally;
    const running = this.#facts.running();
    return [
      `${this.#title} · ${this.#status} · up ${showSpan(Math.floor((now - this.#startedAt) / 1000) * 1000)}`,
      `done ${done}   failed ${failed}   misfired ${misfired}`,
      '',
      ...section('Next', this.#upcoming, UPCOMING_SHOWN, ({ trigger, fireAt }) => [
        trigger,
        countdown(fireAt, now),
      ]),
      ...section(`Running (${running.length})`, running, RUNNING_SHOWN, ({ job, firedAt }: RunningJob) => [
        job,
        showSpan(now - firedAt),
      ]),
      ...(this.#notes.length === 0 ? [] : ['Notes', ...this.#notes.map((note) => `  ${note}`), '']),
      'Ctrl-C stops',
    ];
  }
}

function section<T>(
  title: string,
  items: readonly T[],
  limit: number,
  row: (item: T) => [Key, string],
): string[] {
  const shown = items.slice(0, limit).map((item) => {
    const [key, text] = row(item);
    return `  ${oneLine(showKey(key)).padEnd(36)} ${text}`;
  });
  return [title, ...(shown.length === 0 ? ['  none'] : shown), ''];
}

function countdown(fireAt: number, now: number): string {
  const iso = `${new Date(fireAt).toISOString().slice(0, 19)}Z`;
  // Whole seconds: a countdown with tenths would redraw for nothing else.
  return fireAt <= now
    ? `now            ${iso}`
    : `in ${showSpan(Math.ceil((fireAt - now) / 1000) * 1000).padEnd(12)} ${iso}`;
}
