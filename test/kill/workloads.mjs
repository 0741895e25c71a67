/**
 * What the kill tests run.
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

/**
 * @typedef {object} RecurringTrigger
 * @property {string} job
 * @property {number} periodMs
 * @property {import('@ametrine/core').TriggerSpec} spec
 */

/**
 * @typedef {object} Workload
 * @property {Readonly<Record<string, JobFacts>>} jobs
 * @property {Readonly<Record<string, RecurringTrigger>>} triggers those that never end, by name
 * @property {Readonly<Record<string, { job: string, afterMs: number }>>} oneShots by name: when they are due, from the
 *   moment when they are stored
 */

/**
 * How a workload is named to another process.
 *
 * @typedef {{ name: 'mixed' } | { name: 'crowded', oneShots: number }} WorkloadChoice
 */

/**
 * @param {WorkloadChoice} choice
 * @returns {Workload}
 */
export function workloadOf(choice) {
  return choice.name === 'mixed' ? mixed : crowded(choice.oneShots);
}

/**
 * For one process with four slots: schedules of 50 ms to 2 s over jobs of every kind. Together they keep about two of
 * the slots busy.
 *
 * @type {Workload}
 */
const mixed = {
  jobs: {
    quick: { nonConcurrent: false, requestsRecovery: false, persists: false, longestMs: 4 },
    overlapping: { nonConcurrent: false, requestsRecovery: true, persists: false, longestMs: 150 },
    alone: { nonConcurrent: true, requestsRecovery: true, persists: false, longestMs: 100 },
    counter: { nonConcurrent: true, requestsRecovery: true, persists: true, longestMs: 80 },
    ordinary: { nonConcurrent: false, requestsRecovery: false, persists: false, longestMs: 100 },
  },
  triggers: {
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
    'ordinary-second': {
      job: 'ordinary',
      periodMs: 1000,
      spec: { interval: { seconds: 1 }, timeZone: 'UTC' },
    },
  },
  oneShots: {},
};

/** One-shots that come due in a second. */
const RATE = 600;
const LEAD_MS = 2000;
/** Every tenth one-shot is one of a job that must not run twice at a time. */
const ALONE_EVERY = 10;
const JOBS_OF_A_KIND = 20;

/**
 * For several processes: one-shots that come due without a pause, and 200 triggers that recur, 100 of them on 40 jobs
 * that must not run twice at a time, half of which count their runs. Every one-shot is of a job that asks for recovery:
 * without, a kill between fire and run would be the end of it, as it should.
 *
 * @param {number} count how many one-shots
 * @returns {Workload}
 */
function crowded(count) {
  /** @type {Record<string, JobFacts>} */
  const jobs = {
    once: { nonConcurrent: false, requestsRecovery: true, persists: false, longestMs: 2 },
    tick: { nonConcurrent: false, requestsRecovery: false, persists: false, longestMs: 4 },
  };
  for (let index = 0; index < JOBS_OF_A_KIND; index++) {
    const facts = { nonConcurrent: true, requestsRecovery: true, longestMs: 20 };
    jobs[`alone-${index}`] = { ...facts, persists: false };
    jobs[`counter-${index}`] = { ...facts, persists: true };
  }
  /** @type {Record<string, RecurringTrigger>} */
  const triggers = {};
  for (let index = 0; index < 200; index++) {
    const kind = ['tick', `alone-${index % JOBS_OF_A_KIND}`, 'tick', `counter-${index % JOBS_OF_A_KIND}`];
    const periodMs = 2000 + (index % 5) * 1000;
    const job = kind[Math.floor(index / 50)] ?? 'tick';
    triggers[`recurring-${index}`] = { job, periodMs, spec: { every: periodMs } };
  }
  /** @type {Record<string, { job: string, afterMs: number }>} */
  const oneShots = {};
  for (let index = 0; index < count; index++) {
    const alone = index % ALONE_EVERY === 0;
    const job = alone ? `alone-${(index / ALONE_EVERY) % JOBS_OF_A_KIND}` : 'once';
    oneShots[`once-${index}`] = { job, afterMs: LEAD_MS + Math.floor((index * 1000) / RATE) };
  }
  return { jobs, triggers, oneShots };
}
