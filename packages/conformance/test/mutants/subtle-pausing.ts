/**
 * Subtle defects in calendars and in pausing.
 *
 * @module
 */
import { type JobDetail, keyText, type TriggerKey } from '@ametrine/core';
import { Effects, type JobStore, type PausedGroups, type TriggerSelection } from '@ametrine/core/spi';
import { OpenPortableStore } from '../open-portable-store.js';
import { brokenCalls, brokenPrimitives, brokenStore, type Mutant } from './mutant.js';
import { afterwards } from './subtle.js';

const isConflict = (error: unknown): boolean => (error as { code?: unknown }).code === 'ERR_ALREADY_EXISTS';

/** CAL. */
export const subtleCalendarMutants: readonly Mutant[] = [
  brokenCalls(
    'JS-CAL-01/idempotent',
    'a calendar that is there already is passed over in silence',
    (store) => ({
      storeCalendar: (name, calendar, options) =>
        store.storeCalendar(name, calendar, options).catch((error: unknown) => {
          if (!isConflict(error)) throw error;
        }),
    }),
  ),
  brokenCalls('JS-CAL-01/unused', 'a calendar that no trigger names is overwritten unasked', (store) => ({
    storeCalendar: async (name, calendar, options) => {
      const used = (await store.listTriggers({})).some(({ calendarName }) => calendarName === name);
      await store.storeCalendar(name, calendar, used ? options : { ...options, replace: true });
    },
  })),
  usedBy(
    'JS-CAL-02/not-by-the-paused',
    'a paused trigger does not keep its calendar',
    (state) => state !== 'paused',
  ),
  usedBy(
    'JS-CAL-02/not-by-the-spent',
    'a complete trigger does not keep its calendar',
    (state) => state !== 'complete',
  ),
  usedBy(
    'JS-CAL-02/not-by-errors',
    'a trigger in error does not keep its calendar',
    (state) => state !== 'error',
  ),
  brokenCalls(
    'JS-CAL-02/cascades',
    'removing a calendar that is in use takes it from its triggers',
    (store) => ({
      removeCalendar: async (name) => {
        for (const trigger of await store.listTriggers({}))
          if (trigger.calendarName === name)
            await store.storeTrigger({ ...trigger, calendarName: null }, { replace: true });
        return store.removeCalendar(name);
      },
    }),
  ),
  brokenCalls('JS-CAL-02/any-use', 'a calendar is in use while any trigger names one', (store) => ({
    removeCalendar: async (name) => {
      const used = (await store.listTriggers({})).some(({ calendarName }) => calendarName !== null);
      if (!used) return store.removeCalendar(name);
      const error = new Error('in use');
      throw Object.assign(error, { code: 'ERR_CALENDAR_IN_USE' });
    },
  })),
  updates('JS-CAL-03/one-only', 'of several triggers of a calendar one moves', (found) => found.slice(0, 1)),
  updates('JS-CAL-03/not-the-paused', 'paused triggers of a calendar keep their times', (found) =>
    found.filter(({ state }) => state !== 'paused'),
  ),
  updates('JS-CAL-03/not-errors', 'triggers in error keep their times', (found) =>
    found.filter(({ state }) => state !== 'error'),
  ),
  brokenPrimitives('JS-CAL-03/others-too', 'the triggers of other calendars move too', (tx) => ({
    selectTriggers: async (selection, limit) => {
      if (selection.by !== 'calendar' || limit !== undefined) return tx.selectTriggers(selection, limit);
      return (await tx.selectTriggers({ by: 'all' })).filter(({ trigger }) => trigger.calendarName !== null);
    },
  })),
  brokenPrimitives('JS-CAL-03/error-without-time', 'a trigger without a time left is in error', (tx) => {
    let updating = false;
    return {
      selectTriggers: async (selection, limit) => {
        updating ||= selection.by === 'calendar';
        return tx.selectTriggers(selection, limit);
      },
      putTriggers: (records) =>
        tx.putTriggers(
          records.map((r) => (updating && r.state === 'complete' ? { ...r, state: 'error' } : r)),
        ),
    };
  }),
  brokenPrimitives('JS-CAL-03/removes', 'a trigger without a time left is removed', (tx) => {
    let updating = false;
    return {
      selectTriggers: async (selection, limit) => {
        updating ||= selection.by === 'calendar';
        return tx.selectTriggers(selection, limit);
      },
      putTriggers: async (records) => {
        await tx.putTriggers(records);
        const spent = records.filter(({ state }) => updating && state === 'complete');
        await tx.removeTriggers(spent.map(({ trigger }) => trigger.key));
      },
    };
  }),
  brokenPrimitives('JS-CAL-03/keeps-the-claim', 'a claim holds on under the new time', (tx) => {
    let updating = false;
    return {
      selectTriggers: async (selection, limit) => {
        updating ||= selection.by === 'calendar';
        return tx.selectTriggers(selection, limit);
      },
      putTriggers: async (records) => {
        if (!updating) return tx.putTriggers(records);
        const held = new Map(
          (await tx.getTriggers(records.map(({ trigger }) => trigger.key))).map((r) => [
            keyText(r.trigger.key),
            r,
          ]),
        );
        await tx.putTriggers(
          records.map((r) => {
            const before = held.get(keyText(r.trigger.key));
            return before?.state === 'acquired' && r.state === 'waiting'
              ? { ...before, trigger: r.trigger }
              : r;
          }),
        );
      },
    };
  }),
  brokenCalls('JS-CAL-03/in-the-past', 'the new times may lie in the past', (store) => ({
    storeCalendar: (name, calendar, options) => store.storeCalendar(name, calendar, { ...options, now: 0 }),
  })),
  brokenPrimitives('JS-CAL-04/pauses', 'a calendar’s update pauses its triggers', (tx) => {
    let updating = false;
    return {
      selectTriggers: async (selection, limit) => {
        updating ||= selection.by === 'calendar';
        return tx.selectTriggers(selection, limit);
      },
      putTriggers: (records) =>
        tx.putTriggers(
          records.map((r) => (updating && r.state === 'waiting' ? { ...r, state: 'paused' } : r)),
        ),
    };
  }),
];

/** PAU. */
export const subtlePausingMutants: readonly Mutant[] = [
  brokenCalls('JS-PAU-01/siblings', 'pausing a trigger pauses its siblings', (store) => ({
    pauseTrigger: async (key) => {
      const jobKey = (await store.getTrigger(key))?.jobKey;
      if (jobKey === undefined) await store.pauseTrigger(key);
      else await store.pauseJob(jobKey);
    },
  })),
  brokenPrimitives('JS-PAU-01/by-name', 'a pause takes triggers of that name in any group', (tx) => ({
    transitionTriggers: async (selection, from, to) => {
      if (selection.by !== 'keys' || to !== 'paused') return tx.transitionTriggers(selection, from, to);
      const names = new Set(selection.keys.map(({ name }) => name));
      const all = await tx.listTriggerKeys({ anything: true });
      await tx.transitionTriggers({ by: 'keys', keys: all.filter(({ name }) => names.has(name)) }, from, to);
    },
  })),
  brokenCalls('JS-PAU-01/one-of-the-job', 'pausing a job pauses one of its triggers', (store) => ({
    pauseJob: async (key) => {
      const [first] = await store.listTriggersOfJob(key);
      if (first !== undefined) await store.pauseTrigger(first.key);
    },
  })),
  brokenPrimitives('JS-PAU-01/job-by-name', 'pausing a job pauses jobs of its name in any group', (tx) => ({
    transitionTriggers: async (selection, from, to) => {
      if (selection.by !== 'job') return tx.transitionTriggers(selection, from, to);
      const all = await tx.selectTriggers({ by: 'all' });
      const keys = all
        .filter(({ trigger }) => trigger.jobKey.name === selection.jobKey.name)
        .map(({ trigger }) => trigger.key);
      await tx.transitionTriggers({ by: 'keys', keys }, from, to);
    },
  })),
  brokenPrimitives('JS-PAU-01/claims-of-groups', 'pausing a group leaves what is acquired', (tx) => ({
    transitionTriggers: (selection, from, to) =>
      tx.transitionTriggers(selection, to === 'paused' && selection.by !== 'keys' ? ['waiting'] : from, to),
  })),
  brokenPrimitives('JS-PAU-01/claim-goes-on', 'the claim on a paused trigger may fire', (tx) => ({
    transitionTriggers: async (selection, from, to) => {
      const held = await tx.selectTriggers(selection);
      await tx.transitionTriggers(selection, from, to);
      if (to !== 'paused') return;
      await tx.putTriggers(held.filter(({ state }) => state === 'acquired'));
    },
  })),
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
  brokenCalls(
    'JS-PAU-03/answers-the-new',
    'groups that were paused before are not in the answer',
    (store) => ({
      pauseTriggers: async (matcher) => {
        const before = await store.listPausedTriggerGroups();
        return (await store.pauseTriggers(matcher)).filter((group) => !before.includes(group));
      },
    }),
  ),
  brokenCalls('JS-PAU-03/answers-with-members', 'a group without members is not in the answer', (store) => ({
    pauseTriggers: async (matcher) => {
      const living = await store.listTriggerGroups();
      return (await store.pauseTriggers(matcher)).filter((group) => living.includes(group));
    },
  })),
  brokenCalls('JS-PAU-03/remembers-only', 'a pause of several groups remembers one', (store) => {
    const forgotten = new Set<string>();
    return {
      pauseTriggers: async (matcher) => {
        const groups = await store.pauseTriggers(matcher);
        for (const group of groups.slice(1)) forgotten.add(group);
        return groups;
      },
      listPausedTriggerGroups: async () =>
        (await store.listPausedTriggerGroups()).filter((group) => !forgotten.has(group)),
    };
  }),
  brokenCalls('JS-PAU-03/text-as-name', 'the text of a matcher is remembered as a group', (store) => ({
    pauseTriggers: async (matcher) => {
      const groups = await store.pauseTriggers(matcher);
      if ('startsWith' in matcher) await store.pauseTriggers({ equals: matcher.startsWith });
      return groups;
    },
  })),
  brokenPrimitives('JS-PAU-03/does-not-pause', 'a paused group holds only what comes', (tx) => ({
    transitionTriggers: async (selection, from, to) => {
      if (to === 'paused' && selection.by === 'triggerGroup') return;
      await tx.transitionTriggers(selection, from, to);
    },
  })),
  afterwards(
    'JS-PAU-04/last-member',
    'the pause of a group goes with its last member',
    ['removeTrigger', 'removeJob'],
    async (tx) => {
      const [paused, living] = [await tx.getPausedGroups(), await tx.listGroups('triggers')];
      await tx.putPausedGroups({
        ...paused,
        triggerGroups: paused.triggerGroups.filter((group) => living.includes(group)),
      });
    },
  ),
  brokenPrimitives(
    'JS-PAU-04/only-when-empty',
    'a new trigger is held only while its group is empty',
    (tx) => ({
      getPausedGroups: async () => {
        const [paused, waiting] = [
          await tx.getPausedGroups(),
          await tx.selectTriggers({ by: 'state', state: 'waiting' }),
        ];
        const going = new Set(waiting.map(({ trigger }) => trigger.key.group));
        return { ...paused, triggerGroups: paused.triggerGroups.filter((group) => !going.has(group)) };
      },
    }),
  ),
  brokenCalls(
    'JS-PAU-05/as-trigger-groups',
    'a paused job group is remembered as a trigger group',
    (store) => ({
      pauseJobs: async (matcher) => {
        const groups = await store.pauseJobs(matcher);
        for (const equals of groups) await store.pauseTriggers({ equals });
        return groups;
      },
    }),
  ),
  brokenCalls('JS-PAU-05/existing-only', 'an empty job group is not remembered', (store) => ({
    pauseJobs: async (matcher) => {
      const groups = await store.listJobGroups();
      if ('equals' in matcher && !groups.includes(matcher.equals)) return [];
      return store.pauseJobs(matcher);
    },
  })),
  brokenPrimitives('JS-PAU-05/old-triggers-go-on', 'a paused job group holds new jobs only', (tx) => ({
    transitionTriggers: async (selection, from, to) => {
      if (to === 'paused' && selection.by === 'jobGroup') return;
      await tx.transitionTriggers(selection, from, to);
    },
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

const NOTHING: PausedGroups = { triggerGroups: [], jobGroups: [], all: false };

type Tx = Parameters<Parameters<typeof brokenPrimitives>[2]>[0];
type Found = Awaited<ReturnType<Tx['selectTriggers']>>;

/** Other triggers than those of the calendar are looked at for its removal. */
function usedBy(id: string, what: string, counts: (state: Found[number]['state']) => boolean): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectTriggers: async (selection, limit) => {
      if (selection.by !== 'calendar' || limit === undefined) return tx.selectTriggers(selection, limit);
      const found = await tx.selectTriggers(selection);
      return found.filter(({ state }) => counts(state)).slice(0, limit);
    },
  }));
}

/** Other triggers than those of the calendar are updated. */
function updates(id: string, what: string, change: (found: Found) => Found): Mutant {
  return brokenPrimitives(id, what, (tx) => ({
    selectTriggers: async (selection, limit) => {
      const found = await tx.selectTriggers(selection, limit);
      return selection.by === 'calendar' && limit === undefined ? change(found) : found;
    },
  }));
}

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
