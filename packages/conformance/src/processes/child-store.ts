/**
 * A store that lives in a child process, seen from here.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import type { JobStore, StoreCapabilities, StoreContext, StoreSignals } from '@ametrine/core/spi';
import type { ProcessEnd } from '../harness.js';
import { Work } from '../settable-resolver.js';
import {
  type FromChild,
  type PackedContext,
  type ToChild,
  unpackError,
  unpackResult,
  unpackSignal,
} from './messages.js';

/** The process of a node ended while a call was under way, or before it: whether the call took effect is not known. */
export class NodeGone extends Error {
  override readonly name: string = 'NodeGone';
}

/** A transaction of the application cannot be sent to another process. */
type Method = Exclude<keyof JobStore, 'capabilities' | 'join'>;

/** Every call of the SPI; the type sees to it that none is missing. */
const METHODS: Readonly<Record<Method, true>> = {
  initialize: true,
  schedulerStarted: true,
  shutdown: true,
  storeJob: true,
  storeTrigger: true,
  storeJobAndTrigger: true,
  storeJobsAndTriggers: true,
  removeJob: true,
  removeJobs: true,
  removeTrigger: true,
  removeTriggers: true,
  replaceTrigger: true,
  clearAllSchedulingData: true,
  getJob: true,
  getTrigger: true,
  getTriggerState: true,
  listJobs: true,
  listJobKeys: true,
  listJobGroups: true,
  listTriggers: true,
  listTriggerKeys: true,
  listTriggerGroups: true,
  listTriggersOfJob: true,
  listUpcomingTriggers: true,
  getCounts: true,
  storeCalendar: true,
  removeCalendar: true,
  getCalendar: true,
  listCalendarNames: true,
  pauseTrigger: true,
  pauseTriggers: true,
  pauseJob: true,
  pauseJobs: true,
  pauseAll: true,
  resumeTrigger: true,
  resumeTriggers: true,
  resumeJob: true,
  resumeJobs: true,
  resumeAll: true,
  listPausedTriggerGroups: true,
  listPausedJobGroups: true,
  resetTriggerFromErrorState: true,
  acquireNextTriggers: true,
  releaseAcquiredTriggers: true,
  triggersFired: true,
  triggeredJobsComplete: true,
  recoverMisfires: true,
  checkIn: true,
};

/** What is kept of what a child writes to its standard error, in characters. */
const KEPT_OUTPUT = 2000;

interface Waiting {
  readonly call: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A child process with a store in it. */
export class ChildStore {
  /** Its calls are made in the child. A call under way when the child ends rejects with {@link NodeGone}. */
  readonly store: JobStore;
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  readonly #complaints: () => string;
  #context: StoreContext | null = null;
  #end: ProcessEnd | null = null;

  private constructor(
    child: ChildProcess,
    complaints: () => string,
    capabilities: StoreCapabilities,
    ended: Promise<ProcessEnd>,
  ) {
    this.#child = child;
    this.#complaints = complaints;
    this.ended = ended.then((end) => this.#gone(end));
    child.on('message', (message) => this.#heard(message as FromChild));
    this.store = {
      ...Object.fromEntries(
        Object.keys(METHODS).map((call) => [call, (...args: unknown[]) => this.#call(call, args)]),
      ),
      capabilities,
    } as unknown as JobStore;
  }

  /**
   * Starts the process and opens the store in it.
   *
   * @param module - the URL of a module that exports `openStore(options)`
   * @throws what `openStore` throws
   */
  static async open(module: string, options: unknown): Promise<ChildStore> {
    const program = createRequire(import.meta.url).resolve('@ametrine/conformance/node-process');
    const child = fork(program, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    killWithThisProcess(child);
    const complaints = complaintsOf(child);
    const ended = endOf(child);
    const first = new Promise<FromChild>((resolve, reject) => {
      child.once('message', (message) => resolve(message as FromChild));
      void ended.then((end) => reject(goneWhile('it was started', end, complaints())));
    });
    child.send({ kind: 'open', module, options } satisfies ToChild, () => {});
    const answer = await first;
    if (answer.kind === 'opened') return new ChildStore(child, complaints, answer.capabilities, ended);
    child.kill('SIGKILL');
    await ended;
    throw answer.kind === 'notOpened' ? unpackError(answer.error) : new NodeGone('the node did not open');
  }

  /** The process id. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Sends the process a signal, unless it has ended. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    if (this.#end === null) this.#child.kill(signal);
  }

  /** Lets go of the process, and of its answers: nothing but its store keeps it alive any more. */
  letGo(): void {
    this.#send({ kind: 'letGo' });
  }

  #call(call: string, args: readonly unknown[]): Promise<unknown> {
    const end = this.#end;
    if (end !== null) return Promise.reject(goneWhile(call, end, this.#complaints()));
    const given = call === 'initialize' ? [this.#keep(args[0] as StoreContext)] : args;
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { call, resolve, reject });
      this.#send({ kind: 'call', id, call, args: given });
    });
  }

  #send(message: ToChild): void {
    // A child that ends just now is found out by its end.
    this.#child.send(message, () => {});
  }

  #keep(context: StoreContext): PackedContext {
    this.#context = context;
    const { schedulerName, instanceId, jobClassResolver } = context;
    const { classes } = jobClassResolver as { readonly classes?: ReadonlyMap<string, unknown> };
    return { schedulerName, instanceId, classes: [...(classes?.keys() ?? ['Work'])] };
  }

  #heard(message: FromChild): void {
    if (message.kind === 'signal') {
      const signals = this.#context?.signals as Record<keyof StoreSignals, (...args: unknown[]) => void>;
      signals[message.name](...unpackSignal(message.args));
    } else if (message.kind === 'answer' || message.kind === 'refusal') {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.kind === 'refusal') waiting?.reject(unpackError(message.error));
      else waiting?.resolve(unpackResult(waiting.call, message.value, (name) => this.#classOf(name)));
    }
  }

  /** The class of that name on this side. */
  #classOf(name: string): typeof Work {
    const resolver = this.#context?.jobClassResolver as
      | { classes?: ReadonlyMap<string, typeof Work> }
      | undefined;
    return resolver?.classes?.get(name) ?? Work;
  }

  #gone(end: ProcessEnd): ProcessEnd {
    this.#end = end;
    for (const { call, reject } of this.#waiting.values()) reject(goneWhile(call, end, this.#complaints()));
    this.#waiting.clear();
    return end;
  }
}

function goneWhile(what: string, { code, signal }: ProcessEnd, complaints: string): NodeGone {
  const said = signal === 'SIGKILL' || complaints === '' ? '' : `: ${complaints}`;
  return new NodeGone(`the process of the node ended (${signal ?? code}): ${what}${said}`);
}

/** Listens to what the process writes to its standard error, and gives the end of it. */
function complaintsOf(child: ChildProcess): () => string {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-KEPT_OUTPUT);
  });
  return () => said;
}

/** Resolves when the process has ended and nothing of it is left here. */
function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    let end: ProcessEnd | null = null;
    const settle = (): void => {
      if (end !== null && !child.connected) resolve(end);
    };
    child.on('error', () => {
      // It never started: there is no process that could close.
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
    child.once('disconnect', settle);
    child.once('close', (code, signal) => {
      end = { code, signal };
      settle();
    });
  });
}

const living = new Set<ChildProcess>();

/** No child outlives the kit, not even one that is stopped and cannot see that its channel is gone. */
function killWithThisProcess(child: ChildProcess): void {
  if (living.size === 0) process.once('exit', killAll);
  living.add(child);
  child.once('exit', () => {
    living.delete(child);
    if (living.size === 0) process.off('exit', killAll);
  });
}

function killAll(): void {
  for (const child of living) child.kill('SIGKILL');
}
