/**
 * Defects in recovery and in clusters.
 *
 * @module
 */
import { keyText, RECOVERY_GROUP, type Trigger } from '@ametrine/core';
import {
  type AtTime,
  type CheckIn,
  Effects,
  type JobClassResolver,
  type Recovery,
  type StoreOptions,
  type StoreTransaction,
  type TriggerRecord,
} from '@ametrine/core/spi';
import { type OpenBackend, OpenPortableStore } from '../open-portable-store.js';
import { brokenCalls, brokenPrimitives, brokenStore, type Mutant } from './mutant.js';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const LONG_RUN = 600_000;

/** REC. */
export const recoveringMutants: readonly Mutant[] = [
  brokenPrimitives(
    'JS-REC-01/own-life-only-elsewhere',
    'a node passes over its own earlier life',
    (tx, facts) => ({
      selectExecutions: async (selection) => {
        const found = await tx.selectExecutions(selection);
        return selection.by === 'all' ? found.filter((e) => e.instanceId !== facts.instanceId) : found;
      },
    }),
  ),
  whileRecovering('JS-REC-02/stays-acquired', 'the trigger of a lost claim stays acquired', (tx) => ({
    putTriggers: async (records) => {
      const acquired = await tx.selectTriggers({ by: 'state', state: 'acquired' });
      const held = new Set(acquired.map(({ trigger }) => keyText(trigger.key)));
      await tx.putTriggers(records.filter(({ trigger }) => !held.has(keyText(trigger.key))));
    },
  })),
  recoveredAs('JS-REC-03/due-later', 'a recovery is not due when the lost run was', (t) => ({
    ...t,
    nextFireAt: (t.nextFireAt ?? 0) + 1,
  })),
  recoveredAs('JS-REC-03/default-priority', 'a recovery has the default priority', (t) => ({
    ...t,
    priority: 5,
  })),
  recoveredAs('JS-REC-03/no-data', 'a recovery has no data', (t) => ({ ...t, data: {} })),
  recoveredAs('JS-REC-03/unmarked', 'a recovery does not tell what it repeats', (t) => ({
    ...t,
    recovers: null,
  })),
  recoveredAs('JS-REC-03/may-misfire', 'a recovery that comes late misfires', (t) => ({
    ...t,
    misfireInstruction: 'nextWithExistingCount',
  })),
  recoveredAs('JS-REC-03/own-group', 'a recovery is in a group of its own', (t) => ({
    ...t,
    key: { group: 'recovered', name: t.key.name },
  })),
  whileRecovering('JS-REC-03/job-or-not', 'a lost run is recovered though its job is gone', (tx) => ({
    getJobs: async (keys) => {
      const found = new Map((await tx.getJobs(keys)).map((job) => [keyText(job.key), job]));
      return keys.map((key) => found.get(keyText(key)) ?? ({ key } as never));
    },
  })),
  brokenPrimitives('JS-REC-04/recovers-all', 'lost runs are repeated unasked', (tx) => ({
    putExecutions: (records) => tx.putExecutions(records.map((e) => ({ ...e, requestsRecovery: true }))),
  })),
  whileRecovering('JS-REC-04/keeps-the-spent', 'a trigger whose last run was lost stays', () => ({
    removeTriggers: async () => {},
  })),
  whileRecovering('JS-REC-05/obeys-groups', 'a paused group holds recoveries back', (tx) => ({
    putTriggers: async (records) => {
      const { triggerGroups } = await tx.getPausedGroups();
      await tx.putTriggers(
        records.map((r) => (triggerGroups.includes(r.trigger.key.group) ? { ...r, state: 'paused' } : r)),
      );
    },
  })),
  whileRecovering('JS-REC-05/breaks-out', 'pause-all does not hold recoveries back', (tx) => ({
    putTriggers: (records) =>
      tx.putTriggers(records.map((r) => (isRecovery(r) ? { ...r, state: 'waiting' } : r))),
  })),
  brokenPrimitives(
    'JS-REC-05/beside-others',
    'recoveries of a non-concurrent job run beside each other',
    (tx) => {
      const unmarked = new Set<string>();
      return {
        selectDue: async (query) => {
          const due = await tx.selectDue(query);
          for (const r of due) if (isRecovery(r)) unmarked.add(keyText(r.trigger.jobKey));
          return due;
        },
        getJobs: async (keys) =>
          (await tx.getJobs(keys)).map((job) =>
            unmarked.has(keyText(job.key)) ? { ...job, nonConcurrent: false } : job,
          ),
      };
    },
  ),
  brokenStore('JS-REC-06/two-steps', 'claims are given back, and later the recoveries made', () => {
    return class extends OpenPortableStore {
      #left: readonly TriggerRecord[] = [];

      protected override primitives(tx: StoreTransaction, effects: Effects): StoreTransaction {
        const sound = super.primitives(tx, effects);
        const putTriggers = (records: readonly TriggerRecord[]): Promise<void> => {
          this.#left = [...this.#left, ...records.filter((r) => isRecovery(r) && r.state === 'waiting')];
          return tx.putTriggers(records.filter((r) => !isRecovery(r)));
        };
        return new Proxy(sound, {
          get: (target, name) => {
            if (name === 'putTriggers') return putTriggers;
            const member: unknown = Reflect.get(target, name, target);
            return typeof member === 'function' ? member.bind(target) : member;
          },
        });
      }

      override async checkIn(at: AtTime): Promise<CheckIn> {
        const found = await super.checkIn(at);
        await this.#finish();
        return found;
      }

      override async schedulerStarted(
        options: AtTime & { readonly checkInIntervalMs: number },
      ): Promise<readonly Recovery[]> {
        const recoveries = await super.schedulerStarted(options);
        await this.#finish();
        return recoveries;
      }

      async #finish(): Promise<void> {
        for (let turn = 0; turn < 5; turn += 1) await later();
        const left = this.#left;
        this.#left = [];
        await this.backend.transact(this.scope, (tx) => tx.putTriggers(left));
      }
    };
  }),
  brokenPrimitives('JS-REC-07/keeps-the-complete', 'complete triggers outlive the start', (tx) => ({
    selectTriggers: async (selection, limit) =>
      selection.by === 'state' && selection.state === 'complete' ? [] : tx.selectTriggers(selection, limit),
  })),
  whileRecovering('JS-REC-07/leaves-jobs', 'the jobs of removed triggers stay', (tx) => ({
    jobsWithTriggers: async (keys) => {
      await tx.jobsWithTriggers(keys);
      return keys;
    },
  })),
];

/** CLU. */
export const clusterMutants: readonly Mutant[] = [
  brokenCalls('JS-CLU-01/does-nothing', 'a check-in does nothing', () => ({
    checkIn: async () => ({ fenced: false, recoveries: [] }),
  })),
  brokenPrimitives('JS-CLU-01/never-renews', 'a check-in leaves the node’s record as it was', (tx) => ({
    putInstance: async (record) => {
      const known = (await tx.listInstances()).some((node) => node.instanceId === record.instanceId);
      if (!known) await tx.putInstance(record);
    },
  })),
  whileRecovering('JS-CLU-01/everybody-recovers', 'what was recovered is left for the next node', () => ({
    removeExecutions: async () => {},
    removeInstance: async () => {},
  })),
  brokenStore('JS-CLU-02/takes-long-runs', 'a long run is taken for a lost one', () => {
    return class extends OpenPortableStore {
      override async checkIn(at: AtTime): Promise<CheckIn> {
        const found = await super.checkIn(at);
        await this.transact(new Effects(), async (tx) => {
          const all = await tx.selectExecutions({ by: 'all' });
          const long = all.filter((e) => e.firedAt !== null && e.firedAt < at.now - LONG_RUN);
          await tx.removeExecutions(long.map((e) => e.fireInstanceId));
        });
        return found;
      }
    };
  }),
  brokenStore('JS-CLU-02/everybody-is-gone', 'every other node is taken for dead', () => {
    return class extends OpenPortableStore {
      protected override isInstanceGone(): Promise<boolean> {
        return Promise.resolve(true);
      }
    };
  }),
  brokenStore('JS-CLU-03/no-grace', 'a node is dead the moment it is late', () => {
    return class extends OpenPortableStore {
      constructor(backend: OpenBackend, options: StoreOptions = {}, hook?: JobClassResolver) {
        super(backend, { ...options, deadNodeGraceMs: 0 }, hook);
      }
    };
  }),
  brokenPrimitives(
    'JS-CLU-03/own-sleep',
    'a node that slept takes the others for dead',
    (tx, { instanceId }) => ({
      listInstances: async () =>
        (await tx.listInstances()).map((node) =>
          node.instanceId === instanceId ? { ...node, checkedInAt: Number.MAX_SAFE_INTEGER } : node,
        ),
    }),
  ),
  brokenPrimitives('JS-FIR-07/keeps-to-itself', 'what a node lacks is not stored', (tx) => ({
    putInstance: (record) => tx.putInstance({ ...record, missingClasses: [] }),
  })),
  brokenPrimitives(
    'JS-FIR-07/for-ever',
    'what a node lacked in an earlier life is held against it',
    (tx, { shared }) => ({
      putInstance: async (record) => {
        const name = `lacked by ${record.instanceId}`;
        const before = (shared.get(name) ?? []) as readonly string[];
        const missingClasses = [...new Set([...before, ...record.missingClasses])];
        shared.set(name, missingClasses);
        await tx.putInstance({ ...record, missingClasses });
      },
    }),
  ),
  brokenPrimitives('JS-CLU-03/wall-clock', 'check-ins are stamped by the store’s own clock', (tx) => ({
    putInstance: (record) => tx.putInstance({ ...record, checkedInAt: Date.now() }),
  })),
  brokenCalls('JS-CLU-04/not-told', 'a node that was declared dead is not told', (store) => ({
    checkIn: async (at) => ({ ...(await store.checkIn(at)), fenced: false }),
  })),
  brokenPrimitives('JS-CLU-04/no-member', 'a node that was declared dead stays out', (tx, { shared }) => ({
    putInstance: async (record) => {
      const member = (await tx.listInstances()).some((node) => node.instanceId === record.instanceId);
      if (shared.has(record.instanceId) && !member) return;
      shared.set(record.instanceId, true);
      await tx.putInstance(record);
    },
  })),
  brokenPrimitives(
    'JS-CLU-05/own-view',
    'a node sees what was there when it started, and its own',
    (tx, facts) => {
      const name = `view of ${facts.instanceId}`;
      const view = (): Set<string> | undefined => facts.shared.get(name) as Set<string> | undefined;
      return {
        listInstances: async () => {
          if (view() === undefined) {
            const keys = await tx.listTriggerKeys({ anything: true });
            facts.shared.set(name, new Set(keys.map(keyText)));
          }
          return tx.listInstances();
        },
        putTriggers: async (records) => {
          for (const { trigger } of records) view()?.add(keyText(trigger.key));
          await tx.putTriggers(records);
        },
        selectDue: async (query) =>
          (await tx.selectDue(query)).filter(({ trigger }) => view()?.has(keyText(trigger.key)) ?? true),
      };
    },
  ),
];

function isRecovery({ trigger }: TriggerRecord): boolean {
  return trigger.key.group === RECOVERY_GROUP && trigger.recovers !== null;
}

/** A defect that shows only in transactions that look for dead nodes. */
function whileRecovering(
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

/** Another trigger for a lost run. */
function recoveredAs(id: string, what: string, change: (trigger: Trigger) => Trigger): Mutant {
  return whileRecovering(id, what, (tx) => ({
    putTriggers: (records) =>
      tx.putTriggers(records.map((r) => (isRecovery(r) ? { ...r, trigger: change(r.trigger) } : r))),
  }));
}
