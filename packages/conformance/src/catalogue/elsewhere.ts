/**
 * Behaviours that no case of the kit shows, each with the place that does. Why these, and no others, is told in
 * `docs/decisions/0037-behaviours-without-a-case.md`.
 *
 * @module
 */

/** Where a behaviour is shown instead. */
export type Elsewhere = 'the scheduler’s tests' | 'each store’s own tests' | 'nowhere yet';

/** A behaviour without a case. */
export interface BehaviourElsewhere {
  readonly id: string;
  readonly where: Elsewhere;
  readonly reason: string;
}

/** All behaviours without a case. */
export const elsewhere: readonly BehaviourElsewhere[] = [
  {
    id: 'JOB-21',
    where: 'the scheduler’s tests',
    reason: 'the scheduler’s addJob refuses it; a store takes any job',
  },
  { id: 'JOB-22', where: 'the scheduler’s tests', reason: 'the flag is an option of the scheduler’s addJob' },
  {
    id: 'CAL-15',
    where: 'the scheduler’s tests',
    reason: 'the scheduler looks the calendar up before it stores',
  },
  {
    id: 'CAL-16',
    where: 'the scheduler’s tests',
    reason: 'the scheduler computes the first fire before it stores',
  },
  {
    id: 'ACQ-27',
    where: 'each store’s own tests',
    reason:
      'the cost of a query shows in the bytes that the kit’s proxy counts, before a store behind a network',
  },
  { id: 'ACQ-33', where: 'the scheduler’s tests', reason: 'the firing loop decides to give a batch back' },
  {
    id: 'ACQ-34',
    where: 'the scheduler’s tests',
    reason: 'the firing loop gives back what it holds when it is halted',
  },
  {
    id: 'COM-18',
    where: 'the scheduler’s tests',
    reason: 'the run’s draft is checked before it reaches a store',
  },
  { id: 'COM-19', where: 'the scheduler’s tests', reason: 'running again in place never reaches a store' },
  { id: 'COM-20', where: 'the scheduler’s tests', reason: 'listeners belong to the scheduler' },
  { id: 'COM-21', where: 'the scheduler’s tests', reason: 'the completion queue retries' },
  { id: 'MIS-19', where: 'each store’s own tests', reason: 'locks are seen on the server' },
  {
    id: 'MIS-22',
    where: 'the scheduler’s tests',
    reason: 'the sleeping loops are the scheduler’s; a store starts no timer',
  },
  { id: 'REC-14', where: 'the scheduler’s tests', reason: 'start() is the scheduler’s' },
  { id: 'CLU-14', where: 'the scheduler’s tests', reason: 'the scheduler makes instance ids' },
  { id: 'DAT-01', where: 'the scheduler’s tests', reason: 'the execution context merges the data' },
  {
    id: 'DAT-03',
    where: 'each store’s own tests',
    reason: 'a string-only mode is an option of the server SQL stores',
  },
  {
    id: 'DAT-07',
    where: 'each store’s own tests',
    reason:
      'what is rewritten shows in the bytes that the kit’s proxy counts, before a store behind a network',
  },
  {
    id: 'DAT-09',
    where: 'each store’s own tests',
    reason: 'what a newer version adds to a record can be put there only by who knows how records are stored',
  },
  {
    id: 'CON-09',
    where: 'each store’s own tests',
    reason: 'round trips are counted by the kit’s proxy, before a store behind a network',
  },
  {
    id: 'CON-11',
    where: 'each store’s own tests',
    reason: 'connection pools belong to the server SQL stores',
  },
  {
    id: 'HOK-06',
    where: 'each store’s own tests',
    reason: 'prefixes are named and checked by each store’s own tests',
  },
  {
    id: 'HOK-09',
    where: 'each store’s own tests',
    reason: 'a missing or old schema is made by each store’s own tests',
  },
  { id: 'HOK-10', where: 'each store’s own tests', reason: 'clients are each driver’s own' },
  { id: 'HOK-11', where: 'each store’s own tests', reason: 'credentials belong to stores behind a network' },
  { id: 'HOK-12', where: 'each store’s own tests', reason: 'indexes are each store’s own technique' },
  { id: 'LIF-02', where: 'the scheduler’s tests', reason: 'start and standby are the scheduler’s' },
  { id: 'LIF-03', where: 'the scheduler’s tests', reason: 'standby is the scheduler’s' },
  { id: 'LIF-08', where: 'the scheduler’s tests', reason: 'promptness is the firing loop’s' },
  { id: 'LIF-09', where: 'the scheduler’s tests', reason: 'promptness is the firing loop’s' },
  { id: 'LIF-10', where: 'the scheduler’s tests', reason: 'triggerJob is the scheduler’s' },
  { id: 'LIF-11', where: 'the scheduler’s tests', reason: 'reschedule is the scheduler’s' },
  { id: 'LIF-12', where: 'the scheduler’s tests', reason: 'back-off is the firing loop’s' },
];
