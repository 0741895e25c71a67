// A scheduler whose jobs and triggers live in a SQLite file. Kill it whenever you like: the next start goes on.
//
//   npm start                                 from the root of the repository; the data is in ./data
//   node examples/quickstart/main.js <folder>   the same with another data folder
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createScheduler } from '@ametrine/core';
import { createInbox } from './inbox.js';
import { clock, logListeners, say } from './log.js';
import { demonstrate, scheduleOnce } from './schedule.js';
import { QuickstartJobStore } from './store.js';

const folder = resolve(process.argv[2] ?? process.env.AMETRINE_DATA ?? 'data');
await mkdir(folder, { recursive: true });
await createInbox(folder);

/** @type {import('@ametrine/core').Trigger[]} What the life before this one had left unfinished. */
const recovered = [];
const scheduler = createScheduler({
  store: new QuickstartJobStore({ path: join(folder, 'quickstart.db') }),
  name: 'quickstart',
  listeners: logListeners((triggers) => recovered.push(...triggers)),
});

let stopping = false;
async function stop() {
  if (stopping) process.exit(130);
  stopping = true;
  const running = scheduler.currentlyExecuting().map(({ job }) => job.key.name);
  const wait = running.length === 0 ? '' : `: waiting for ${running.join(', ')}; once more stops at once`;
  say(`Stopping${wait}`);
  await scheduler.shutdown();
  say('Stopped. Every trigger is in the file.');
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop());

async function run() {
  say(`Ametrine quickstart, data in ${folder}`);
  const added = await scheduleOnce(scheduler, folder);
  say(
    added === 0 ? 'The file has all jobs and triggers: they go on where they were.' : `Stored ${added} jobs.`,
  );
  await scheduler.start();
  await demonstrate(scheduler, recovered);
  say('Next fires:');
  for (const { key, jobKey, nextFireAt } of await scheduler.listUpcomingTriggers()) {
    if (nextFireAt !== null) say(`  ${clock(nextFireAt)}  ${jobKey.name} (${key.name})`);
  }
  say('Ctrl-C stops in good order; kill -9 does not, and loses nothing either.');
}
await run().catch((error) => {
  // Told to stop while it was starting: that is no failure.
  if (!stopping) throw error;
});
