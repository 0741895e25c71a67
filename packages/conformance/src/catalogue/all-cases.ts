/**
 * Every case of the kit, in the order in which they are run and reported.
 *
 * @module
 */
import type { ConformanceCase } from '../case.js';
import { acquiringClaimCases } from '../cases/acquiring-claims.js';
import { acquiringOrderCases } from '../cases/acquiring-order.js';
import { acquiringWindowCases } from '../cases/acquiring-window.js';
import { blockingCases } from '../cases/blocking.js';
import { calendarCases } from '../cases/calendars.js';
import { calendarUpdateCases } from '../cases/calendars-updating.js';
import { capabilityCases } from '../cases/capabilities.js';
import { clusterCases } from '../cases/cluster.js';
import { completingCases } from '../cases/completing.js';
import { completionDataCases } from '../cases/completing-data.js';
import { lateCompletionCases } from '../cases/completing-late.js';
import { concurrencyCases } from '../cases/concurrency.js';
import { dataCases } from '../cases/data.js';
import { durabilityCases } from '../cases/durability.js';
import { edgeCases } from '../cases/edges.js';
import { failoverCases } from '../cases/failover.js';
import { firingCases } from '../cases/firing.js';
import { firingRefusalCases } from '../cases/firing-refusals.js';
import { hookCases } from '../cases/hooks.js';
import { jobCases } from '../cases/jobs.js';
import { jobListingCases } from '../cases/jobs-listing.js';
import { jobRemovalCases } from '../cases/jobs-removing.js';
import { killedStreamCases } from '../cases/killed-streams.js';
import { lifecycleCases } from '../cases/lifecycle.js';
import { manyCases } from '../cases/many.js';
import { meetingCases } from '../cases/meetings.js';
import { misfireCases } from '../cases/misfire.js';
import { misfirePassCases } from '../cases/misfire-passes.js';
import { simpleMisfireCases } from '../cases/misfire-simple.js';
import { missingClassCases } from '../cases/missing-classes.js';
import { modelCases } from '../cases/model-corpus.js';
import { outageCases } from '../cases/outages.js';
import { pausingCases } from '../cases/pausing.js';
import { pauseAllCases } from '../cases/pausing-all.js';
import { groupPausingCases } from '../cases/pausing-groups.js';
import { jobGroupPausingCases } from '../cases/pausing-job-groups.js';
import { processCases } from '../cases/processes.js';
import { provenAcquiringCases } from '../cases/proven-acquiring.js';
import { provenCompletingCases } from '../cases/proven-completing.js';
import { provenDataCases } from '../cases/proven-data.js';
import { provenFiringCases } from '../cases/proven-firing.js';
import { provenLifecycleCases } from '../cases/proven-lifecycle.js';
import { provenMembershipCases } from '../cases/proven-membership.js';
import { provenPausingCases } from '../cases/proven-pausing.js';
import { provenReadingCases } from '../cases/proven-reading.js';
import { provenRecoveryCases } from '../cases/proven-recovery.js';
import { provenSignalCases } from '../cases/proven-signals.js';
import { provenStepCases } from '../cases/proven-steps.js';
import { provenStoringCases } from '../cases/proven-storing.js';
import { claimRaceCases } from '../cases/races-claims.js';
import { scheduleRaceCases } from '../cases/races-schedules.js';
import { recoveryCases } from '../cases/recovery.js';
import { releasingCases } from '../cases/releasing.js';
import { resumingCases } from '../cases/resuming.js';
import { transactionCases } from '../cases/transactions.js';
import { triggerFieldCases } from '../cases/trigger-fields.js';
import { triggerReadingCases } from '../cases/triggers-reading.js';
import { triggerReplacingCases } from '../cases/triggers-replacing.js';
import { triggerStoringCases } from '../cases/triggers-storing.js';
import { wireFaultCases } from '../cases/wire-faults.js';

/** The catalogue of cases. */
export const allCases: readonly ConformanceCase[] = [
  ...capabilityCases,
  ...lifecycleCases,
  ...jobCases,
  ...jobListingCases,
  ...jobRemovalCases,
  ...triggerStoringCases,
  ...triggerReplacingCases,
  ...triggerReadingCases,
  ...triggerFieldCases,
  ...calendarCases,
  ...calendarUpdateCases,
  ...pausingCases,
  ...resumingCases,
  ...groupPausingCases,
  ...jobGroupPausingCases,
  ...pauseAllCases,
  ...acquiringOrderCases,
  ...acquiringWindowCases,
  ...acquiringClaimCases,
  ...releasingCases,
  ...firingCases,
  ...firingRefusalCases,
  ...blockingCases,
  ...completingCases,
  ...lateCompletionCases,
  ...completionDataCases,
  ...misfireCases,
  ...simpleMisfireCases,
  ...misfirePassCases,
  ...dataCases,
  ...concurrencyCases,
  ...hookCases,
  ...transactionCases,
  ...recoveryCases,
  ...durabilityCases,
  ...killedStreamCases,
  ...clusterCases,
  ...missingClassCases,
  ...failoverCases,
  ...claimRaceCases,
  ...scheduleRaceCases,
  ...processCases,
  ...outageCases,
  ...wireFaultCases,
  ...provenMembershipCases,
  ...provenDataCases,
  ...provenPausingCases,
  ...provenReadingCases,
  ...provenAcquiringCases,
  ...provenFiringCases,
  ...provenCompletingCases,
  ...provenStoringCases,
  ...provenLifecycleCases,
  ...provenSignalCases,
  ...provenStepCases,
  ...provenRecoveryCases,
  ...manyCases,
  ...edgeCases,
  ...meetingCases,
  ...modelCases,
];
