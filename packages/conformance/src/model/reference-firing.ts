/**
 * The reference model's other half: claiming, firing, completing, recovering. Tokens are the store's; the model takes
 * them over and holds the store to what they stand for.
 *
 * @module
 */
import { afterFire, type JobData, type Key, RECOVERY_GROUP, type Trigger } from '@ametrine/core';
import type { CompletionInstruction } from '@ametrine/core/spi';
import { trigger as newTrigger } from '../factories.js';
import { byFire, idOf, type ModelExecution, type ModelTrigger } from './model-state.js';
import { ScheduleModel } from './reference-model.js';

/** What is to be claimed. */
export interface ClaimWish {
  readonly now: number;
  readonly noLaterThan: number;
  readonly maxCount: number;
  readonly timeWindowMs: number;
  readonly maxMisfires: number;
}

/** Why a claim may not fire; any of several reasons is as good. */
export type Reasons = readonly ('claimLost' | 'jobGone' | 'calendarMissing' | 'jobExecuting')[];

/** The end of a run. */
export interface RunEnd {
  readonly token: string;
  /** The trigger of the bundle. */
  readonly trigger: Trigger;
  readonly jobKey: Key;
  readonly instruction: CompletionInstruction;
  readonly changedData: JobData | null;
}

/** What the recovery of one node comes to. */
export interface ModelRecovery {
  readonly node: string;
  /** Claims that were lost, and those of them that still held their trigger. */
  readonly claims: number;
  readonly freed: number;
  /** What will run again; their names are the store's to give. */
  readonly recovering: readonly Trigger[];
  readonly abandoned: number;
}

/** The whole reference model. */
export class ReferenceModel extends ScheduleModel {
  /**
   * Handles misfires, then tells the triggers that are to be claimed, in order.
   *
   * @rule JS-ACQ-01 to JS-ACQ-08
   */
  chooseClaims(wish: ClaimWish): readonly Trigger[] {
    if (wish.maxCount === 0) return [];
    this.misfires(wish.now, wish.maxMisfires);
    const chosen: Trigger[] = [];
    const taken = new Set<string>();
    let end = wish.noLaterThan;
    const waiting = this.state.allTriggers.filter(
      ({ trigger, state }) => state === 'waiting' && trigger.nextFireAt !== null,
    );
    for (const { trigger } of [...waiting].sort((a, b) => byFire(a.trigger, b.trigger))) {
      const dueAt = trigger.nextFireAt ?? 0;
      if (chosen.length === wish.maxCount || dueAt > end) break;
      if (this.hasMisfired(trigger, wish.now) || this.state.isBusy(trigger.jobKey)) continue;
      const job = this.state.job(trigger.jobKey);
      if (job === null || (job.nonConcurrent && taken.has(idOf(job.key)))) continue;
      if (chosen.length === 0) end = Math.max(dueAt, wish.now) + wish.timeWindowMs;
      taken.add(idOf(job.key));
      chosen.push(trigger);
    }
    return chosen;
  }

  /** Takes a claim over. */
  claim(key: Key, token: string, node: string): void {
    const { trigger } = this.#mustHave(key);
    this.state.put({ trigger, state: 'acquired', token });
    this.state.executions.set(token, {
      token,
      node,
      triggerKey: key,
      jobKey: trigger.jobKey,
      priority: trigger.priority,
      scheduledFireAt: trigger.nextFireAt ?? 0,
      firedAt: null,
      requestsRecovery: this.state.job(trigger.jobKey)?.requestsRecovery ?? false,
    });
  }

  /** Why a claim may not fire; empty when it may. @rule JS-FIR-02, JS-FIR-04, JS-FIR-06 */
  reasonsAgainst(key: Key, token: string): Reasons {
    const record = this.state.trigger(key);
    const execution = this.state.executions.get(token);
    if (record?.state !== 'acquired' || record.token !== token || execution?.firedAt !== null)
      return ['claimLost'];
    const { jobKey, calendarName } = record.trigger;
    const job = this.state.job(jobKey);
    return [
      ...(job === null ? (['jobGone'] as const) : []),
      ...(calendarName !== null && !this.state.calendars.has(calendarName)
        ? (['calendarMissing'] as const)
        : []),
      ...(job?.nonConcurrent === true && this.state.isRunning(jobKey) ? (['jobExecuting'] as const) : []),
    ];
  }

  /** Fires a claim that nothing speaks against; gives the trigger before and after. @rule JS-FIR-03, JS-FIR-05 */
  fire(key: Key, token: string, now: number): { readonly before: Trigger; readonly after: Trigger } {
    const { trigger: before } = this.#mustHave(key);
    const after = afterFire(before, this.state.calendarOf(before));
    this.state.put({ trigger: after, state: 'waiting', token: null });
    const execution = this.state.executions.get(token) as ModelExecution;
    const requestsRecovery = this.state.job(before.jobKey)?.requestsRecovery ?? false;
    this.state.executions.set(token, { ...execution, firedAt: now, requestsRecovery });
    return { before, after };
  }

  /** @rule JS-REL-01, JS-REL-02 */
  release(token: string): boolean {
    const execution = this.state.executions.get(token);
    if (execution?.firedAt !== null) return false;
    this.state.executions.delete(token);
    const record = this.state.trigger(execution.triggerKey);
    if (record?.state !== 'acquired' || record.token !== token) return false;
    this.state.put({ trigger: record.trigger, state: 'waiting', token: null });
    return true;
  }

  /** @rule JS-CMP-01 to JS-CMP-09 */
  complete(end: RunEnd): 'completed' | 'stale' {
    const execution = this.state.executions.get(end.token);
    if (execution === undefined || execution.firedAt === null) return 'stale';
    this.state.executions.delete(end.token);
    const stored = this.state.trigger(execution.triggerKey);
    switch (end.instruction) {
      case 'none':
        // The end of an earlier run says nothing of a last fire that is still running (JS-STA-03).
        if (stored !== null && stored.state !== 'error' && isSpent(stored.trigger) && isSpent(end.trigger)) {
          this.state.put({ trigger: stored.trigger, state: 'complete', token: null });
        }
        break;
      case 'deleteTrigger':
        if (stored !== null && (end.trigger.nextFireAt !== null || stored.trigger.nextFireAt === null)) {
          this.state.triggers.delete(idOf(execution.triggerKey));
          this.removeOrphan(stored.trigger.jobKey);
        }
        break;
      case 'setTriggerComplete':
      case 'setTriggerError':
        if (stored !== null) this.#settle(stored, end.instruction === 'setTriggerError');
        break;
      case 'setAllJobTriggersComplete':
      case 'setAllJobTriggersError':
        for (const record of this.state.triggersOf(execution.jobKey))
          this.#settle(record, end.instruction === 'setAllJobTriggersError');
    }
    const job = this.state.job(end.jobKey);
    if (end.changedData !== null && job?.persistDataAfterExecution === true) {
      this.state.jobs.set(idOf(job.key), { ...job, data: end.changedData });
    }
    return 'completed';
  }

  #settle({ trigger }: ModelTrigger, inError: boolean): void {
    this.state.put({ trigger, state: inError ? 'error' : 'complete', token: null });
    if (inError) this.notices.inError.push(trigger);
  }

  /** What was claimed or run by the nodes of which `isLost` is true is given back or made to run again. @rule JS-REC-01 to JS-REC-05 */
  recover(isLost: (node: string) => boolean): readonly ModelRecovery[] {
    const lost = this.state.allExecutions.filter(({ node }) => isLost(node));
    return [...new Set(lost.map(({ node }) => node))].map((node) =>
      this.#recoverNode(
        node,
        lost.filter((e) => e.node === node),
      ),
    );
  }

  #recoverNode(node: string, lost: readonly ModelExecution[]): ModelRecovery {
    const claims = lost.filter(({ firedAt }) => firedAt === null);
    const runs = lost.filter(({ firedAt }) => firedAt !== null);
    const freed = claims.filter(({ token }) => this.release(token)).length;
    const again = runs.filter(
      ({ requestsRecovery, jobKey }) => requestsRecovery && this.state.job(jobKey) !== null,
    );
    const recovering = again.map((run) => this.#recoveryOf(run));
    for (const { token } of runs) this.state.executions.delete(token);
    return { node, claims: claims.length, freed, recovering, abandoned: runs.length - again.length };
  }

  #recoveryOf(run: ModelExecution): Trigger {
    const original = this.state.trigger(run.triggerKey)?.trigger ?? null;
    const { scheduledFireAt } = run;
    return newTrigger(
      run.token,
      run.jobKey,
      { type: 'simple', repeatCount: 0, repeatIntervalMs: 0 },
      {
        group: RECOVERY_GROUP,
        at: scheduledFireAt,
        misfireInstruction: 'ignore',
        priority: run.priority,
        data: original?.data ?? {},
        recovers: original?.recovers ?? {
          triggerKey: run.triggerKey,
          firedAt: run.firedAt ?? 0,
          scheduledFireAt,
        },
      },
    );
  }

  /** Takes over the recoveries that a store has made, under the names that it gave them. @rule JS-REC-05 */
  addRecovery(trigger: Trigger): void {
    this.state.put({ trigger, state: this.state.paused.all ? 'paused' : 'waiting', token: null });
  }

  /**
   * Removes what the lost runs leave: triggers whose last run was lost.
   *
   * @param kept - ids of the triggers that the store still has: see {@link ReferenceModel.removeCompleted}
   * @rule JS-REC-04
   */
  removeSpent(keys: readonly Key[], kept: ReadonlySet<string>): void {
    const lost = keys.flatMap((key) => this.state.trigger(key) ?? []);
    this.#removeUnlessRunning(
      lost.filter(({ trigger, state }) => isSpent(trigger) && state !== 'error'),
      kept,
    );
  }

  /**
   * Removes complete triggers that are not running.
   *
   * @param kept - ids of the triggers that the store still has: of one that is only claimed, or that runs for the job
   *   which it had before, the contract does not say whether it is running
   * @rule JS-REC-07
   */
  removeCompleted(kept: ReadonlySet<string>): void {
    this.#removeUnlessRunning(
      this.state.allTriggers.filter(({ state }) => state === 'complete'),
      kept,
    );
  }

  #removeUnlessRunning(records: readonly ModelTrigger[], kept: ReadonlySet<string>): void {
    const gone = records.filter(({ trigger: { key, jobKey } }) => {
      const own = this.state.allExecutions.filter((e) => idOf(e.triggerKey) === idOf(key));
      const runs = own.some((e) => e.firedAt !== null && idOf(e.jobKey) === idOf(jobKey));
      return !runs && (own.length === 0 || !kept.has(idOf(key)));
    });
    for (const { trigger } of gone) this.state.triggers.delete(idOf(trigger.key));
    for (const { trigger } of gone) this.removeOrphan(trigger.jobKey);
  }

  #mustHave(key: Key): ModelTrigger {
    const record = this.state.trigger(key);
    if (record === null) throw new Error(`the model has no trigger ${key.group}.${key.name}`);
    return record;
  }
}

function isSpent({ nextFireAt }: Trigger): boolean {
  return nextFireAt === null;
}
