/**
 * The quickstart as a process, its output read line by line.
 *
 * @module
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../examples/quickstart/main.js', import.meta.url));
const LIMIT_MS = 40_000;

/** One life of the example. */
export class Quickstart {
  readonly lines: string[] = [];
  readonly startedAt: number = Date.now();
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #exit: Promise<unknown>;
  #check: () => void = () => {};

  /** @param program - another example's file and arguments, and what is in its environment */
  constructor(
    folder: string,
    program: { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv } = {
      args: [MAIN],
      env: {},
    },
  ) {
    this.#child = spawn(process.execPath, program.args, {
      env: { ...process.env, AMETRINE_DATA: folder, ...program.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exit = once(this.#child, 'close').finally(() => this.#check());
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      createInterface(output).on('line', (line) => {
        this.lines.push(line);
        this.#check();
      });
    }
  }

  /** Resolves to the first line that matches, among those that are there and those to come. */
  line(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const missing = (why: string): Error =>
        new Error(`no line ${pattern}: ${why}\n${this.lines.join('\n')}`);
      const limit = setTimeout(() => reject(missing('too late')), LIMIT_MS);
      this.#check = () => {
        const found = this.lines.find((line) => pattern.test(line));
        if (found !== undefined) resolve(found);
        else if (this.#child.exitCode !== null || this.#child.signalCode !== null)
          reject(missing('it ended'));
        else return;
        clearTimeout(limit);
      };
      this.#check();
    });
  }

  /** The place of the first line that matches; -1 when there is none. */
  index(pattern: RegExp): number {
    return this.lines.findIndex((line) => pattern.test(line));
  }

  /** Sends the signal; resolves to the exit status, null when the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    await this.#exit;
    return this.#child.exitCode;
  }
}
