/**
 * Subtle defects in recovery and in clusters.
 *
 * @module
 */
import { keyText, RECOVERY_GROUP, type Trigger } from '@ametrine/core';
import type { ExecutionRecord, StoreTransaction, TriggerRecord } from '@ametrine/core/spi';
import { brokenCalls, brokenPrimitives, type Mutant } from '../mutant.js';

/** REC, CLU. */
export const subtleRecoveryMutants: readonly Mutant[] = [
  lostAs('JS-REC-01/last-life-only', 'of lost executions the newest is recovered', (lost) => lost.slice(-1)),
  lostAs('JS-REC-01/runs-only', 'lost claims of an earlier life are forgotten', (lost) =>
    lost.filter(({ state }) => state === 'executing'),
  ),
  lostAs('JS-REC-02/first-only', 'of several lost claims one is given back', (lost) => [
    ...lost.filter(({ state }) => state === 'executing'),
    ...lost.filter(({ state }) => state === 'acquired').slice(0, 1),
  ]),
  lostAs('JS-REC-03/first-only', 'of several lost runs one is repeated', (lost) => [
    ...lost.filter(({ state }) => state === 'acquired'),
    ...lost.filter(({ state }) => state === 'executing').slice(0, 1),
  ]),
  lostAs('JS-REC-03/once-a-trigger', 'of several lost runs of one trigger one is repeated', (lost) => [
    ...new Map(lost.map((e) => [`${keyText(e.triggerKey)}${e.state}`, e])).values(),
  ]),
  recoversAs('JS-REC-03/times', 'a recovery does not tell when the lost run began', (t) => ({
    ...t,
    recovers: t.recovers === null ? null : { ...t.recovers, firedAt: t.recovers.scheduledFireAt },
  })),
  recoversAs('JS-REC-03/scheduled', 'a recovery tells when the lost run began, not when it was due', (t) => ({
    ...t,
    recovers: t.recovers === null ? null : { ...t.recovers, scheduledFireAt: t.recovers.firedAt },
  })),
  recoversAs('JS-REC-03/repeats-for-ever', 'a recovery is repeated', (t) => ({
    ...t,
    schedule: { type: 'simple', repeatCount: -1, repeatIntervalMs: 1000 },
  })),
  recoversAs('JS-REC-03/higher', 'a recovery has a higher priority', (t) => ({
    ...t,
    priority: t.priority + 1,
  })),
  recoversAs('JS-REC-03/smart', 'a recovery that is late misfires by the smart instruction', (t) => ({
    ...t,
    misfireInstruction: 'smart',
  })),
  recoversAs('JS-REC-03/chain', 'the recovery of a recovery tells of the recovery', (t, run) => ({
    ...t,
    recovers:
      t.recovers === null || run === undefined ? t.recovers : { ...t.recovers, triggerKey: run.triggerKey },
  })),
  recoversAs('JS-REC-03/old-name', 'recoveries of one trigger have one name', (t) => ({
    ...t,
    key: { ...t.key, name: t.recovers?.triggerKey.name ?? t.key.name },
  })),
  whileLooking('JS-REC-04/removes-all', 'a trigger that goes on is removed with its lost run', (tx) => ({
    removeExecutions: async (ids) => {
      const lost = await tx.selectExecutions({ by: 'ids', fireInstanceIds: ids });
      await tx.removeExecutions(ids);
      const runs = lost.filter(({ state }) => state === 'executing');
      await tx.removeTriggers(runs.map(({ triggerKey }) => triggerKey));
    },
  })),
  whileLooking('JS-REC-04/leaves-the-job', 'the job of a removed trigger stays', (tx) => ({
    jobsWithTriggers: async (keys) => {
      await tx.jobsWithTriggers(keys);
      return keys;
    },
  })),
  brokenCalls('JS-REC-04/uncounted', 'lost runs that did not ask are not counted', (store) => ({
    schedulerStarted: async (options) =>
      (await store.schedulerStarted(options)).map((r) => ({ ...r, abandoned: 0 })),
  })),
  whileLooking('JS-REC-05/held-by-its-job', 'a paused job group holds recoveries back', (tx) => ({
    putTriggers: async (records) => {
      const { jobGroups } = await tx.getPausedGroups();
      await tx.putTriggers(
        records.map((r) =>
          isRecovery(r) && jobGroups.includes(r.trigger.jobKey.group) ? { ...r, state: 'paused' } : r,
        ),
      );
    },
  })),
  whileLooking('JS-REC-07/first-only', 'of several complete triggers one is removed', (tx) => ({
    selectTriggers: (selection, limit) => tx.selectTriggers(selection, selection.by === 'state' ? 1 : limit),
  })),
  whileLooking('JS-REC-07/running-too', 'a complete trigger is removed while it runs', (tx) => {
    let looking = false;
    return {
      selectTriggers: async (selection, limit) => {
        looking = selection.by === 'state';
        return tx.selectTriggers(selection, limit);
      },
      selectExecutions: async (selection) =>
        looking && selection.by === 'jobs' ? [] : tx.selectExecutions(selection),
    };
  }),
  brokenCalls('JS-REC-07/at-any-time', 'complete triggers are removed at every check-in', (store) => ({
    checkIn: async (at) => {
      const found = await store.checkIn(at);
      for (const { key } of await store.listTriggers({}))
        if ((await store.getTriggerState(key)) === 'complete') await store.removeTrigger(key);
      return found;
    },
  })),
  whileLooking('JS-REC-01/dead-nodes', 'a start passes over nodes that are dead', (tx) => {
    let first = true;
    return {
      selectExecutions: async (selection) => {
        const found = await tx.selectExecutions(selection);
        if (selection.by !== 'all' || !first) return found;
        first = false;
        const members = new Set((await tx.listInstances()).map(({ instanceId }) => instanceId));
        const newest = (await tx.listInstances()).at(-1)?.instanceId;
        return found.filter((e) => !members.has(e.instanceId) || e.instanceId === newest);
      },
    };
  }),
  whileLooking('JS-REC-07/errors-too', 'triggers in error are removed at the start', (tx) => ({
    selectTriggers: async (selection, limit) => {
      const found = await tx.selectTriggers(selection, limit);
      if (selection.by !== 'state' || selection.state !== 'complete') return found;
      return [...found, ...(await tx.selectTriggers({ by: 'state', state: 'error' }))];
    },
  })),
  whileLooking(
    'JS-CLU-01/one-at-a-time',
    'of two dead nodes one is recovered and the other forgotten',
    (tx) => {
      let nodes = 0;
      return {
        selectExecutions: async (selection) => {
          if (selection.by !== 'instance') return tx.selectExecutions(selection);
          nodes += 1;
          return nodes > 1 ? [] : tx.selectExecutions(selection);
        },
      };
    },
  ),
  brokenPrimitives(
    'JS-CLU-03/own-interval',
    'a node is judged by the interval of whoever looks',
    (tx, { instanceId }) => ({
      listInstances: async () => {
        const all = await tx.listInstances();
        const own = all.find((node) => node.instanceId === instanceId)?.checkInIntervalMs;
        return own === undefined ? all : all.map((node) => ({ ...node, checkInIntervalMs: own }));
      },
    }),
  ),
  brokenPrimitives(
    'JS-CLU-03/inclusive',
    'a node is dead at the very end of its time',
    (tx, { instanceId }) => ({
      listInstances: async () =>
        (await tx.listInstances()).map((node) =>
          node.instanceId === instanceId ? node : { ...node, checkedInAt: node.checkedInAt - 1 },
        ),
    }),
  ),
  brokenPrimitives('JS-CLU-03/never', 'no node is ever dead', (tx, { instanceId }) => ({
    listInstances: async () =>
      (await tx.listInstances()).map((node) =>
        node.instanceId === instanceId ? node : { ...node, checkInIntervalMs: Number.MAX_SAFE_INTEGER },
      ),
  })),
  brokenCalls('JS-CLU-04/told-for-ever', 'a node that was fenced is told so again and again', (store) => {
    let fenced = false;
    return {
      checkIn: async (at) => {
        const found = await store.checkIn(at);
        fenced ||= found.fenced;
        return { ...found, fenced };
      },
    };
  }),
  brokenCalls('JS-CLU-04/told-at-first', 'a node is told at its first check-in that it was dead', (store) => {
    let first = true;
    return {
      checkIn: async (at) => {
        const found = await store.checkIn(at);
        const fenced = first || found.fenced;
        first = false;
        return { ...found, fenced };
      },
    };
  }),
  remembering('JS-CLU-05/calendars', 'a node keeps the calendars it has read', (tx, memory) => ({
    getCalendar: async (name) => {
      const known = memory.get(`calendar ${name}`);
      if (known !== undefined) return known as never;
      const found = await tx.getCalendar(name);
      if (found !== null) memory.set(`calendar ${name}`, found);
      return found;
    },
    putCalendar: async (name, calendar) => {
      memory.set(`calendar ${name}`, calendar);
      await tx.putCalendar(name, calendar);
    },
    removeCalendar: async (name) => {
      memory.delete(`calendar ${name}`);
      await tx.removeCalendar(name);
    },
    clear: async () => {
      memory.clear();
      await tx.clear();
    },
  })),
  remembering('JS-CLU-05/jobs', 'a node keeps the jobs it has read', (tx, memory) => ({
    getJobs: async (keys) => {
      const found = await tx.getJobs(keys);
      return found.map((job) => {
        const known = memory.get(`job ${keyText(job.key)}`) ?? job;
        memory.set(`job ${keyText(job.key)}`, known);
        return known as typeof job;
      });
    },
    putJobs: async (jobs) => {
      for (const job of jobs) memory.set(`job ${keyText(job.key)}`, job);
      await tx.putJobs(jobs);
    },
    removeJobs: async (keys) => {
      for (const key of keys) memory.delete(`job ${keyText(key)}`);
      await tx.removeJobs(keys);
    },
  })),
  remembering('JS-CLU-05/pauses', 'a node keeps the pauses it has read', (tx, memory) => ({
    getPausedGroups: async () => {
      const known = memory.get('paused') ?? (await tx.getPausedGroups());
      memory.set('paused', known);
      return known as never;
    },
    putPausedGroups: async (paused) => {
      memory.set('paused', paused);
      await tx.putPausedGroups(paused);
    },
    clear: async () => {
      memory.clear();
      await tx.clear();
    },
  })),
];

function isRecovery({ trigger }: TriggerRecord): boolean {
  return trigger.key.group === RECOVERY_GROUP && trigger.recovers !== null;
}

/** A defect that shows only in steps that look for dead nodes. */
function whileLooking(
  id: string,
  what: string,
  calls: (tx: StoreTransaction) => Partial<StoreTransaction>,
): Mutant {
  return brokenPrimitives(id, what, (tx) => {
    const broken: Partial<StoreTransaction> = {};
    return Object.assign(broken, {
      listInstances: async () => {
        Object.assign(broken, calls(tx));
        return tx.listInstances();
      },
    });
  });
}

/** Others than the lost executions are recovered; the rest is forgotten. */
function lostAs(
  id: string,
  what: string,
  choose: (lost: readonly ExecutionRecord[]) => readonly ExecutionRecord[],
): Mutant {
  return whileLooking(id, what, (tx) => ({
    selectExecutions: async (selection) => {
      const found = await tx.selectExecutions(selection);
      return selection.by === 'all' || selection.by === 'instance' ? choose(found) : found;
    },
  }));
}

/** Another trigger repeats a lost run. */
function recoversAs(
  id: string,
  what: string,
  change: (trigger: Trigger, run: ExecutionRecord | undefined) => Trigger,
): Mutant {
  return whileLooking(id, what, (tx) => ({
    putTriggers: async (records) => {
      const all = await tx.selectExecutions({ by: 'all' });
      await tx.putTriggers(
        records.map((r) => {
          const run = all.find(({ fireInstanceId }) => r.trigger.key.name.includes(fireInstanceId));
          return isRecovery(r) ? { ...r, trigger: change(r.trigger, run) } : r;
        }),
      );
    },
  }));
}

/** A node reads from a memory of its own. */
function remembering(
  id: string,
  what: string,
  calls: (tx: StoreTransaction, memory: Map<string, unknown>) => Partial<StoreTransaction>,
): Mutant {
  return brokenPrimitives(id, what, (tx, { instanceId, shared }) => {
    const name = `memory of ${instanceId}`;
    const memory = (shared.get(name) ?? new Map()) as Map<string, unknown>;
    shared.set(name, memory);
    return calls(tx, memory);
  });
}
