/**
 * Diagnoses: misfires, recovery and clusters.
 *
 * @module
 */
import type { Diagnoses } from './diagnosis.js';

/** About MIS, REC and CLU. */
export const recoveringDiagnoses: Diagnoses = {
  'JS-MIS-01': {
    intent: 'every store draws the line between late and missed at the same millisecond.',
    causes: [
      'the threshold compared with ≤',
      'the store’s own clock in place of the caller’s now',
      'ignore not excepted',
    ],
  },
  'JS-MIS-02': {
    intent: 'a long outage is worked off in bounded steps, the oldest first.',
    causes: [
      'no limit, or no order, in the query',
      'hasMore computed from the number handled and not from what is left',
    ],
  },
  'JS-MIS-03': {
    intent: 'listeners learn of every miss, and of what was missed.',
    causes: ['the notice is sent after the trigger was moved', 'two passes both send it'],
  },
  'JS-MIS-04': {
    intent: 'each trigger makes up for what it missed in the way it was told to.',
    causes: [
      'an own version of the policies: call afterMisfire',
      'the calendar is not handed to it',
      'a trigger without a time left stays waiting, or is not finalized',
    ],
  },
  'JS-MIS-05': {
    intent: 'what cannot fire cannot miss.',
    causes: ['the query forgets the state', 'blocked triggers (their job is running) not left out'],
  },
  'JS-MIS-06': {
    intent: 'one broken record does not hide the others’ misfires.',
    causes: ['an error of decoding ends the pass'],
  },

  'JS-REC-01': {
    intent: 'nothing stays claimed by a process that is gone.',
    causes: [
      'only this node’s own earlier life is recovered, and unknown nodes are forgotten',
      'executions are matched by instance id although this life has the same one',
    ],
  },
  'JS-REC-02': {
    intent: 'what a dead node had only claimed fires elsewhere.',
    causes: ['the execution is removed and the trigger left acquired'],
  },
  'JS-REC-03': {
    intent: 'a job that asks for it is run again, and can tell that it is.',
    causes: [
      'due now and not at the lost run’s scheduled time',
      'priority or data of the original lost',
      'a recovery trigger made for a job that was deleted meanwhile',
    ],
  },
  'JS-REC-04': {
    intent: 'a job that did not ask is not run twice.',
    causes: [
      'every lost run is repeated',
      'a finished one-shot is left behind as a complete trigger, or its non-durable job is',
    ],
  },
  'JS-REC-05': {
    intent: 'recovery obeys the limits that ordinary fires obey.',
    causes: [
      'recovery triggers stored as waiting without looking at the pause of everything',
      'non-concurrency not checked for them',
    ],
  },
  'JS-REC-06': {
    intent: 'a crash during recovery loses nothing.',
    causes: ['one transaction per execution', 'the dead node’s record removed first'],
  },
  'JS-REC-07': {
    intent: 'rests of an earlier life do not pile up.',
    causes: ['complete triggers left', 'running ones removed too', 'their non-durable jobs left'],
  },

  'JS-CLU-01': {
    intent: 'a dead node’s work goes on, and goes on once.',
    causes: [
      'two nodes recover the same node: the removal of its record must decide who does',
      'checkIn only writes the time and looks at nobody',
    ],
  },
  'JS-CLU-02': {
    intent: 'a long run is not taken for a dead one.',
    causes: ['liveness judged by the age of a claim and not of the check-in'],
  },
  'JS-CLU-03': {
    causes: [
      'the looking node’s own silence is not counted, so that a sleeper kills everybody',
      'no grace',
      'the host’s clock compared with the server’s',
    ],
  },
  'JS-CLU-04': {
    intent: 'a node that was given up finds out.',
    causes: ['its record is written again silently', 'completions of its earlier runs are still accepted'],
  },
  'JS-CLU-05': {
    intent: 'nodes agree on what is stored.',
    causes: [
      'a cache that other nodes’ writes do not reach',
      'reads from a replica',
      { on: ['mongodb'], text: 'a read concern weaker than majority' },
    ],
  },
  'JS-CLU-06': {
    intent: 'two processes under one name would each undo the other’s claims.',
    causes: ['no lock or session that only one living process can hold'],
  },
};
