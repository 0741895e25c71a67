import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { SqliteFile } from '../../src/sqlite.js';
import { T0 } from './makers.js';

const SCRIPT = fileURLToPath(new URL('./node-process.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../../dist/sqlite.js', import.meta.url));

/** What a child answered when it could not do what it was told. */
export interface ChildError {
  readonly code: string;
  readonly details: Record<string, unknown>;
}

/** A node in a process of its own, over the built packages. It is killed with the test. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor() {
    if (!existsSync(BUILT)) throw new Error('These tests run the built packages: npm run build');
    this.#child = spawn(process.execPath, [SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
    const output = this.#child.stdout;
    if (output === null) throw new Error('the child has no output');
    this.#answers = createInterface({ input: output })[Symbol.asyncIterator]();
    onTestFinished(async () => {
      if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
    });
  }

  /** Does one thing in the child, and gives its answer. */
  async tell<T = unknown>(command: string, facts: object = {}): Promise<{ result: T; error?: ChildError }> {
    this.#child.stdin?.write(`${JSON.stringify({ do: command, ...facts })}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error(`the child ended before it answered ${command}`);
    return JSON.parse(value) as { result: T; error?: ChildError };
  }

  /** Opens and starts a store in the child. */
  open(options: SqliteFile, instanceId: string): Promise<{ result: { store: number }; error?: ChildError }> {
    return this.tell('open', { options, schedulerName: 'test', instanceId, now: T0 });
  }

  /** Ends the child as a crash would. */
  async kill(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Waits until the child ends by itself; gives its exit code. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const [code] = (await once(this.#child, 'exit')) as [number | null];
    return code;
  }
}
