/**
 * Every broken store, and the rules that none can break.
 *
 * @module
 */
import { acquiringMutants } from './acquiring.js';
import { completingMutants } from './completing.js';
import { dataMutants } from './data.js';
import { firingMutants } from './firing.js';
import { joiningMutants } from './joining.js';
import { lifecycleMutants } from './lifecycle.js';
import { misfireMutants } from './misfires.js';
import type { Mutant } from './mutant.js';
import { pausingMutants } from './pausing.js';
import { readingMutants } from './reading.js';
import { clusterMutants, recoveringMutants } from './recovering.js';
import { storingMutants } from './storing.js';
import { subtleAcquiringMutants } from './subtle/acquiring.js';
import { subtleCalendarMutants } from './subtle/calendars.js';
import { subtleCompletingMutants } from './subtle/completing.js';
import { subtleDataMutants } from './subtle/data.js';
import { edgeMutants } from './subtle/edges.js';
import { subtleFiringMutants } from './subtle/firing.js';
import { lenientMutants } from './subtle/lenient.js';
import { subtleLifecycleMutants } from './subtle/lifecycle.js';
import { portionMutants } from './subtle/many.js';
import { meetingMutants } from './subtle/meetings.js';
import { subtleMisfireMutants } from './subtle/misfires.js';
import { subtlePausingMutants } from './subtle/pausing.js';
import { subtleReadingMutants } from './subtle/reading.js';
import { subtleRecoveryMutants } from './subtle/recovering.js';
import { subtleResumingMutants } from './subtle/resuming.js';
import { subtleSignalMutants } from './subtle/signals.js';
import { subtleStateMutants } from './subtle/states.js';
import { subtleStoringMutants } from './subtle/storing.js';

/** Every broken store. */
export const allMutants: readonly Mutant[] = [
  ...lifecycleMutants,
  ...storingMutants,
  ...readingMutants,
  ...dataMutants,
  ...pausingMutants,
  ...acquiringMutants,
  ...firingMutants,
  ...completingMutants,
  ...misfireMutants,
  ...joiningMutants,
  ...recoveringMutants,
  ...clusterMutants,
  ...subtleLifecycleMutants,
  ...subtleStateMutants,
  ...subtleSignalMutants,
  ...subtleStoringMutants,
  ...subtleReadingMutants,
  ...subtleDataMutants,
  ...subtleCalendarMutants,
  ...subtlePausingMutants,
  ...subtleResumingMutants,
  ...subtleAcquiringMutants,
  ...subtleFiringMutants,
  ...subtleCompletingMutants,
  ...subtleMisfireMutants,
  ...subtleRecoveryMutants,
  ...portionMutants,
  ...edgeMutants,
  ...meetingMutants,
  ...lenientMutants,
];

/** MUST rules without a mutant, each with the reason. */
export const rulesWithoutMutant: Readonly<Record<string, string>> = {
  'JS-LIF-05':
    'the portable store has no client that a user could hand over; each store with one proves the rule in its own tests',
};
