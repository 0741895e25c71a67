/**
 * Diagnoses: removing, calendars and pausing.
 *
 * @module
 */
import type { Diagnoses } from './diagnosis.js';

/** About REM, CAL and PAU. */
export const steeringDiagnoses: Diagnoses = {
  'JS-REM-01': {
    intent: 'no trigger is left that can never fire.',
    causes: ['triggers removed in a second transaction', 'a count of rows that includes the triggers’'],
  },
  'JS-REM-02': {
    intent: 'one missing key does not save the others.',
    causes: ['the batch ends, or is rolled back, at the first absent key'],
  },
  'JS-REM-03': {
    intent: 'a job that was only made for its triggers does not outlive them.',
    causes: [
      'the check is made on one of the ways only: remove, complete, unschedule, misfire, recovery',
      'two removals at the same time each see the other’s trigger',
    ],
  },
  'JS-REM-04': {
    intent: 'listeners learn of the end of a job once.',
    causes: ['no signal when the job goes with its last trigger', 'a signal for each of its triggers'],
  },
  'JS-REM-05': {
    intent: 'a job whose code is gone can still be deleted.',
    causes: ['the job is resolved, or its data decoded, before it is removed'],
  },
  'JS-REM-06': {
    intent: 'clearing leaves nothing of this application and everything of the others.',
    causes: ['pauses or executions forgotten', 'tables emptied without looking at the scheduler name'],
  },

  'JS-CAL-01': {
    intent: 'nobody overwrites a calendar by mistake.',
    causes: ['an upsert where an insert is due'],
  },
  'JS-CAL-02': {
    intent: 'a trigger never loses the calendar that it obeys.',
    causes: ['only triggers that wait are looked at', 'the check and the removal are not one step'],
  },
  'JS-CAL-03': {
    intent: 'a changed calendar holds from now on.',
    causes: [
      'next fires computed from now and not from the last fire',
      'acquired triggers left with the old time and a valid token',
      'triggers without a time left are left waiting',
    ],
  },
  'JS-CAL-04': { causes: ['the trigger is stored anew, which makes it wait'] },

  'JS-PAU-01': {
    intent: 'a paused trigger does not fire, and nothing is revived by pausing it.',
    causes: ['the token of the lost claim is left valid', 'complete or error overwritten by paused'],
  },
  'JS-PAU-02': {
    intent: 'what was missed during the pause is dealt with by its instruction, at once.',
    causes: [
      'resume only sets the state, and leaves the misfire to the next pass',
      'the threshold compared with ≤',
      'triggers that were not paused are moved too',
    ],
  },
  'JS-PAU-03': {
    intent: 'a pause of a group is a fact about the group, not about today’s members.',
    causes: [
      'only triggers are updated, the group is not remembered',
      'groups that match but have no members, or an exact group without members, mixed up',
      'the answer lists groups paused before',
    ],
  },
  'JS-PAU-04': {
    intent: 'a paused group stays paused for newcomers.',
    causes: [
      'resuming one trigger forgets its group',
      'the pause is looked up before the transaction begins',
    ],
  },
  'JS-PAU-05': {
    intent: 'a job’s group can be stopped whole.',
    causes: ['the groups of triggers and of jobs kept in one set', 'only the triggers that exist are paused'],
  },
  'JS-PAU-06': {
    intent: 'two pauses need two resumes.',
    causes: ['resuming either group moves triggers that the other still holds'],
  },
  'JS-PAU-07': {
    intent: 'resume undoes what pause did, no more and no less.',
    causes: [
      'only groups with members are forgotten',
      'the matcher is applied to the wrong side',
      { on: ['sqlite', 'postgres', 'mysql'], text: '“_” and “%” in a group’s name taken as wildcards' },
    ],
  },
  'JS-PAU-08': {
    intent: 'when everything is paused, everything that comes is.',
    causes: [
      'the mark of the pause is kept as a group and leaks into listings',
      'only the groups of that moment are paused',
    ],
  },
  'JS-PAU-09': {
    intent: 'after resuming everything nothing is paused.',
    causes: ['remembered groups without members are left', 'job groups are left'],
  },
  'JS-PAU-10': {
    intent: 'a mended trigger goes on as its group does.',
    causes: [
      'the state set to waiting without looking at pauses',
      'triggers that are not in error are moved',
    ],
  },
  'JS-PAU-11': {
    intent: 'work under way is finished.',
    causes: [
      'executions removed or changed with the state of the trigger',
      'the completion of a paused trigger un-pauses it',
    ],
  },
  'JS-PAU-12': {
    intent: 'a restart does not undo an operator’s decision.',
    causes: [
      'pauses of groups, or of everything, kept in memory only',
      'pauses cleared by the recovery at start',
    ],
  },
};
