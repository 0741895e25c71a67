/**
 * Making a scheduler.
 *
 * @module
 */
import { Scheduler } from './scheduler.js';
import type { SchedulerOptions } from './scheduler-options.js';

/**
 * Makes a scheduler; nothing is opened before its first call. Throws `ERR_INVALID_ARGUMENT` that names the option.
 *
 * @example
 * const scheduler = createScheduler({ store: new MemoryJobStore(), jobs: { SayHello } });
 * await scheduler.schedule({ job: 'SayHello' }, { every: '10s' });
 * await scheduler.start();
 */
export function createScheduler(options: SchedulerOptions): Scheduler {
  return new Scheduler(options);
}
