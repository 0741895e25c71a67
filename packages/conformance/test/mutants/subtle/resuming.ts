/**
 * Subtle defects in resuming, resetting, and in pauses that last.
 *
 * @module
 */
import type { JobDetail, TriggerKey } from '@ametrine/core';
import { Effects, type JobStore, type PausedGroups, type TriggerSelection } from '@ametrine/core/spi';
import { OpenPortableStore } from '../../open-portable-store.js';
import { brokenCalls, brokenPrimitives, brokenStore, type Mutant } from '../mutant.js';
import { afterwards } from './defects.js';

const NOTHING: PausedGroups = { triggerGroups: [], jobGroups: [], all: false };

type Tx = Parameters<Parameters<typeof brokenPrimitives>[2]>[0];

/** PAU-02, PAU-06 to PAU-12. */
export const subtleResumingMutants: readonly Mutant[] = [
  resumesWithout(
    'JS-PAU-02/group-without-misfire',
    'a resumed group fires what it missed',
    (by) => by === 'triggerGroup',
  ),
  resumesWithout('JS-PAU-02/job-without-misfire', 'a resumed job fires what it missed', (by) => by === 'job'),
  resumesWithout(
    'JS-PAU-02/jobs-without-misfire',
    'a resumed job group fires what it missed',
    (by) => by === 'jobGroup',
  ),
  resumesWithout(
    'JS-PAU-02/trigger-without-misfire',
    'a resumed trigger fires what it missed',
    (by) => by === 'keys',
  ),
  brokenStore('JS-PAU-02/all-without-misfire', 'resume-all fires what was missed', () => {
    return class extends OpenPortableStore {
      override async resumeAll(at: { readonly now: number }): Promise<void> {
        const before = await this.transact(new Effects(), (tx) =>
          tx.selectTriggers({ by: 'state', state: 'paused' }),
        );
        await super.resumeAll(at);
        await this.transact(new Effects(), (tx) =>
          tx.putTriggers(before.map((r) => ({ ...r, state: 'waiting' }))),
        );
      }
    };
  }),
  brokenPrimitives('JS-PAU-02/resets-all', 'every resumed trigger is late', (tx) => ({
    selectMisfired: (query) =>
      tx.selectMisfired(query.selection.by === 'all' ? query : { ...query, before: Number.MAX_SAFE_INTEGER }),
  })),
  brokenPrimitives(
    'JS-PAU-02/in-silence',
    'a misfire found by a resume is not notified',
    (tx, { effects }) => ({
      transitionTriggers: async (selection, from, to) => {
        if (to === 'waiting') effects.misfired = () => {};
        await tx.transitionTriggers(selection, from, to);
      },
    }),
  ),
  brokenPrimitives('JS-PAU-02/twenty', 'of many misfires a resume handles twenty', (tx) => {
    let left = 20;
    return {
      selectMisfired: async (query) => {
        if (query.selection.by === 'all') return tx.selectMisfired(query);
        const found = await tx.selectMisfired({ ...query, limit: Math.min(query.limit, left) });
        left -= found.length;
        return found;
      },
    };
  }),
  brokenPrimitives('JS-PAU-02/blocked-too', 'a resume handles misfires of a job that runs', (tx) => ({
    selectMisfired: (query) =>
      tx.selectMisfired(query.selection.by === 'all' ? query : { ...query, exceptJobs: [] }),
  })),
  brokenCalls('JS-PAU-07/equals-only', 'resuming by a text resumes the group of that name', (store) => ({
    resumeTriggers: (matcher, at) =>
      store.resumeTriggers('startsWith' in matcher ? { equals: matcher.startsWith } : matcher, at),
  })),
  brokenCalls(
    'JS-PAU-07/trigger-groups-too',
    'resuming job groups resumes trigger groups of that name',
    (store) => ({
      resumeJobs: async (matcher, at) => {
        const groups = await store.resumeJobs(matcher, at);
        await store.resumeTriggers(matcher, at);
        return groups;
      },
    }),
  ),
  brokenStore('JS-PAU-07/jobs-forget-all', 'resuming a job group forgets the pause of all job groups', () => {
    return class extends OpenPortableStore {
      override async resumeJobs(...args: Parameters<JobStore['resumeJobs']>): Promise<readonly string[]> {
        const groups = await super.resumeJobs(...args);
        await this.transact(new Effects(), async (tx) => {
          await tx.putPausedGroups({ ...(await tx.getPausedGroups()), jobGroups: [] });
        });
        return groups;
      }
    };
  }),
  brokenCalls('JS-PAU-07/answers-nothing', 'the answer lacks groups without members', (store) => ({
    resumeTriggers: async (matcher, at) => {
      const living = await store.listTriggerGroups();
      return (await store.resumeTriggers(matcher, at)).filter((group) => living.includes(group));
    },
  })),
  brokenPrimitives(
    'JS-PAU-08/existing-groups',
    'after pause-all triggers of known groups are born waiting',
    (tx) => ({
      getPausedGroups: async () => {
        const [paused, living] = [await tx.getPausedGroups(), await tx.listGroups('triggers')];
        const free = paused.all && living.length > 0;
        return free ? { ...paused, triggerGroups: [], all: false } : paused;
      },
    }),
  ),
  unlisted('JS-PAU-08/unlisted', 'a group that comes after pause-all is not listed'),
  brokenCalls('JS-PAU-08/existing-unlisted', 'pause-all lists no group', (store) => {
    let before: readonly string[] | null = null;
    return {
      pauseAll: async () => {
        before = await store.listPausedTriggerGroups();
        await store.pauseAll();
      },
      resumeAll: async (at) => {
        before = null;
        await store.resumeAll(at);
      },
      listPausedTriggerGroups: async () => before ?? store.listPausedTriggerGroups(),
    };
  }),
  brokenStore('JS-PAU-08/resume-group-ends-it', 'a group that is resumed takes new triggers', () => {
    return class extends OpenPortableStore {
      readonly #free = new Set<string>();
      override async resumeTriggers(
        ...args: Parameters<JobStore['resumeTriggers']>
      ): Promise<readonly string[]> {
        const groups = await super.resumeTriggers(...args);
        for (const group of groups) this.#free.add(group);
        return groups;
      }
      override async storeTrigger(...args: Parameters<JobStore['storeTrigger']>): Promise<void> {
        await super.storeTrigger(...args);
        if (!this.#free.has(args[0].key.group)) return;
        await this.transact(new Effects(), (tx) =>
          tx.transitionTriggers({ by: 'keys', keys: [args[0].key] }, ['paused'], 'waiting'),
        );
      }
    };
  }),
  brokenStore('JS-PAU-09/keeps-the-mark', 'after resume-all new groups are still born paused', () => {
    return class extends OpenPortableStore {
      override async resumeAll(at: { readonly now: number }): Promise<void> {
        const { all } = await this.transact(new Effects(), (tx) => tx.getPausedGroups());
        await super.resumeAll(at);
        await this.transact(new Effects(), (tx) => tx.putPausedGroups({ ...NOTHING, all }));
      }
    };
  }),
  resumesOnly('JS-PAU-09/groups-only', 'resume-all leaves triggers that were paused one by one'),
  brokenPrimitives('JS-PAU-10/job-group', 'a reset does not look at the job’s group', (tx) =>
    whileResetting(tx, (paused) => ({ ...paused, jobGroups: [] })),
  ),
  brokenPrimitives('JS-PAU-10/everything', 'a reset does not look whether everything is paused', (tx) =>
    whileResetting(tx, (paused) => ({ ...paused, triggerGroups: [], all: false })),
  ),
  afterwards(
    'JS-PAU-10/moves-on',
    'a reset trigger has lost its missed time',
    ['resetTriggerFromErrorState'],
    async (tx, [key]) => {
      const [found] = await tx.getTriggers([key as TriggerKey]);
      if (found === undefined || found.trigger.nextFireAt === null) return;
      const trigger = { ...found.trigger, nextFireAt: found.trigger.nextFireAt + 1 };
      await tx.putTriggers([{ ...found, trigger }]);
    },
  ),
  afterwards(
    'JS-PAU-11/group-ends-runs',
    'pausing a group ends the runs of its triggers',
    ['pauseTriggers', 'pauseAll'],
    async (tx) => {
      const all = await tx.selectExecutions({ by: 'all' });
      await tx.removeExecutions(all.map(({ fireInstanceId }) => fireInstanceId));
    },
  ),
  afterwards(
    'JS-PAU-11/job-ends-runs',
    'pausing a job ends its runs',
    ['pauseJob', 'pauseJobs'],
    async (tx) => {
      const all = await tx.selectExecutions({ by: 'all' });
      await tx.removeExecutions(all.map(({ fireInstanceId }) => fireInstanceId));
    },
  ),
  atRestart('JS-PAU-12/no-mark', 'pause-all does not survive a restart', (paused) => ({
    ...paused,
    all: false,
  })),
  atRestart('JS-PAU-12/no-job-groups', 'paused job groups do not survive a restart', (paused) => ({
    ...paused,
    jobGroups: [],
  })),
  brokenStore('JS-PAU-12/single-triggers', 'single pauses do not survive a restart', () => {
    return class extends OpenPortableStore {
      protected override async open(): Promise<void> {
        await super.open();
        await this.transact(new Effects(), async (tx) => {
          const { triggerGroups } = await tx.getPausedGroups();
          const paused = await tx.selectTriggers({ by: 'state', state: 'paused' });
          const single = paused.filter(({ trigger }) => !triggerGroups.includes(trigger.key.group));
          await tx.putTriggers(single.map((r) => ({ ...r, state: 'waiting' })));
        });
      }
    };
  }),
];

/** A resume of such a selection does not look for misfires. */
function resumesWithout(id: string, what: string, applies: (by: TriggerSelection['by']) => boolean): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectMisfired: async (query) => (applies(query.selection.by) ? [] : tx.selectMisfired(query)),
  }));
}

/** A group is listed as paused only when a call named it. */
function unlisted(id: string, what: string): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    putPausedGroups: async (paused) => {
      const before = await tx.getPausedGroups();
      await tx.putPausedGroups(
        before.all && paused.all ? { ...paused, triggerGroups: before.triggerGroups } : paused,
      );
    },
  }));
}

/** Single pauses outlive `resumeAll`. */
function resumesOnly(id: string, what: string): Mutant {
  return brokenStore(id, what, () => {
    return class extends OpenPortableStore {
      override async resumeAll(at: { readonly now: number }): Promise<void> {
        const kept = await this.transact(new Effects(), async (tx) => {
          const { triggerGroups } = await tx.getPausedGroups();
          const paused = await tx.selectTriggers({ by: 'state', state: 'paused' });
          return paused.filter(({ trigger }) => !triggerGroups.includes(trigger.key.group));
        });
        await super.resumeAll(at);
        await this.transact(new Effects(), (tx) => tx.putTriggers(kept));
      }
    };
  });
}

/** Other pauses are seen by a step that looked at one trigger before, and stores none. */
function whileResetting(tx: Tx, change: (paused: PausedGroups) => PausedGroups): Partial<Tx> {
  let inError = false;
  return {
    getTriggers: async (keys) => {
      const found = await tx.getTriggers(keys);
      inError = found.length === 1 && found[0]?.state === 'error';
      return found;
    },
    getJobs: (keys: readonly JobDetail['key'][]) => {
      inError = false;
      return tx.getJobs(keys);
    },
    getPausedGroups: async () => {
      const paused = await tx.getPausedGroups();
      return inError ? change(paused) : paused;
    },
  };
}

/** Something of the pauses is lost when a node opens. */
function atRestart(id: string, what: string, change: (paused: PausedGroups) => PausedGroups): Mutant {
  return brokenStore(id, what, () => {
    return class extends OpenPortableStore {
      protected override async open(): Promise<void> {
        await super.open();
        await this.transact(new Effects(), async (tx) =>
          tx.putPausedGroups(change(await tx.getPausedGroups())),
        );
      }
    };
  });
}
