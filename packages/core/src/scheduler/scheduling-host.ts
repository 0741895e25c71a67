/**
 * What the calls about jobs and triggers work with.
 *
 * @module
 */
import type { JoinedCalls } from '../spi/job-store.js';
import type { Engine } from './engine.js';
import type { ListenerRegistry } from './listener-registry.js';

/** A scheduler's engine, or its part in a transaction of the application. */
export interface SchedulingHost {
  /** The store, open. */
  open(): Promise<JoinedCalls>;
  readonly listeners: Pick<ListenerRegistry, 'notify' | 'watchesScheduler'>;
  readonly options: Pick<Engine['options'], 'clock'>;
  readonly register: Engine['register'];
}
