// A service as Quartz's users know it: node service.js quartz.properties. It writes its classes under QUARTZITE_DATA.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSchedulerFromProperties } from '@ametrine/config';
import { RunHistoryPlugin, readRunHistory } from '@ametrine/config/plugins';
import { folder } from './stores/generated-classes.js';

const [file = 'quartz.properties'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const scheduler = await createSchedulerFromProperties(file, {
  // Where the class is that the file names as Java would. The other files say it themselves.
  classes: { 'megacorp.myservice.quartz.JobStore': './stores/mongodb.js#JobStore' },
  baseDir: import.meta.dirname,
  plugins: { runs: new RunHistoryPlugin() },
});
scheduler.addSchedulerListener({
  instanceRecovered: ({ recovering }) => console.log(`recovered: ${recovering.length} runs to repeat`),
});
await scheduler.start();
console.log(`started with ${(await scheduler.listJobKeys('service')).length} jobs`);
const past = await readRunHistory(scheduler, { limit: 1_000_000 });
console.log(`${past.length} runs in the history`);

if (!(await scheduler.jobExists({ name: 'count', group: 'service' }))) {
  // The class of this job did not exist when the scheduler started.
  writeFileSync(
    join(folder, 'CountUp.mjs'),
    `export default class CountUp {
      async execute({ jobData, recovering }) {
        jobData.count += 1;
        console.log('count ' + jobData.count + (recovering ? ' again' : ''));
        return jobData.count;
      }
    }`,
  );
  await scheduler.schedule(
    {
      job: 'CountUp',
      key: { name: 'count', group: 'service' },
      nonConcurrent: true,
      persistDataAfterExecution: true,
      requestsRecovery: true,
      data: { count: 0 },
    },
    { every: '100ms', key: { name: 'often', group: 'service' } },
  );
  await scheduler.schedule(
    { job: 'CountUp', key: { name: 'paused', group: 'service' }, data: { count: 100 } },
    { every: '100ms', key: { name: 'held', group: 'held' }, startAt: new Date(Date.now() + 3_600_000) },
  );
  await scheduler.pauseTriggers('held');
}
for (const { key } of await scheduler.listTriggers())
  console.log(`trigger ${key.group}.${key.name} is ${await scheduler.getTriggerState(key)}`);

async function stop() {
  await scheduler.shutdown();
  console.log('stopped');
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
