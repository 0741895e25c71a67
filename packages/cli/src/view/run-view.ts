/**
 * What `ametrine run` has to tell, and who tells it.
 *
 * @module
 */
import type { Key, Recovery } from '@ametrine/core';

/** Something that happened in the scheduler that runs. */
export type RunEvent =
  | { readonly kind: 'starting'; readonly scheduler: string; readonly store: string }
  | { readonly kind: 'recovered'; readonly recovery: Recovery }
  | { readonly kind: 'scheduled'; readonly summary: string }
  | { readonly kind: 'started' }
  | { readonly kind: 'fired'; readonly job: Key; readonly trigger: Key }
  | { readonly kind: 'done'; readonly job: Key; readonly runTimeMs: number }
  | { readonly kind: 'failed'; readonly job: Key; readonly message: string }
  | { readonly kind: 'misfired'; readonly trigger: Key; readonly missedAt: number | null }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'log'; readonly message: string }
  | { readonly kind: 'stopping'; readonly running: number }
  | { readonly kind: 'stopped' };

/** A run in flight. */
export interface RunningJob {
  readonly job: Key;
  /** Epoch ms. */
  readonly firedAt: number;
}

/** A fire to come. */
export interface UpcomingFire {
  readonly trigger: Key;
  /** Epoch ms. */
  readonly fireAt: number;
}

/** Where a view that shows the present looks. */
export interface RunFacts {
  running(): readonly RunningJob[];
  upcoming(limit: number): Promise<readonly UpcomingFire[]>;
}

/** Tells people what happens. */
export interface RunView {
  show(event: RunEvent): void;
  /** Leaves the terminal as it was. Nothing is shown afterwards. */
  close(): void;
}
