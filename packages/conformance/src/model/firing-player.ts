/**
 * Plays the commands that claim, fire, complete and recover.
 *
 * @module
 */
import { ANY_GROUP, type Key, RECOVERY_GROUP, type Trigger } from '@ametrine/core';
import type { AcquiredTrigger, FiredBundle, FireResult, Recovery } from '@ametrine/core/spi';
import { type CaseContext, LAPSE } from '../context.js';
import type { CaseNode } from '../node.js';
import type { Command } from './commands.js';
import type { Hand } from './hand.js';
import { idOf } from './model-state.js';
import { jobFields, triggerFields } from './observation.js';
import type { ModelRecovery, ReferenceModel } from './reference-firing.js';

/** What it plays on. */
export interface Stage {
  readonly ctx: CaseContext;
  readonly model: ReferenceModel;
  /** Replaced as nodes begin another life. */
  readonly nodes: CaseNode[];
  readonly hands: readonly Hand[];
  readonly maxMisfires: number;
  /** Opens another life of a node. */
  reopen(instanceId: string): Promise<CaseNode>;
}

/** Plays the commands of the firing loop and of the cluster. */
export class FiringPlayer {
  readonly #stage: Stage;
  readonly #tokens = new Set<string>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** @returns whether the command is one of those that it plays */
  async perform(command: Command): Promise<boolean> {
    const n = 'node' in command ? (command.node ?? 0) : 0;
    switch (command.do) {
      case 'acquire':
        await this.#acquire(n, command);
        return true;
      case 'fire':
        await this.#fire(n, this.#hand(n).claims.pick(command.claims));
        return true;
      case 'release':
        await this.#release(n, this.#hand(n).claims.pick(command.claims));
        return true;
      case 'complete':
        await this.#complete(n, command);
        return true;
      case 'misfires':
        await this.#misfires(n, command.limit);
        return true;
      case 'advance':
        await this.#advance(command.seconds * 1000);
        return true;
      case 'die':
        await this.#node(n).abandon();
        await this.#nextLife(n);
        return true;
      case 'restart':
        await this.#node(n).stop();
        for (const e of this.#model.state.allExecutions) {
          if (e.node === this.#node(n).instanceId) this.#model.release(e.token);
        }
        await this.#nextLife(n);
        return true;
      case 'sleep':
        await this.#sleep(n);
        return true;
      default:
        return false;
    }
  }

  get #ctx(): CaseContext {
    return this.#stage.ctx;
  }

  get #model(): ReferenceModel {
    return this.#stage.model;
  }

  #node(n: number): CaseNode {
    return this.#stage.nodes[n] as CaseNode;
  }

  #hand(n: number): Hand {
    return this.#stage.hands[n] as Hand;
  }

  async #acquire(n: number, wish: Extract<Command, { do: 'acquire' }>): Promise<void> {
    const { now } = this.#ctx;
    const asked = {
      now,
      noLaterThan: now + (wish.aheadSeconds ?? 0) * 1000,
      maxCount: wish.max,
      timeWindowMs: (wish.windowSeconds ?? 0) * 1000,
      fireDue: wish.fireDue === true,
    };
    const { acquired, fired } = await this.#node(n).store.acquireNextTriggers(asked);
    const chosen = this.#model.chooseClaims({ ...asked, maxMisfires: this.#stage.maxMisfires });
    const bundles = fired.map((result) => this.#bundleOf(result));
    const claims = new Map(acquired.map((claimed) => [idOf(claimed.trigger.key), claimed]));
    const runs = new Map(bundles.map((bundle) => [idOf(bundle.trigger.key), bundle]));
    const names = chosen.map(({ key }) => idOf(key));
    const inOrder = (of: ReadonlyMap<string, unknown>): string[] => names.filter((id) => of.has(id));
    this.#ctx.same([...claims.keys(), ...runs.keys()].sort(), [...names].sort(), 'what is claimed');
    this.#ctx.same([...claims.keys()], inOrder(claims), 'the order of what is acquired');
    this.#ctx.same([...runs.keys()], inOrder(runs), 'the order of what is fired');
    for (const trigger of chosen) {
      const [claimed, bundle] = [claims.get(idOf(trigger.key)), runs.get(idOf(trigger.key))];
      if (claimed !== undefined) this.#takeClaim(n, claimed, trigger);
      else if (bundle !== undefined) this.#takeRun(n, bundle, trigger, asked.fireDue);
    }
    const due = acquired.filter(({ trigger }) => (trigger.nextFireAt ?? 0) <= now);
    if (asked.fireDue && due.length > 0) await this.#fire(n, due);
  }

  #takeClaim(n: number, claimed: AcquiredTrigger, trigger: Trigger): void {
    this.#newToken(claimed.fireInstanceId);
    this.#ctx.same(
      triggerFields(claimed.trigger),
      triggerFields(trigger),
      'the claimed trigger, before its fire',
    );
    this.#ctx.same(claimed.jobClass, 'Work', 'the name of its class');
    this.#model.claim(trigger.key, claimed.fireInstanceId, this.#node(n).instanceId);
    this.#hand(n).claims.add(claimed);
  }

  #takeRun(n: number, bundle: FiredBundle, trigger: Trigger, asked: boolean): void {
    this.#newToken(bundle.fireInstanceId);
    const isDue = asked && (trigger.nextFireAt ?? 0) <= this.#ctx.now;
    this.#ctx.holds(isDue, 'what is fired in the same step is due', trigger.nextFireAt);
    this.#model.claim(trigger.key, bundle.fireInstanceId, this.#node(n).instanceId);
    const against = this.#model.reasonsAgainst(trigger.key, bundle.fireInstanceId);
    this.#ctx.same(against, [], 'what speaks against firing it');
    this.#fired(n, bundle, trigger.key);
  }

  #newToken(token: string): void {
    this.#ctx.holds(token !== '' && !this.#tokens.has(token), 'the token is new', token);
    this.#tokens.add(token);
  }

  #bundleOf(result: FireResult): FiredBundle {
    if (result.kind === 'fired') return result.bundle;
    return this.#ctx.fail(`what comes back as fired runs; seen ${result.kind}`);
  }

  async #fire(n: number, claims: readonly AcquiredTrigger[]): Promise<void> {
    const results = await this.#node(n).store.triggersFired(claims, { now: this.#ctx.now });
    this.#ctx.same(results.length, claims.length, 'the number of results');
    for (const [index, claimed] of claims.entries()) {
      const result = results[index] as FireResult;
      const { key } = claimed.trigger;
      const against = this.#model.reasonsAgainst(key, claimed.fireInstanceId);
      if (against.length === 0) {
        this.#fired(n, this.#bundleOf(result), key);
        this.#hand(n).claims.settle([claimed]);
      } else {
        const reason = result.kind === 'notFired' ? result.reason : null;
        const allowed = (against as readonly unknown[]).includes(reason);
        this.#ctx.holds(
          allowed,
          `it does not fire: ${against.join(' or ')}`,
          result.kind === 'fired' ? 'fired' : result,
        );
      }
    }
  }

  /** The bundle of a fire, compared and taken into the hand. @rule JS-FIR-03 */
  #fired(n: number, bundle: FiredBundle, key: Key): void {
    const { before, after } = this.#model.fire(key, bundle.fireInstanceId, this.#ctx.now);
    const wanted = {
      firedAt: this.#ctx.now,
      scheduledFireAt: before.nextFireAt,
      previousFireAt: before.previousFireAt,
      recovers: before.recovers,
      calendar: this.#model.state.calendarOf(before),
    };
    this.#ctx.includes(bundle, wanted, 'the bundle');
    this.#ctx.same(triggerFields(bundle.trigger), triggerFields(after), 'the bundle’s trigger');
    const job = this.#ctx.present(this.#model.state.job(after.jobKey), 'the job');
    this.#ctx.same(jobFields(bundle.job), jobFields(job), 'the bundle’s job');
    this.#hand(n).runs.add(bundle);
  }

  async #release(n: number, claims: readonly AcquiredTrigger[]): Promise<void> {
    await this.#node(n).store.releaseAcquiredTriggers(claims);
    for (const { fireInstanceId } of claims) this.#model.release(fireInstanceId);
    this.#hand(n).claims.settle(claims);
  }

  async #complete(n: number, command: Extract<Command, { do: 'complete' }>): Promise<void> {
    const runs = this.#hand(n).runs.pick(command.runs);
    const changedData = command.version === undefined ? null : { version: command.version };
    const completions = runs.map(({ fireInstanceId, trigger, job }) => ({
      fireInstanceId,
      trigger,
      jobKey: job.key,
      instruction: command.instruction,
      changedData,
    }));
    const outcomes = await this.#node(n).store.triggeredJobsComplete(completions, { now: this.#ctx.now });
    const wanted = completions.map(({ fireInstanceId: token, ...end }) =>
      this.#model.complete({ token, ...end }),
    );
    this.#ctx.same(outcomes, wanted, 'the outcomes');
    this.#hand(n).runs.settle(runs);
  }

  async #misfires(n: number, limit: number): Promise<void> {
    const { now } = this.#ctx;
    const pass = await this.#node(n).store.recoverMisfires({ now, limit });
    this.#ctx.includes(pass, this.#model.misfires(now, limit), 'the pass');
  }

  /** Time passes, and every node checks in. */
  async #advance(ms: number): Promise<void> {
    this.#ctx.advance(ms);
    for (const node of this.#stage.nodes) {
      this.#ctx.includes(
        await node.checkIn(),
        { fenced: false, recoveries: [] },
        `the check-in of ${node.instanceId}`,
      );
    }
  }

  async #nextLife(n: number): Promise<void> {
    const { instanceId } = this.#node(n);
    this.#hand(n).loseAll();
    this.#stage.nodes[n] = await this.#stage.reopen(instanceId);
    const lost = this.#runsOf(instanceId);
    const wanted = this.#model.recover((node) => node === instanceId);
    const kept = await this.#keptTriggers(n);
    this.#recovered(this.#node(n).recoveries, wanted, lost, kept);
    this.#model.removeCompleted(kept);
  }

  async #sleep(n: number): Promise<void> {
    const sleeper = this.#node(n);
    const lost = this.#runsOf(sleeper.instanceId);
    const others = this.#stage.nodes.filter((node) => node !== sleeper);
    const found = await this.#ctx.checkInFor(LAPSE, ...others);
    this.#ctx.same(found.filter(({ fenced }) => fenced).length, 0, 'how many of the others are fenced');
    const recoveries = found.flatMap((checkIn) => checkIn.recoveries);
    const wanted = this.#model.recover((node) => node === sleeper.instanceId);
    this.#recovered(recoveries, wanted, lost, await this.#keptTriggers(n));
    this.#ctx.includes(await sleeper.checkIn(), { fenced: true, recoveries: [] }, 'the sleeper’s check-in');
    this.#hand(n).loseAll();
  }

  async #keptTriggers(n: number): Promise<ReadonlySet<string>> {
    return new Set((await this.#node(n).store.listTriggerKeys(ANY_GROUP)).map(idOf));
  }

  #runsOf(instanceId: string): readonly Key[] {
    const { allExecutions } = this.#model.state;
    return allExecutions.filter((e) => e.node === instanceId && e.firedAt !== null).map((e) => e.triggerKey);
  }

  /** Compares recoveries, and takes over the triggers that the store made for them. @rule JS-REC-01 to JS-REC-05 */
  #recovered(
    seen: readonly Recovery[],
    wanted: readonly ModelRecovery[],
    lostRuns: readonly Key[],
    kept: ReadonlySet<string>,
  ): void {
    const telling = seen.filter((r) => r.released + r.recovering.length + r.abandoned > 0);
    this.#ctx.same(
      telling.map((r) => r.instanceId).sort(),
      wanted
        .filter(isTold)
        .map((r) => r.node)
        .sort(),
      'the nodes recovered',
    );
    for (const recovery of wanted) {
      const told = telling.find((r) => r.instanceId === recovery.node);
      const released = told?.released ?? 0;
      const claimsAreRight = released >= recovery.freed && released <= recovery.claims;
      this.#ctx.holds(claimsAreRight, `claims given back, ${recovery.freed} to ${recovery.claims}`, released);
      this.#ctx.same(told?.abandoned ?? 0, recovery.abandoned, 'runs that are not repeated');
      const made = inRunOrder(told?.recovering ?? []);
      this.#ctx.same(
        made.map(owed),
        inRunOrder(recovery.recovering).map(owed),
        'the triggers that repeat lost runs',
      );
      for (const trigger of made) this.#model.addRecovery(triggerFields(trigger));
    }
    this.#model.removeSpent([...new Map(lostRuns.map((key) => [idOf(key), key])).values()], kept);
  }
}

function isTold(recovery: ModelRecovery): boolean {
  return recovery.claims + recovery.recovering.length + recovery.abandoned > 0;
}

/** What a recovery trigger must be; its name and description are the store's own. */
function owed(trigger: Trigger): Partial<Trigger> {
  const { jobKey, calendarName, misfireInstruction, priority, endAt, data, schedule } = trigger;
  const { nextFireAt, previousFireAt, timesTriggered, recovers } = trigger;
  return {
    key: { group: RECOVERY_GROUP, name: '' },
    jobKey,
    calendarName,
    misfireInstruction,
    priority,
    endAt,
    data,
    schedule,
    nextFireAt,
    previousFireAt,
    timesTriggered,
    recovers,
  };
}

function inRunOrder(triggers: readonly Trigger[]): readonly Trigger[] {
  const rank = ({ recovers, jobKey, priority, nextFireAt }: Trigger): string =>
    JSON.stringify([
      recovers?.triggerKey.group,
      recovers?.triggerKey.name,
      recovers?.firedAt,
      nextFireAt,
      jobKey.group,
      jobKey.name,
      priority,
    ]);
  return [...triggers].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}
