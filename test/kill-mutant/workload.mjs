/**
 * What the kill test runs: mixed schedules of 50 ms to 2 s over jobs of every kind.
 *
 * @module
 */

/**
 * @typedef {object} JobFacts What the judge must know of a job.
 * @property {boolean} nonConcurrent
 * @property {boolean} requestsRecovery
 * @property {boolean} persists whether it counts its runs in its stored data
 * @property {number} longestMs how long a run takes at most
 */

/** @type {Readonly<Record<string, JobFacts>>} */
export const jobs = {
  quick: { nonConcurrent: false, requestsRecovery: false, persists: false, longestMs: 4 },
  overlapping: { nonConcurrent: false, requestsRecovery: true, persists: false, longestMs: 150 },
  alone: { nonConcurrent: true, requestsRecovery: true, persists: false, longestMs: 100 },
  counter: { nonConcurrent: true, requestsRecovery: true, persists: true, longestMs: 80 },
  ordinary: { nonConcurrent: false, requestsRecovery: false, persists: false, longestMs: 100 },
};

/**
 * Every trigger by its name: its job, its period in ms, and its schedule. Together they keep about two of the four
 * slots busy.
 *
 * @type {Readonly<Record<string, { job: keyof typeof jobs, periodMs: number, spec: import('@ametrine/core').TriggerSpec }>>}
 */
export const triggers = {
  'quick-50': { job: 'quick', periodMs: 50, spec: { every: 50 } },
  // A run lasts longer than the period: several of one trigger at a time.
  'overlapping-100': { job: 'overlapping', periodMs: 100, spec: { every: 100, priority: 7 } },
  'overlapping-daily': {
    job: 'overlapping',
    periodMs: 2000,
    spec: { daily: { from: '00:00:00', to: '23:59:59', every: '2s' }, timeZone: 'UTC' },
  },
  'alone-250': { job: 'alone', periodMs: 250, spec: { every: 250 } },
  'alone-second': { job: 'alone', periodMs: 1000, spec: { interval: { seconds: 1 }, timeZone: 'UTC' } },
  'counter-cron': { job: 'counter', periodMs: 1000, spec: { cron: '* * * * * ?', timeZone: 'UTC' } },
  'counter-300': { job: 'counter', periodMs: 300, spec: { every: 300, priority: 1 } },
  'ordinary-cron': { job: 'ordinary', periodMs: 2000, spec: { cron: '0/2 * * * * ?', timeZone: 'UTC' } },
  'ordinary-second': { job: 'ordinary', periodMs: 1000, spec: { interval: { seconds: 1 }, timeZone: 'UTC' } },
};
