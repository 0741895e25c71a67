import { defineCalendar } from '@ametrine/core';
import type { CommandStartedEvent, Db, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMongo, whyUnavailable } from '../../../../test/servers/mongodb.mjs';
import type { Server } from '../../../../test/servers/server.mjs';
import { aJob, aTrigger, end, freshDatabase, run, start, T0 } from './open-store.js';

const reason = await whyUnavailable();
const HOUR = 3_600_000;
/** A million with `AMETRINE_PLAN_TRIGGERS=1000000`; the plans are those of a thousand. */
const TRIGGERS = Number(process.env['AMETRINE_PLAN_TRIGGERS'] ?? 1000);

/** What a command asks of the triggers, in a form that can be explained; null for other commands. */
function explainable({ command }: CommandStartedEvent): Document | null {
  if (command['find'] !== undefined) {
    const { find, filter, sort, limit, projection } = command;
    return {
      find,
      filter,
      ...(sort && { sort }),
      ...(limit && { limit }),
      ...(projection && { projection }),
    };
  }
  if (command['updates'] !== undefined)
    return { update: command['update'], updates: [command['updates'][0]] };
  if (command['deletes'] !== undefined)
    return { delete: command['delete'], deletes: [command['deletes'][0]] };
  if (command['distinct'] !== undefined) {
    const { distinct, key, query } = command;
    return { distinct, key, query };
  }
  return null;
}

function stagesOf(plan: unknown): string[] {
  if (typeof plan !== 'object' || plan === null) return [];
  const { stage, inputStage, inputStages } = plan as {
    readonly stage?: string;
    readonly inputStage?: unknown;
    readonly inputStages?: readonly unknown[];
  };
  return [...(stage === undefined ? [] : [stage]), ...[inputStage, ...(inputStages ?? [])].flatMap(stagesOf)];
}

/** Goes through every step of the hot path, with overlapping runs, an exclusive job and misfires among them. */
async function everyStep(db: Db): Promise<void> {
  const { store } = await start({ db });
  const [many, exclusive, own] = [
    aJob('many'),
    aJob('exclusive', { nonConcurrent: true }),
    aJob('own', { durable: false }),
  ];
  await store.storeCalendar('c', defineCalendar({ weekly: ['SUN'], timeZone: 'UTC' }), { now: T0 });
  for (let from = 0; from < TRIGGERS; from += 10_000) {
    const length = Math.min(10_000, TRIGGERS - from);
    const triggers = Array.from({ length }, (_, index) =>
      aTrigger(many, `t${from + index}`, { at: T0 + HOUR + from + index }),
    );
    await store.storeJobsAndTriggers([{ job: many, triggers }], { replace: true });
  }
  await store.storeTrigger(aTrigger(many, 'calendar', { at: T0 + HOUR, calendar: 'c' }));
  await store.storeTrigger(aTrigger(many, 'overlapping', { every: 1000, startAt: T0 }));
  await store.storeJobsAndTriggers([
    { job: exclusive, triggers: [aTrigger(exclusive, 'x1'), aTrigger(exclusive, 'x2')] },
    { job: own, triggers: [aTrigger(own, 'o1'), aTrigger(own, 'late', { at: T0 - HOUR })] },
  ]);
  const bundles = [...(await run(store)), ...(await run(store, T0 + 1000))];
  const ahead = await store.acquireNextTriggers({
    now: T0,
    noLaterThan: T0 + 2 * HOUR,
    maxCount: 3,
    timeWindowMs: 0,
    fireDue: true,
  });
  await store.releaseAcquiredTriggers(ahead.acquired);
  await end(store, bundles);
  await store.checkIn({ now: T0 });
  await store.getTriggerState({ group: 'DEFAULT', name: 'x2' });
  await store.listUpcomingTriggers(5);
  await store.listTriggersOfJob(exclusive.key);
  await store.pauseJob(exclusive.key);
  await store.resumeJob(exclusive.key, { now: T0 });
  await store.removeTrigger({ group: 'DEFAULT', name: 'x2' });
  await store.removeCalendar('c').catch(() => undefined);
}

describe.skipIf(reason !== null)(`plans of the server${reason === null ? '' : ` (${reason})`}`, () => {
  // Stores and clients are closed after their test: the server outlives it.
  let server: Server;
  beforeAll(async () => {
    server = await startMongo();
  }, 60_000);
  afterAll(() => server.stop());

  it(`go by an index and sort nothing, among ${TRIGGERS} triggers`, async () => {
    const { client, db } = await freshDatabase(server.url, { monitorCommands: true });
    const asked = new Map<string, Document>();
    const record = (event: CommandStartedEvent): void => {
      const command = explainable(event);
      if (command === null || String(Object.values(command)[0]) !== 'ametrine_triggers') return;
      const shape = JSON.stringify(command, (key, value) =>
        key !== '' && typeof value !== 'object' ? typeof value : value,
      );
      if (!asked.has(shape)) asked.set(shape, command);
    };
    client.on('commandStarted', record);
    await everyStep(db);
    client.off('commandStarted', record);
    const wrong: string[] = [];
    for (const command of asked.values()) {
      const { queryPlanner } = await db.command({ explain: command, verbosity: 'queryPlanner' });
      const stages = stagesOf(queryPlanner.winningPlan);
      if (stages.some((stage) => stage === 'COLLSCAN' || stage === 'SORT'))
        wrong.push(`${stages.join(' < ')}: ${JSON.stringify(command)}`);
    }
    expect(wrong).toEqual([]);
    expect(asked.size).toBeGreaterThan(20);
  }, 600_000);
});
