/**
 * Defects in calendars and in pausing.
 *
 * @module
 */
import {
  type GroupMatcher,
  type JobKey,
  keyText,
  matchesGroup,
  SchedulerError,
  type TriggerKey,
} from '@ametrine/core';
import { type AtTime, Effects, type PausedGroups, type StoreTransaction } from '@ametrine/core/spi';
import { OpenPortableStore } from '../open-portable-store.js';
import { brokenCalls, brokenPrimitives, brokenStore, type Mutant } from './mutant.js';

const NOTHING: PausedGroups = { triggerGroups: [], jobGroups: [], all: false };
const MARKER = '_$_ALL_GROUPS_PAUSED_$_';

/** CAL, PAU. */
export const pausingMutants: readonly Mutant[] = [
  brokenCalls('JS-CAL-01/overwrites', 'a calendar is overwritten unasked', (store) => ({
    storeCalendar: (name, calendar, options) =>
      store.storeCalendar(name, calendar, { ...options, replace: true }),
  })),
  brokenPrimitives('JS-CAL-02/waiting-only', 'only waiting triggers keep a calendar in use', (tx) => ({
    selectTriggers: async (selection, limit) => {
      const found = await tx.selectTriggers(selection, limit);
      return selection.by === 'calendar' ? found.filter(({ state }) => state === 'waiting') : found;
    },
  })),
  brokenCalls('JS-CAL-03/no-update', 'the triggers of a new calendar keep their times', (store) => ({
    storeCalendar: (name, calendar, options) =>
      store.storeCalendar(name, calendar, { ...options, updateTriggers: false }),
  })),
  brokenCalls('JS-CAL-03/always-updates', 'the triggers of a new calendar move unasked', (store) => ({
    storeCalendar: (name, calendar, options) =>
      store.storeCalendar(name, calendar, { ...options, updateTriggers: true }),
  })),
  brokenPrimitives(
    'JS-CAL-03/keeps-claims',
    'a claimed trigger is passed over by a calendar’s update',
    (tx) => ({
      selectTriggers: async (selection, limit) => {
        const found = await tx.selectTriggers(selection, limit);
        return selection.by === 'calendar' && limit === undefined
          ? found.filter(({ state }) => state !== 'acquired')
          : found;
      },
    }),
  ),
  brokenPrimitives(
    'JS-CAL-03/not-finalized',
    'a trigger without a time left ends in silence',
    (_tx, { effects }) => {
      effects.finalized = () => {};
      return {};
    },
  ),
  brokenCalls('JS-CAL-04/resumes', 'a calendar’s update resumes paused triggers', (store) => ({
    storeCalendar: async (name, calendar, options) => {
      await store.storeCalendar(name, calendar, options);
      if (options.updateTriggers !== true) return;
      for (const { key, calendarName } of await store.listTriggers({})) {
        if (calendarName === name) await store.resumeTrigger(key, options);
      }
    },
  })),
  brokenPrimitives('JS-CAL-04/forgets-errors', 'a calendar’s update makes errors wait', (tx) => ({
    selectTriggers: async (selection, limit) => {
      const found = await tx.selectTriggers(selection, limit);
      if (selection.by !== 'calendar') return found;
      return found.map((r) =>
        r.state === 'error' || r.state === 'complete' ? { ...r, state: 'waiting' } : r,
      );
    },
  })),

  brokenPrimitives('JS-PAU-01/forgets-errors', 'a pause ends an error or a completion', (tx) => ({
    transitionTriggers: (selection, from, to) =>
      tx.transitionTriggers(selection, to === 'paused' ? [...from, 'error', 'complete'] : from, to),
  })),
  brokenPrimitives('JS-PAU-01/leaves-claims', 'a pause passes over acquired triggers', (tx) => ({
    transitionTriggers: (selection, from, to) =>
      tx.transitionTriggers(selection, to === 'paused' ? ['waiting'] : from, to),
  })),
  brokenCalls('JS-PAU-01/absent-is-error', 'pausing what is absent is an error', (store) => ({
    pauseTrigger: async (key) => {
      if ((await store.getTrigger(key)) === null) throw new SchedulerError('ERR_TRIGGER_NOT_FOUND', 'absent');
      await store.pauseTrigger(key);
    },
  })),
  brokenPrimitives('JS-PAU-02/no-misfire', 'a resumed trigger fires its missed time', (tx) => ({
    selectMisfired: async (query) => (query.selection.by === 'all' ? tx.selectMisfired(query) : []),
  })),
  brokenPrimitives(
    'JS-PAU-02/resumes-everything',
    'a resume also takes complete triggers and errors',
    (tx) => ({
      transitionTriggers: (selection, from, to) =>
        tx.transitionTriggers(selection, to === 'waiting' ? [...from, 'error', 'complete'] : from, to),
    }),
  ),
  brokenCalls('JS-PAU-02/wall-clock', 'a resume looks at its own clock', (store) => ({
    resumeTrigger: (key) => store.resumeTrigger(key, { now: Date.now() }),
  })),
  brokenCalls('JS-PAU-03/existing-only', 'an empty group is not remembered', (store) => ({
    pauseTriggers: async (matcher) => {
      const groups = await store.listTriggerGroups();
      return groups.some((group) => matchesGroup(matcher, group)) ? store.pauseTriggers(matcher) : [];
    },
  })),
  brokenCalls('JS-PAU-03/first-group', 'of several groups that match one is paused', (store) => ({
    pauseTriggers: async (matcher) => {
      const group = (await store.listTriggerGroups()).find((name) => matchesGroup(matcher, name));
      return store.pauseTriggers(group === undefined ? matcher : { equals: group });
    },
  })),
  brokenStore('JS-PAU-04/resume-forgets', 'resuming one trigger forgets its group’s pause', () => {
    return class extends OpenPortableStore {
      override async resumeTrigger(key: TriggerKey, at: AtTime): Promise<void> {
        await super.resumeTrigger(key, at);
        await this.transact(new Effects(), async (tx) => {
          const paused = await tx.getPausedGroups();
          await tx.putPausedGroups({
            ...paused,
            triggerGroups: paused.triggerGroups.filter((group) => group !== key.group),
          });
        });
      }
    };
  }),
  brokenPrimitives('JS-PAU-05/no-memory', 'paused job groups are not remembered', (tx) => ({
    putPausedGroups: (paused) => tx.putPausedGroups({ ...paused, jobGroups: [] }),
  })),
  brokenStore('JS-PAU-06/either-will-do', 'resuming the job’s group resumes what its own group holds', () => {
    return class extends OpenPortableStore {
      override async resumeJobs(matcher: GroupMatcher, at: AtTime): Promise<readonly string[]> {
        const groups = await super.resumeJobs(matcher, at);
        await resumeMembers(this.transact.bind(this), 'jobGroup', groups);
        return groups;
      }
    };
  }),
  brokenStore('JS-PAU-06/own-group-wins', 'resuming the own group resumes what the job’s group holds', () => {
    return class extends OpenPortableStore {
      override async resumeTriggers(matcher: GroupMatcher, at: AtTime): Promise<readonly string[]> {
        const groups = await super.resumeTriggers(matcher, at);
        await resumeMembers(this.transact.bind(this), 'triggerGroup', groups);
        return groups;
      }
    };
  }),
  brokenStore('JS-PAU-07/members-only', 'a paused group without members cannot be resumed', () => {
    return class extends OpenPortableStore {
      override async resumeTriggers(matcher: GroupMatcher, at: AtTime): Promise<readonly string[]> {
        const [before, living] = [await this.listPausedTriggerGroups(), await this.listTriggerGroups()];
        const groups = await super.resumeTriggers(matcher, at);
        const empty = before.filter((group) => !living.includes(group));
        await this.transact(new Effects(), async (tx) => {
          const paused = await tx.getPausedGroups();
          await tx.putPausedGroups({
            ...paused,
            triggerGroups: [...new Set([...paused.triggerGroups, ...empty])],
          });
        });
        return groups;
      }
    };
  }),
  brokenStore('JS-PAU-07/forgets-all', 'resuming some groups forgets the pause of all', () => {
    return class extends OpenPortableStore {
      override async resumeTriggers(matcher: GroupMatcher, at: AtTime): Promise<readonly string[]> {
        const groups = await super.resumeTriggers(matcher, at);
        await this.transact(new Effects(), async (tx) => {
          await tx.putPausedGroups({ ...(await tx.getPausedGroups()), triggerGroups: [] });
        });
        return groups;
      }
    };
  }),
  brokenCalls(
    'JS-PAU-08/lists-the-mark',
    'the mark of pause-all is listed as a group',
    (store, { shared }) => ({
      pauseAll: async () => {
        await store.pauseAll();
        shared.set('all', true);
      },
      listPausedTriggerGroups: async () => {
        const groups = await store.listPausedTriggerGroups();
        return shared.has('all') ? [...groups, MARKER] : groups;
      },
    }),
  ),
  brokenPrimitives('JS-PAU-08/no-mark', 'pause-all pauses what is there, and nothing that comes', (tx) => ({
    putPausedGroups: (paused) => tx.putPausedGroups({ ...paused, all: false }),
  })),
  brokenStore('JS-PAU-08/unmarked-by-a-group', 'resuming one group ends pause-all', () => {
    return class extends OpenPortableStore {
      override async resumeTriggers(matcher: GroupMatcher, at: AtTime): Promise<readonly string[]> {
        const groups = await super.resumeTriggers(matcher, at);
        await this.transact(new Effects(), async (tx) => {
          await tx.putPausedGroups({ ...(await tx.getPausedGroups()), all: false });
        });
        return groups;
      }
    };
  }),
  brokenStore('JS-PAU-09/keeps-empty-groups', 'resume-all leaves the pause of groups without members', () => {
    return class extends OpenPortableStore {
      override async resumeAll(at: AtTime): Promise<void> {
        const [before, living] = [await this.listPausedTriggerGroups(), await this.listTriggerGroups()];
        await super.resumeAll(at);
        const triggerGroups = before.filter((group) => !living.includes(group));
        await this.transact(new Effects(), (tx) => tx.putPausedGroups({ ...NOTHING, triggerGroups }));
      }
    };
  }),
  brokenStore('JS-PAU-09/keeps-job-groups', 'resume-all leaves the pause of job groups', () => {
    return class extends OpenPortableStore {
      override async resumeAll(at: AtTime): Promise<void> {
        const jobGroups = await this.listPausedJobGroups();
        await super.resumeAll(at);
        await this.transact(new Effects(), (tx) => tx.putPausedGroups({ ...NOTHING, jobGroups }));
      }
    };
  }),
  brokenStore('JS-PAU-10/always-waits', 'a trigger reset from error waits, whatever is paused', () => {
    return class extends OpenPortableStore {
      override async resetTriggerFromErrorState(key: TriggerKey): Promise<void> {
        const inError = (await this.getTriggerState(key)) === 'error';
        await super.resetTriggerFromErrorState(key);
        if (!inError) return;
        await this.transact(new Effects(), (tx) =>
          tx.transitionTriggers({ by: 'keys', keys: [key] }, ['paused'], 'waiting'),
        );
      }
    };
  }),
  brokenCalls('JS-PAU-10/any-state', 'a reset also resumes', (store) => ({
    resetTriggerFromErrorState: async (key) => {
      await store.resetTriggerFromErrorState(key);
      await store.resumeTrigger(key, { now: 0 });
    },
  })),
  brokenPrimitives('JS-PAU-11/interrupts', 'a pause ends the runs under way', (tx) => ({
    transitionTriggers: async (selection, from, to) => {
      if (to === 'paused') {
        const keys = new Set((await tx.selectTriggers(selection)).map(({ trigger }) => keyText(trigger.key)));
        const ended = (await tx.selectExecutions({ by: 'all' })).filter((execution: { triggerKey: JobKey }) =>
          keys.has(keyText(execution.triggerKey)),
        );
        await tx.removeExecutions(ended.map(({ fireInstanceId }) => fireInstanceId));
      }
      await tx.transitionTriggers(selection, from, to);
    },
  })),
  brokenStore('JS-PAU-12/forgotten', 'paused groups do not survive a restart', () => {
    return class extends OpenPortableStore {
      protected override async open(): Promise<void> {
        await super.open();
        await this.transact(new Effects(), (tx) => tx.putPausedGroups(NOTHING));
      }
    };
  }),
];

type Transact = <T>(effects: Effects, work: (tx: StoreTransaction) => Promise<T>) => Promise<T>;

/** Makes all paused triggers of those groups wait. */
async function resumeMembers(
  transact: Transact,
  by: 'jobGroup' | 'triggerGroup',
  groups: readonly string[],
): Promise<void> {
  await transact(new Effects(), async (tx) => {
    for (const group of groups) await tx.transitionTriggers({ by, group }, ['paused'], 'waiting');
  });
}
