/**
 * Diagnoses: lifecycle, states, signals, storing and reading.
 *
 * @module
 */
import type { Diagnoses } from './diagnosis.js';

/** About LIF, STA, EXE, SIG, STO, GET, CAP and DAT. */
export const storingDiagnoses: Diagnoses = {
  'JS-LIF-01': {
    causes: [
      'recovering, or starting timers, in open() and not in schedulerStarted',
      'a connection opened in the constructor',
    ],
  },
  'JS-LIF-02': {
    causes: [
      'a public method overridden in place of the protected hook, so that the lifecycle guard is passed by',
    ],
  },
  'JS-LIF-03': { causes: ['a “started” flag set before the recovery has committed'] },
  'JS-LIF-04': {
    causes: [
      'closing the connection before calls under way have settled',
      'giving back executing runs together with acquired claims, or neither',
      'a second shutdown that uses the closed connection',
    ],
  },
  'JS-LIF-05': { causes: ['close() ends every client without looking at who made it'] },
  'JS-LIF-06': {
    causes: [
      'a query or key without the scheduler name',
      'scheduler name and key joined without a separator that neither may contain',
    ],
  },
  'JS-LIF-07': {
    causes: [
      'a timer or socket without unref()',
      'a listener, subscription or pool that close() does not end',
    ],
  },
  'JS-LIF-08': { causes: ['options taken apart by destructuring and never checked: call checkKnownKeys'] },

  'JS-STA-01': {
    intent: 'every trigger is in one known place, so that nothing can be lost between two states.',
    causes: [
      'the token kept when the trigger leaves the state acquired',
      'state and token written by two statements',
    ],
  },
  'JS-STA-02': {
    causes: ['a stored BLOCKED state', 'blocked reported for triggers that are paused, or have no next fire'],
  },
  'JS-STA-03': { causes: ['complete set by the fire, and not by the completion'] },
  'JS-EXE-01': {
    causes: [
      'a token made of the clock or of a counter that restarts with the process',
      'the token of the row used again after a release',
    ],
  },
  'JS-EXE-02': {
    causes: [
      'executions removed with their trigger or job',
      {
        on: ['sqlite', 'postgres', 'mysql'],
        text: 'a foreign key with ON DELETE CASCADE from executions to triggers',
      },
    ],
  },
  'JS-SIG-01': {
    causes: [
      'signals sent inside the transaction',
      'effects of a step that was rolled back or retried still sent (clear them)',
    ],
  },
  'JS-SIG-02': {
    causes: [
      'no signal after resume, calendar change, misfire or the end of a non-concurrent run',
      'a signal with the time of the wrong trigger',
    ],
  },

  'JS-STO-01': {
    intent: 'nobody overwrites a job by mistake.',
    causes: [
      'an upsert where an insert is due',
      'the check and the insert are not one step, so that two callers both succeed',
    ],
  },
  'JS-STO-02': {
    intent: 'new code for a job does not disturb its schedule.',
    causes: ['a replacement done as remove and insert, which takes the triggers along'],
  },
  'JS-STO-03': {
    intent: 'a trigger never points to nothing, and a refused call leaves no trace.',
    causes: [
      'the old trigger removed before the new one is checked',
      'no check of the job when a trigger is replaced',
    ],
  },
  'JS-STO-04': {
    intent: 'a pause holds for what is stored after it too.',
    causes: [
      'only the trigger’s own group is looked up, not its job’s, nor the pause of everything',
      'the state of the trigger that is replaced is carried over',
    ],
  },
  'JS-STO-05': {
    causes: [
      'the old state or token kept by an update that lists its columns',
      'previousFireAt lost by a plain overwrite',
    ],
  },
  'JS-STO-06': {
    intent: 'a job without its trigger, or the reverse, is not left behind.',
    causes: ['two transactions', 'replace switched on for one of the two'],
  },
  'JS-TXN-01': {
    causes: [
      'the statements go through a connection of the store and not through the one handed over',
      'a commit or rollback of the store’s own inside the application’s transaction',
      'a refused call leaves the transaction unusable: no savepoint',
    ],
  },
  'JS-TXN-02': {
    causes: [
      'signals sent with the call, as outside a transaction',
      'signals of a rolled-back call kept for later',
    ],
  },
  'JS-TXN-03': {
    intent: 'a mistake is told, and not stored outside the transaction.',
    causes: ['what was handed over is not looked at before the first statement'],
  },
  'JS-STO-07': {
    intent: 'a deployment of many jobs arrives whole or not at all.',
    causes: [
      'one transaction per job',
      'all triggers of a job removed where only the named ones are replaced',
      'a key named twice is silently overwritten by the later one',
    ],
  },
  'JS-STO-08': {
    intent: 'rescheduling never loses the job, and never moves a trigger to another.',
    causes: [
      'a replacement done as removeTrigger and storeTrigger: the first deletes a non-durable job',
      'the new trigger’s job is not compared with the old one’s',
    ],
  },
  'JS-STO-09': {
    intent: 'what was stored can be read again as it was.',
    causes: [
      'limits declared in capabilities that the columns do not have',
      { on: ['mysql'], text: 'a server mode that cuts what does not fit instead of refusing it' },
      {
        on: ['mysql', 'postgres'],
        text: 'lengths counted in bytes or code points, and not in UTF-16 code units',
      },
    ],
  },

  'JS-GET-01': {
    intent: 'absence is an answer and not an error.',
    causes: ['undefined in place of null', 'a driver’s “no rows” error let through'],
  },
  'JS-GET-02': {
    intent: 'lists of groups show what there is.',
    causes: [
      'groups kept in a set of their own that removals forget',
      'groups of pauses listed among those of members',
    ],
  },
  'JS-GET-03': {
    intent: 'no caller changes what is stored without storing it.',
    causes: [
      'the stored object itself is given out, or the caller’s own is kept',
      'a shallow copy: data within data are shared',
    ],
  },
  'JS-GET-04': {
    causes: [
      { on: ['sqlite', 'postgres', 'mysql'], text: 'LIKE without escaping % and _' },
      { on: ['mysql'], text: 'a case-insensitive collation, or one that ignores trailing blanks' },
      {
        on: ['redis'],
        text: 'glob characters of a MATCH pattern, or a “:” in a name taken for the separator',
      },
      { on: ['mongodb'], text: 'a name put into a regular expression without escaping' },
      {
        on: ['files', 'memory', 'other'],
        text: 'keys joined by a character that names may contain, or a case-insensitive file system',
      },
    ],
  },
  'JS-GET-05': {
    intent: 'a schedule comes back as it was planned.',
    causes: [
      'a field without a column',
      'instants kept to the second, or in local time',
      'numbers that come back as strings (big integers of the driver)',
    ],
  },
  'JS-GET-06': {
    intent: 'an operator can look at a store whose code is not at hand.',
    causes: ['the resolver is asked while listing or counting'],
  },

  'JS-DAT-01': {
    intent: 'what a job remembers is what it finds.',
    causes: [
      'JSON.stringify: dates become strings, big integers throw, bytes become objects',
      'keys like __proto__ or constructor assigned to a plain object',
      { on: ['mongodb'], text: 'keys with “.” or “$”, and numbers turned into Long or Int32' },
    ],
  },
  'JS-DAT-02': {
    intent: 'data that cannot be read again are refused while somebody can still act.',
    causes: ['functions, undefined, NaN or class instances dropped silently by the encoding'],
  },
  'JS-DAT-03': {
    intent: 'a fire of a trigger with much data costs no more than one without.',
    causes: ['the whole record written by every fire'],
  },
  'JS-CAP-01': {
    intent: 'the store says of itself what is so: schedulers and cases rely on it.',
    causes: [
      'capabilities that change when the store is opened',
      'a claim in the harness that was not updated with the store',
    ],
  },
};
