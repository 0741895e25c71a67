// A node in a process of its own: it does what it is told by JSON lines and answers each with one.
import { createInterface } from 'node:readline';
import { defineJob, defineTrigger, withFirstFire } from '@ametrine/core';
import { SqliteJobStore } from '@ametrine/store-jdbc/sqlite';

const stores = new Map();
let name = 0;

const signals = {
  schedulingChanged() {},
  triggerMisfired() {},
  triggerFinalized() {},
  triggerInError() {},
  jobDeleted() {},
  storeError() {},
};

const commands = {
  async open({ options, schedulerName, instanceId, now }) {
    const store = new SqliteJobStore(options);
    const jobClassResolver = { description: 'all classes', resolve: () => () => undefined };
    await store.initialize({ schedulerName, instanceId, signals, jobClassResolver });
    const recoveries = await store.schedulerStarted({ now, checkInIntervalMs: 7_500 });
    name += 1;
    stores.set(name, store);
    return { store: name, recoveries };
  },
  async put({ store, job, triggers, now }) {
    const detail = defineJob(job);
    const made = triggers.map((spec) =>
      withFirstFire(defineTrigger(spec, { jobKey: detail.key, now }), null),
    );
    await stores.get(store).storeJobsAndTriggers([{ job: detail, triggers: made }]);
  },
  async acquire({ store, request }) {
    const { acquired } = await stores.get(store).acquireNextTriggers(request);
    return acquired;
  },
  async fire({ store, acquired, now }) {
    const results = await stores.get(store).triggersFired(acquired, { now });
    return results.map(({ kind }) => kind);
  },
  async shutdown({ store }) {
    await stores.get(store).shutdown();
  },
  /** Lets go of standard input, so that only what the stores hold can keep the process alive. */
  async letGo() {
    lines.close();
    process.stdin.unref();
  },
};

/** Does what one line says, and answers. */
async function obey(line) {
  const { do: command, ...facts } = JSON.parse(line);
  const answer = await commands[command](facts).then(
    (result = null) => ({ result }),
    ({ code, message, details }) => ({ error: { code, message, details } }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void obey(line));
