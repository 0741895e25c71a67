/**
 * Subtle defects in what the scheduler is told.
 *
 * @module
 */
import { brokenCalls, brokenPrimitives, type Mutant } from '../mutant.js';
import { brokenSignals, silentIn } from './defects.js';

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** SIG. */
export const subtleSignalMutants: readonly Mutant[] = [
  silentIn('JS-SIG-02/silent-replacing', 'replaceTrigger'),
  silentIn('JS-SIG-02/silent-bulk', 'storeJobsAndTriggers'),
  silentIn('JS-SIG-02/silent-both', 'storeJobAndTrigger'),
  silentIn('JS-SIG-02/silent-release', 'releaseAcquiredTriggers'),
  silentIn('JS-SIG-02/silent-calendar', 'storeCalendar'),
  silentIn('JS-SIG-02/silent-reset', 'resetTriggerFromErrorState'),
  silentIn('JS-SIG-02/silent-job', 'storeJob'),
  silentIn('JS-SIG-02/silent-start', 'schedulerStarted'),
  silentIn('JS-SIG-02/silent-check-in', 'checkIn'),
  silentIn('JS-SIG-02/silent-resume-group', 'resumeTriggers'),
  silentIn('JS-SIG-02/silent-resume-jobs', 'resumeJobs'),
  silentIn('JS-SIG-02/silent-resume-job', 'resumeJob'),
  silentIn('JS-SIG-02/silent-resume-all', 'resumeAll'),
  silentIn('JS-SIG-02/silent-resume-one', 'resumeTrigger'),
  silentIn('JS-SIG-02/silent-misfires', 'recoverMisfires'),
  silentIn('JS-CMP-08/silent-calls', 'triggeredJobsComplete'),
  brokenPrimitives('JS-SIG-02/latest', 'a batch is told by its latest fire', (_tx, { effects }) => {
    const tell = effects.schedulingChanged.bind(effects);
    let latest = Number.NEGATIVE_INFINITY;
    effects.schedulingChanged = (at) => {
      if (at !== null) latest = Math.max(latest, at);
    };
    const send = effects.send.bind(effects);
    effects.send = (signals) => {
      if (latest > Number.NEGATIVE_INFINITY) tell(latest);
      send(signals);
    };
    return {};
  }),
  brokenCalls(
    'JS-SIG-01/early-bulk',
    'the scheduler is told of a bulk before it is stored',
    (store, node) => ({
      storeJobsAndTriggers: async (entries, options) => {
        node.context().signals.schedulingChanged(null);
        await later();
        await store.storeJobsAndTriggers(entries, options);
      },
    }),
  ),
  brokenCalls(
    'JS-SIG-01/early-resume',
    'the scheduler is told of a resume before it happens',
    (store, node) => ({
      resumeTriggers: async (matcher, at) => {
        node.context().signals.schedulingChanged(null);
        await later();
        return store.resumeTriggers(matcher, at);
      },
    }),
  ),
  brokenCalls(
    'JS-SIG-01/early-replacing',
    'the scheduler is told of a replacement before it is stored',
    (store, node) => ({
      replaceTrigger: async (key, trigger) => {
        node.context().signals.schedulingChanged(trigger.nextFireAt);
        await later();
        return store.replaceTrigger(key, trigger);
      },
    }),
  ),
  brokenCalls('JS-SIG-01/failed-bulk', 'a bulk that failed signals', (store, node) => ({
    storeJobsAndTriggers: (entries, options) =>
      store.storeJobsAndTriggers(entries, options).catch((error: unknown) => {
        node.context().signals.schedulingChanged(null);
        throw error;
      }),
  })),
  brokenSignals(
    'JS-REM-04/not-of-runs',
    'the end of a job by a run’s end is not told',
    ['triggeredJobsComplete'],
    () => ({
      jobDeleted: () => {},
    }),
  ),
  brokenSignals(
    'JS-MIS-03/not-in-acquire',
    'misfires that acquiring finds are not notified',
    ['acquireNextTriggers'],
    () => ({
      triggerMisfired: () => {},
    }),
  ),
  brokenSignals(
    'JS-MIS-04/silent-acquire',
    'what acquiring finalizes ends in silence',
    ['acquireNextTriggers'],
    () => ({
      triggerFinalized: () => {},
    }),
  ),
  brokenSignals(
    'JS-PAU-02/silent-finalize',
    'what a resume finalizes ends in silence',
    ['resumeTrigger', 'resumeAll', 'resumeTriggers'],
    () => ({
      triggerFinalized: () => {},
    }),
  ),
  brokenSignals(
    'JS-FIR-07/silent-error',
    'a trigger put in error for its class is not told',
    ['triggersFired', 'acquireNextTriggers'],
    () => ({
      triggerInError: () => {},
    }),
  ),
];
