/**
 * Runs the built `ametrine` program.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** How a run of the program ended. */
export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end. */
export function ametrine(
  args: readonly string[],
  options: { input?: string; cwd?: string; env?: NodeJS.ProcessEnv } = {},
): CliResult {
  requireBuild();
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    input: options.input ?? '',
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}

/** A run of the program that goes on. */
export interface RunningCli extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Everything it has printed so far, by line. */
  readonly lines: readonly string[];
  /** Resolves with the first line, printed or to be printed, that matches; rejects when the program ends without. */
  line(pattern: RegExp): Promise<string>;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Starts it and lets it run. */
export function startAmetrine(args: readonly string[], cwd: string): RunningCli {
  requireBuild();
  const child = spawn(process.execPath, [main, ...args], { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let closed = false;
  const changed = (): void => {
    for (const look of waiting) look();
  };
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      changed();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => {
    closed = true;
    changed();
    return { code, signal };
  });
  return {
    process: child,
    lines,
    ended,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => pattern.test(line));
          if (found === undefined && !closed) return;
          waiting.delete(look);
          if (found === undefined) reject(new Error(`ended without ${pattern}:\n${lines.join('\n')}`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function requireBuild(): void {
  if (!existsSync(main)) throw new Error('the CLI is not built: run `npm run build` first');
}
