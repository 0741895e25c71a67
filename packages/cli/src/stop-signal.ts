/**
 * The signals that end a program.
 *
 * @module
 */
import { constants } from 'node:os';

/** Waits for someone to ask the program to stop. */
export interface StopSignal {
  readonly received: boolean;
  /** Resolves with the first signal. */
  readonly first: Promise<void>;
  /** Lets signals have their usual effect again. */
  forget(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Catches SIGINT and SIGTERM. The first asks; the second ends the process, with the exit code of a process that
 * the signal killed.
 *
 * @param beforeExit - called before the second signal ends the process
 */
export function catchStopSignal(beforeExit: () => void): StopSignal {
  let received = false;
  let resolve: () => void;
  const first = new Promise<void>((resolveFirst) => {
    resolve = resolveFirst;
  });
  const onSignal = (signal: (typeof SIGNALS)[number]): void => {
    if (received) {
      beforeExit();
      process.exit(128 + constants.signals[signal]);
    }
    received = true;
    resolve();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    get received() {
      return received;
    },
    first,
    forget: () => {
      for (const signal of SIGNALS) process.removeListener(signal, onSignal);
    },
  };
}
