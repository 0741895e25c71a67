/**
 * Subtle defects in pausing.
 *
 * @module
 */
import { brokenCalls, brokenPrimitives, type Mutant } from '../mutant.js';
import { afterwards } from './defects.js';

/** PAU-01, PAU-03 to PAU-05. */
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
];
