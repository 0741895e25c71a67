// What is scheduled. It is stored once; from then on the file knows better than this module.
import { join } from 'node:path';

/**
 * The jobs with their triggers.
 *
 * @param {string} folder the data folder
 * @returns {{ job: import('@ametrine/core').JobSpec, triggers: import('@ametrine/core').TriggerSpec[] }[]}
 */
function entries(folder) {
  const inbox = join(folder, 'inbox');
  return [
    {
      // Counts its runs in its own data, which is stored after each run.
      job: {
        job: 'FolderManifest',
        durable: true,
        nonConcurrent: true,
        persistDataAfterExecution: true,
        data: { inbox, manifest: join(folder, 'manifest.json') },
      },
      triggers: [{ key: 'every-10-seconds', every: '10s' }],
    },
    {
      job: { job: 'WeekdayReport', durable: true, data: { inbox, reports: join(folder, 'reports') } },
      triggers: [{ key: 'weekdays-at-9', cron: '0 0 9 ? * MON-FRI' }],
    },
    {
      // Fires every 4 s and takes longer: as it is non-concurrent, each run waits for the one before.
      job: {
        job: 'SlowArchive',
        durable: true,
        nonConcurrent: true,
        data: { inbox, archive: join(folder, 'archive') },
      },
      triggers: [{ key: 'every-4-seconds', every: '4s', startAt: Date.now() + 1500 }],
    },
    {
      // Runs again when the process died in the middle.
      job: {
        job: 'NightlyBackup',
        durable: true,
        nonConcurrent: true,
        requestsRecovery: true,
        data: { inbox, backups: join(folder, 'backups') },
      },
      triggers: [{ key: 'nightly-at-2-30', cron: '0 30 2 * * ?' }],
    },
  ];
}

/**
 * Stores the jobs that the file does not have yet. Those that it has are left alone: their triggers go on where
 * they were, and their data stays.
 *
 * @param {import('@ametrine/core').Scheduler} scheduler
 * @param {string} folder the data folder
 * @returns {Promise<number>} how many were added
 */
export async function scheduleOnce(scheduler, folder) {
  let added = 0;
  for (const { job, triggers } of entries(folder)) {
    if (await scheduler.jobExists(String(job.job))) continue;
    await scheduler.schedule(job, triggers);
    added++;
  }
  return added;
}

/**
 * Nobody wants to wait for nine o'clock, or for the night, to see a report and a backup: runs both once, soon. No
 * second backup when the last one is about to be repeated anyway.
 *
 * @param {import('@ametrine/core').Scheduler} scheduler
 * @param {readonly import('@ametrine/core').Trigger[]} recovered
 */
export async function demonstrate(scheduler, recovered) {
  const repeated = new Set(recovered.map(({ jobKey }) => jobKey.name));
  for (const [name, delayMs] of /** @type {const} */ ([
    ['WeekdayReport', 500],
    ['NightlyBackup', 1000],
  ])) {
    const key = `demonstration-${name}`;
    if (repeated.has(name) || (await scheduler.triggerExists(key))) continue;
    await scheduler.scheduleTrigger(name, { key, at: Date.now() + delayMs });
  }
}
