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
import { subtleCalendarMutants, subtlePausingMutants } from './subtle-pausing.js';
import { subtleMisfireMutants, subtleRecoveryMutants } from './subtle-recovering.js';
import { subtleAcquiringMutants, subtleCompletingMutants, subtleFiringMutants } from './subtle-running.js';
import {
  subtleDataMutants,
  subtleLifecycleMutants,
  subtleSignalMutants,
  subtleStateMutants,
} from './subtle-signals.js';
import { subtleReadingMutants, subtleStoringMutants } from './subtle-storing.js';

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
  ...subtleAcquiringMutants,
  ...subtleFiringMutants,
  ...subtleCompletingMutants,
  ...subtleMisfireMutants,
  ...subtleRecoveryMutants,
];

/** MUST rules without a mutant, each with the reason. */
export const rulesWithoutMutant: Readonly<Record<string, string>> = {
  'JS-LIF-05':
    'the portable store has no client that a user could hand over; each store with one proves the rule in its own tests',
};
