/**
 * What a scheduler says about itself.
 *
 * @module
 */
import { createRequire } from 'node:module';
import type { StoreCapabilities } from '../spi/capabilities.js';
import type { SchedulerStatus } from './engine.js';

/** Facts about a scheduler at one moment. Counts are of this node, since it was made. */
export interface SchedulerMetadata {
  readonly name: string;
  readonly instanceId: string;
  readonly status: SchedulerStatus;
  /** The first start; null before. */
  readonly startedAt: Date | null;
  /** How many jobs may run at the same time. */
  readonly concurrency: number;
  /** How many run now. */
  readonly running: number;
  /** How many runs have begun so far. */
  readonly runs: number;
  /** How many runs have ended with an error so far. */
  readonly failures: number;
  /** The store's graded facts. */
  readonly capabilities: StoreCapabilities;
  readonly versions: { readonly core: string; readonly node: string };
}

/** This package's version; `unknown` where a bundler has taken the package apart. */
export function coreVersion(): string {
  try {
    const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
    return version;
  } catch {
    return 'unknown';
  }
}
