/**
 * One line on a terminal that says how far the run is.
 *
 * @module
 */
import type { CaseRecord } from '../report/record.js';
import type { Progress } from '../run-suite.js';

/** A terminal, as far as it is needed. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): boolean;
}

/** Draws at most every so many ms. */
const INTERVAL = 50;

/** The line; draws nothing where there is no terminal. */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #clock: () => number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #failed = 0;

  /** @param clock - ms from any beginning */
  constructor(terminal: Terminal, clock: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#clock = clock;
  }

  /** Takes note of a case's end. */
  show({ id, title, outcome }: CaseRecord, { done, total }: Progress): void {
    if (outcome === 'fail' || outcome === 'inconclusive') this.#failed += 1;
    if (this.#terminal.isTTY !== true) return;
    const now = this.#clock();
    if (now - this.#drawnAt < INTERVAL && done < total) return;
    this.#drawnAt = now;
    const line = ` ${done}/${total}  ${this.#failed > 0 ? `${this.#failed} failed  ` : ''}${id} ${title}`;
    this.#terminal.write(`\r\u001b[2K${line.slice(0, (this.#terminal.columns ?? 80) - 1)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#terminal.isTTY === true) this.#terminal.write('\r\u001b[2K');
  }
}
