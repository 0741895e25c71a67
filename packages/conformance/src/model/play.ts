/**
 * Plays a sequence of commands on a store and on the reference model, and compares every answer, every notice and all
 * that can be seen after every step.
 *
 * @module
 */
import { isSchedulerError } from '@ametrine/core';
import type { JobStore } from '@ametrine/core/spi';
import { CheckFailure } from '../check.js';
import type { CaseContext } from '../context.js';
import { THRESHOLD } from '../factories.js';
import type { CaseNode } from '../node.js';
import { nodesOf } from './applicability.js';
import type { Command } from './commands.js';
import { FiringPlayer } from './firing-player.js';
import { Hand } from './hand.js';
import { idOf, Refusal } from './model-state.js';
import { expected, type Observation, observe } from './observation.js';
import { plannedCalendar, plannedJob, plannedTrigger } from './plans.js';
import { ReferenceModel } from './reference-firing.js';

/** How a sequence is played. */
export interface PlayOptions {
  /** Told what is seen after every step. */
  readonly watch?: (step: number, command: Command, seen: Observation) => void;
}

/** Small, so that passes have to stop short. */
const MAX_MISFIRES = 3;

/** After these the scheduler that made the call looks for what is due, signalled or not. */
const LOOKS_AGAIN: ReadonlySet<Command['do']> = new Set(['acquire', 'fire', 'die', 'restart']);

/** Where store and model differ. */
export class Difference extends CheckFailure {
  /** The place of the command after which they do, from 0. */
  readonly step: number;

  constructor(step: number, commands: readonly Command[], cause: CheckFailure) {
    const where = `step ${step + 1} of ${commands.length}, ${JSON.stringify(commands[step])}`;
    super(`${where}: ${cause.what}`, cause.comparison, { cause });
    this.step = step;
  }
}

/** Plays it. Rejects with the first {@link Difference}. */
export async function play(
  ctx: CaseContext,
  commands: readonly Command[],
  options: PlayOptions = {},
): Promise<void> {
  const model = new ReferenceModel(THRESHOLD);
  const nodes: CaseNode[] = [];
  for (let n = 0; n < nodesOf(commands); n += 1) nodes.push(await openNode(ctx, `n${n}`));
  const player = new Player(ctx, model, nodes);
  for (const [index, command] of commands.entries()) {
    try {
      const seen = await player.step(index, command);
      options.watch?.(index, command, seen);
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error;
      throw new Difference(index, commands, error);
    }
  }
}

function openNode(ctx: CaseContext, instanceId: string): Promise<CaseNode> {
  return ctx.open({ instanceId, maxMisfiresPerPass: MAX_MISFIRES });
}

class Player {
  readonly #ctx: CaseContext;
  readonly #model: ReferenceModel;
  readonly #nodes: CaseNode[];
  readonly #firing: FiringPlayer;

  constructor(ctx: CaseContext, model: ReferenceModel, nodes: CaseNode[]) {
    this.#ctx = ctx;
    this.#model = model;
    this.#nodes = nodes;
    const hands = nodes.map(() => new Hand());
    const reopen = (instanceId: string): Promise<CaseNode> => openNode(ctx, instanceId);
    this.#firing = new FiringPlayer({ ctx, model, nodes, hands, maxMisfires: MAX_MISFIRES, reopen });
  }

  /** One command, with all that is compared. */
  async step(index: number, command: Command): Promise<Observation> {
    const ctx = this.#ctx;
    for (const { signals } of this.#nodes) signals.clear();
    const before = this.#model.state.claimable();
    if (!(await this.#firing.perform(command))) await this.#change(command);
    this.#compareNotices();
    if (!LOOKS_AGAIN.has(command.do)) this.#compareWaking(before);
    const node = this.#nodes[index % this.#nodes.length] as CaseNode;
    const [seen, wanted] = [await observe(node.store), expected(this.#model.state)];
    for (const name of Object.keys(wanted) as (keyof Observation)[]) ctx.same(seen[name], wanted[name], name);
    return seen;
  }

  /** A change of the schedule: the same call on both, with the same outcome. */
  async #change(command: Command): Promise<void> {
    const { store } = this.#nodes[0] as CaseNode;
    const [call, model] = this.#calls(command, store);
    const seen = await outcomeOf(call);
    const wanted = await outcomeOf(async () => model());
    this.#ctx.same(seen, wanted, 'the outcome');
  }

  /** The call of the store, and what the model does when the store has answered. */
  #calls(command: Command, store: JobStore): readonly [() => Promise<unknown>, () => unknown] {
    const model = this.#model;
    const { now } = this.#ctx;
    const { calendars } = model.state;
    const toldOf = (): ReadonlySet<string> => this.#toldMisfires();
    switch (command.do) {
      case 'storeJob': {
        const [job, replace] = [plannedJob(command.job), command.replace === true];
        return [() => store.storeJob(job, { replace }), () => model.storeJob(job, replace)];
      }
      case 'storeTrigger': {
        const [trigger, replace] = [
          plannedTrigger(command.trigger, now, calendars),
          command.replace === true,
        ];
        return [() => store.storeTrigger(trigger, { replace }), () => model.storeTrigger(trigger, replace)];
      }
      case 'storeBoth': {
        const job = plannedJob(command.job);
        const trigger = plannedTrigger({ ...command.trigger, job: command.job.job }, now, calendars);
        return [
          () => store.storeJobAndTrigger(job, trigger),
          () => model.storeMany([{ job, triggers: [trigger] }], false),
        ];
      }
      case 'storeMany': {
        const entries = command.entries.map(({ job, triggers }) => ({
          job: plannedJob(job),
          triggers: triggers.map((plan) => plannedTrigger({ ...plan, job: job.job }, now, calendars)),
        }));
        const replace = command.replace === true;
        return [
          () => store.storeJobsAndTriggers(entries, { replace }),
          () => model.storeMany(entries, replace),
        ];
      }
      case 'replaceTrigger': {
        const trigger = plannedTrigger(command.trigger, now, calendars);
        return [
          () => store.replaceTrigger(command.key, trigger),
          () => model.replaceTrigger(command.key, trigger),
        ];
      }
      case 'removeJobs':
        return [() => store.removeJobs(command.keys), () => model.removeJobs(command.keys)];
      case 'removeTriggers':
        return [() => store.removeTriggers(command.keys), () => model.removeTriggers(command.keys)];
      case 'clear':
        return [() => store.clearAllSchedulingData(), () => model.clear()];
      case 'storeCalendar': {
        const calendar = plannedCalendar(command.calendar);
        const [replace, update] = [command.replace === true, command.update === true];
        return [
          () => store.storeCalendar(command.name, calendar, { replace, updateTriggers: update, now }),
          () => model.storeCalendar(command.name, calendar, { replace, update, now }),
        ];
      }
      case 'removeCalendar':
        return [() => store.removeCalendar(command.name), () => model.removeCalendar(command.name)];
      case 'pauseTrigger':
        return [
          () => store.pauseTrigger(command.key),
          () => model.pause(({ key }) => idOf(key) === idOf(command.key)),
        ];
      case 'pauseJob':
        return [
          () => store.pauseJob(command.key),
          () => model.pause(({ jobKey }) => idOf(jobKey) === idOf(command.key)),
        ];
      case 'pauseTriggers':
        return [
          () => store.pauseTriggers(command.groups),
          () => model.pauseGroups('triggers', command.groups),
        ];
      case 'pauseJobs':
        return [() => store.pauseJobs(command.groups), () => model.pauseGroups('jobs', command.groups)];
      case 'pauseAll':
        return [() => store.pauseAll(), () => model.pauseAll()];
      case 'resumeTrigger':
        return [
          () => store.resumeTrigger(command.key, { now }),
          () => model.resume(({ key }) => idOf(key) === idOf(command.key), now, toldOf()),
        ];
      case 'resumeJob':
        return [
          () => store.resumeJob(command.key, { now }),
          () => model.resume(({ jobKey }) => idOf(jobKey) === idOf(command.key), now, toldOf()),
        ];
      case 'resumeTriggers':
        return [
          () => store.resumeTriggers(command.groups, { now }),
          () => model.resumeGroups('triggers', command.groups, now, toldOf()),
        ];
      case 'resumeJobs':
        return [
          () => store.resumeJobs(command.groups, { now }),
          () => model.resumeGroups('jobs', command.groups, now, toldOf()),
        ];
      case 'resumeAll':
        return [() => store.resumeAll({ now }), () => model.resumeAll(now, toldOf())];
      case 'reset':
        return [() => store.resetTriggerFromErrorState(command.key), () => model.reset(command.key)];
      default:
        throw new Error(`no player performs ${command.do}`);
    }
  }

  #toldMisfires(): ReadonlySet<string> {
    return new Set(this.#nodes.flatMap(({ signals }) => signals.misfired.map(({ key }) => idOf(key))));
  }

  /** Every notice is owed and owed once; which node tells it is the store's affair. */
  #compareNotices(): void {
    const wanted = this.#model.takeNotices();
    const told = this.#nodes.map(({ signals }) => signals);
    const misfires = (list: typeof wanted.misfired): string[] =>
      list.map((t) => `${idOf(t.key)} at ${t.nextFireAt}`).sort();
    const keys = (list: readonly { readonly key: Parameters<typeof idOf>[0] }[]): string[] =>
      list.map(({ key }) => idOf(key)).sort();
    const ctx = this.#ctx;
    ctx.same(
      misfires(told.flatMap((s) => s.misfired)),
      misfires(wanted.misfired),
      'the notices of misfires, with the missed times',
    );
    ctx.same(
      keys(told.flatMap((s) => s.finalized)),
      keys(wanted.finalized),
      'the notices of triggers that will never fire again',
    );
    ctx.same(
      keys(told.flatMap((s) => s.inError.map((n) => n.trigger))),
      keys(wanted.inError),
      'the notices of triggers in error',
    );
    ctx.same(
      told.flatMap((s) => s.deleted.map(idOf)).sort(),
      wanted.deleted.map(idOf).sort(),
      'the notices of deleted jobs',
    );
    ctx.same(
      told.flatMap((s) => s.errors),
      [],
      'the errors that the store reported',
    );
  }

  /** A step after which something can be claimed earlier than before wakes the scheduler for it (JS-SIG-02). */
  #compareWaking(before: ReadonlyMap<string, number>): void {
    for (const [id, at] of this.#model.state.claimable()) {
      const earlier = before.get(id);
      if (earlier !== undefined && earlier <= at) continue;
      const changes = this.#nodes.flatMap(({ signals }) => signals.changes);
      const woken = this.#nodes.some(({ signals }) => signals.wakesFor(at));
      this.#ctx.holds(woken, `the scheduler is woken for ${id}, which can be claimed for ${at} now`, changes);
    }
  }
}

/** What came of a call: its answer, or the code of its refusal. Other errors pass through. */
async function outcomeOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { answer: (await call()) ?? null };
  } catch (error) {
    if (error instanceof Refusal || (isSchedulerError(error) && error.code !== 'ERR_STORE_FAILED'))
      return { refused: error.code };
    throw error;
  }
}
