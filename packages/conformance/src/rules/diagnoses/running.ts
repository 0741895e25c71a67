/**
 * Diagnoses: acquiring, releasing, firing and completing.
 *
 * @module
 */
import type { Diagnoses } from './diagnosis.js';

/** About ACQ, REL, FIR and CMP. */
export const runningDiagnoses: Diagnoses = {
  'JS-ACQ-01': {
    intent: 'each fire happens once, however many ask for it.',
    causes: [
      'reading the candidates and marking them are two steps',
      {
        on: ['mysql', 'postgres'],
        text: 'a plain SELECT before the UPDATE: lock the rows (FOR UPDATE SKIP LOCKED) or guard the update by the state',
      },
      {
        on: ['sqlite'],
        text: 'a deferred transaction that reads first and is upgraded later: BEGIN IMMEDIATE',
      },
      { on: ['mongodb'], text: 'find and then update: let the update itself demand the state waiting' },
      { on: ['redis'], text: 'commands outside one script or MULTI' },
    ],
  },
  'JS-ACQ-02': {
    intent: 'nothing is claimed long before its time.',
    causes: ['the window added to noLaterThan for the first trigger too'],
  },
  'JS-ACQ-03': {
    causes: [
      'the window counted from noLaterThan, or from the first trigger’s time although that is past',
      'the batch cut at noLaterThan',
      'the window counted from each trigger in turn',
    ],
  },
  'JS-ACQ-04': {
    intent: 'what is paused, over or in error does not fire.',
    causes: ['selecting by time alone, without the state', 'a complete trigger kept in the due index'],
  },
  'JS-ACQ-05': {
    intent: 'every store fires in the same order.',
    causes: [
      'priority ascending',
      'group DEFAULT sorted by its letters',
      {
        on: ['mysql', 'postgres'],
        text: 'a locale’s collation in place of binary order (COLLATE "C", utf8mb4_bin)',
      },
      'no tie-break, so that equal times come in the order of insertion',
    ],
  },
  'JS-ACQ-06': {
    intent: 'a fire that came too late is treated as its trigger says.',
    causes: [
      'misfires are left to a background pass that has not run yet',
      'ignore treated like smart',
      'the threshold compared with ≤',
    ],
  },
  'JS-ACQ-07': {
    intent: 'a full scheduler asks for nothing and gets nothing.',
    causes: ['LIMIT 0 or −1 taken as “no limit”', 'arguments checked after work was done'],
  },
  'JS-ACQ-08': {
    intent: 'a non-concurrent job never runs twice at once.',
    causes: [
      'only executing runs are looked at, not acquired ones',
      'siblings within one batch overlooked',
      'LIMIT applied before siblings are dropped, which starves other jobs',
    ],
  },
  'JS-ACQ-09': {
    intent: 'one broken record does not stop the scheduler.',
    causes: [
      'an error of decoding or resolving one record ends the whole call',
      'the broken trigger is chosen again for ever and fills the batch',
    ],
  },
  'JS-ACQ-10': {
    causes: [
      'the short way forgets what the long one does: calendar, timesTriggered, non-concurrency, the class check',
    ],
  },
  'JS-ACQ-11': {
    intent: 'a million idle triggers cost nothing.',
    causes: ['sorting or filtering outside the backend', 'no index that begins with state and next fire'],
  },
  'JS-ACQ-12': {
    causes: [
      'the time of the next trigger is read before what is claimed is known',
      'a trigger that needs two steps to fire is left until it is late',
    ],
  },
  'JS-REL-01': {
    intent: 'a claim that was not used leaves no mark.',
    causes: [
      'the next fire recomputed at release',
      'priority or times of the claim written back over newer ones',
    ],
  },
  'JS-REL-02': {
    causes: ['matching by trigger key and not by token', 'every trigger of the job moved to waiting'],
  },

  'JS-FIR-01': {
    intent: 'the caller can tell which claim each answer is about.',
    causes: ['results in the order of the backend', 'refused claims left out'],
  },
  'JS-FIR-02': {
    intent: 'a claim that was lost or used does not fire.',
    causes: ['matching by trigger key and not by token', 'the state not demanded by the write itself'],
  },
  'JS-FIR-03': {
    intent: 'the job learns what it runs for.',
    causes: [
      'the job as it was when acquired',
      'scheduledFireAt taken after the trigger was moved',
      'previousFireAt already overwritten',
    ],
  },
  'JS-FIR-04': {
    intent: 'a trigger whose calendar is lost neither fires on a holiday nor hangs.',
    causes: ['a missing calendar read as “none”', 'the claim is left standing'],
  },
  'JS-FIR-05': {
    intent: 'the schedule advances by exactly one fire.',
    causes: [
      'next computed from now, which skips fires',
      'the calendar not applied to the following time',
      'timesTriggered not counted',
    ],
  },
  'JS-FIR-06': {
    causes: [
      'non-concurrency is checked when acquiring only',
      'the check does not see other nodes’ uncommitted or later commits',
    ],
  },
  'JS-FIR-07': {
    causes: ['the error of the resolver ends the batch', 'the trigger is left acquired'],
  },
  'JS-FIR-08': {
    intent: 'a run’s own changes are kept only where they are asked for.',
    causes: ['the bundle holds the stored objects and not copies'],
  },

  'JS-CMP-01': {
    intent: 'every end is accounted for.',
    causes: [
      'executions removed for those triggers only that still exist',
      'outcomes left out for stale ones',
    ],
  },
  'JS-CMP-02': {
    causes: [
      'matching by trigger or job key and not by token',
      'a claim that was only acquired counts as executing',
      'a repeated completion applied twice',
    ],
  },
  'JS-CMP-03': { causes: ['the trigger is deleted although its job gave it a new schedule during the run'] },
  'JS-CMP-04': {
    intent: 'a job decides what becomes of its trigger.',
    causes: ['paused in place of complete or error', 'no notice of the error or of the end'],
  },
  'JS-CMP-05': {
    intent: 'a job decides what becomes of all of its triggers.',
    causes: ['only triggers that wait are set', 'triggers of jobs of the same name in other groups are set'],
  },
  'JS-CMP-06': {
    intent: 'a run that says nothing changes nothing.',
    causes: [
      'the trigger of the completion is written back over the stored one',
      'a trigger whose last fire is over stays normal',
    ],
  },
  'JS-CMP-07': {
    causes: [
      'the whole job of the completion is stored',
      'data kept although the job does not persist them, or brought back for a removed job',
    ],
  },
  'JS-CMP-08': {
    intent: 'the next run of a non-concurrent job starts as soon as it may.',
    causes: [
      'no signal at completion',
      'a stored BLOCKED state that one of the ways out forgets',
      'siblings that were paused meanwhile are made to wait',
    ],
  },
  'JS-CMP-09': {
    intent: 'what was deleted during a run does not make its end fail.',
    causes: ['an update of no rows taken for an error', 'the trigger stored again by the completion'],
  },
  'JS-CMP-10': {
    causes: [
      'The end of a run clears the job away by what was there when the run began, instead of looking for triggers now.',
    ],
  },
};
