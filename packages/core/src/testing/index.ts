/**
 * `@ametrine/core/testing`: a clock and a scheduler for the tests of applications and stores.
 *
 * @module
 */
export { ManualClock } from './manual-clock.js';
export { createManualScheduler, ManualScheduler, type ManualSchedulerOptions } from './manual-scheduler.js';
