/**
 * Job classes that run in worker threads.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import {
  checkKnownKeys,
  type JobClassResolver,
  type JobExecutionContext,
  type JobFunction,
  JobInterruption,
  type Logger,
  ModuleJobClassResolver,
  type ModuleLocation,
  type PluginContext,
  SchedulerError,
  type SchedulerPlugin,
} from '@ametrine/core';
import { invalidArgument, ModuleVersions } from '@ametrine/core/spi';
import { Piscina } from 'piscina';
import type { FindAnswer, FindRequest, Interrupter, RunAnswer, RunFacts, RunRequest } from './messages.js';
import { unpackError } from './packed-error.js';

/** What {@link WorkerThreadResolver} takes. Unknown keys are errors. */
export interface WorkerThreadOptions {
  /** The folders that modules may come from, as of `ModuleJobClassResolver`. */
  readonly roots: readonly string[];
  /** Load a module anew when its file changed: for development. @defaultValue false */
  readonly reload?: boolean | undefined;
  /** Packages that classes may come from too. @defaultValue none */
  readonly packages?: readonly string[] | undefined;
  /** How long a module may take to load, in ms. @defaultValue 10000 */
  readonly importTimeoutMs?: number | undefined;
  /**
   * How many threads there are at most. Runs beyond that wait for a thread, and hold a slot of the scheduler while they
   * do: give the scheduler the same `concurrency`. @defaultValue the processors of the machine
   */
  readonly threads?: number | undefined;
  /** How long a thread without work is kept, in ms. @defaultValue 10000 */
  readonly idleTimeoutMs?: number | undefined;
  /**
   * How much memory the objects of one thread may take, in MiB; a run that needs more fails, and its thread with it.
   * Memory outside of V8's heap, such as that of buffers, does not count.
   * @defaultValue what Node allows a thread
   */
  readonly memoryLimitMb?: number | undefined;
  /**
   * How long a run that was interrupted may go on, in ms; then its thread is ended, whatever it does.
   * @defaultValue 5000
   */
  readonly interruptGraceMs?: number | undefined;
}

const DEFAULT_IMPORT_TIMEOUT_MS = 10_000;
/** What a thread may take to start, beside what it loads. */
const THREAD_START_MS = 10_000;

/**
 * Finds job classes in modules like `ModuleJobClassResolver`, and loads and runs them in worker threads: a run that
 * spins, leaks, exits or crashes fails like any other, and the scheduler goes on. To the scheduler and its listeners a
 * run in a thread looks like one inline: its result, errors, changed data, interruption.
 *
 * Give it to the scheduler as `jobClassResolver`, and as a plugin too, so that its threads end with the scheduler.
 *
 * @example
 * const threads = new WorkerThreadResolver({ roots: ['./jobs'] });
 * const scheduler = createScheduler({ store, jobClassResolver: threads, plugins: { threads } });
 */
export class WorkerThreadResolver implements JobClassResolver, SchedulerPlugin, AsyncDisposable {
  readonly #modules: ModuleJobClassResolver;
  readonly #versions: ModuleVersions;
  readonly #importTimeoutMs: number;
  readonly #graceMs: number;
  readonly #pool: Piscina<FindRequest | RunRequest, FindAnswer | RunAnswer>;
  /** Classes that a worker has found, in the version of their module that it found them in. */
  readonly #found = new Map<string, string>();
  #logger: Logger = console;

  /** Throws `ERR_INVALID_ARGUMENT` that names the option. */
  constructor(options: WorkerThreadOptions) {
    checkKnownKeys('options', options, [
      'roots',
      'reload',
      'packages',
      'importTimeoutMs',
      'threads',
      'idleTimeoutMs',
      'memoryLimitMb',
      'interruptGraceMs',
    ]);
    const { roots, reload = false, packages, importTimeoutMs = DEFAULT_IMPORT_TIMEOUT_MS } = options;
    this.#modules = new ModuleJobClassResolver({ roots, reload, packages, importTimeoutMs });
    this.#versions = new ModuleVersions(reload);
    this.#importTimeoutMs = importTimeoutMs;
    this.#graceMs = whole('interruptGraceMs', options.interruptGraceMs ?? 5000, 0);
    const limit = options.memoryLimitMb;
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL('./worker.js', import.meta.url)),
      minThreads: 0,
      maxThreads: whole('threads', options.threads ?? availableParallelism(), 1),
      idleTimeout: whole('idleTimeoutMs', options.idleTimeoutMs ?? 10_000, 0),
      // A thread that waits for work sleeps; timers that a run left behind do not fire meanwhile.
      atomics: 'sync',
      ...(limit === undefined
        ? {}
        : { resourceLimits: { maxOldGenerationSizeMb: whole('memoryLimitMb', limit, 8) } }),
    });
    // What a run left behind may fail while no run is under way: then it is nobody's failure, but it is told.
    this.#pool.on('error', (error) =>
      this.#logger.warn(`A worker thread died between two runs: ${error.message}`),
    );
  }

  get description(): string {
    return `${this.#modules.description}, in worker threads`;
  }

  /** Keeps the scheduler's logger. */
  initialize({ logger }: PluginContext): void {
    this.#logger = logger;
  }

  /** Ends all threads, and with them the runs that are still in them. */
  async shutdown(): Promise<void> {
    await this.#pool.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /**
   * Finds the module here, and the class in a worker: nothing of it is loaded in this thread. Throws
   * `ERR_JOB_CLASS_NOT_FOUND` like `ModuleJobClassResolver`.
   */
  async resolve(jobClass: string): Promise<JobFunction | null> {
    const location = await this.#modules.locate(jobClass);
    if (location === null) return null;
    const request = this.#find(jobClass, location);
    const version = `${location.path} ${request.version}`;
    if (this.#found.get(jobClass) !== version) {
      try {
        await this.#lookInWorker(request);
      } catch (error) {
        this.#versions.failed(location);
        throw error;
      }
      this.#found.set(jobClass, version);
    }
    return (context) => this.#run(request, context);
  }

  #find(jobClass: string, location: ModuleLocation): FindRequest {
    const version = this.#versions.of(location);
    return { jobClass, path: location.path, version, importTimeoutMs: this.#importTimeoutMs };
  }

  /** @param again - a thread died over it; the second one that does shows that it is the module's doing */
  async #lookInWorker(request: FindRequest, again = false): Promise<void> {
    const end = new AbortController();
    // A module that spins while it loads cannot tell that it is late: its thread is ended.
    const timer = setTimeout(() => end.abort(), this.#importTimeoutMs + THREAD_START_MS);
    let answer: FindAnswer;
    try {
      answer = (await this.#pool.run(request, { signal: end.signal })) as FindAnswer;
    } catch (error) {
      // What an earlier run left behind in the thread may have killed it.
      if (!again && !end.signal.aborted) return this.#lookInWorker(request, true);
      const why = end.signal.aborted
        ? `${request.path} did not finish loading`
        : messageOf(asJobError(error));
      throw notFound(request, new Error(why));
    } finally {
      clearTimeout(timer);
    }
    if (answer.kind === 'missing') throw notFound(request, unpackError(answer.error));
  }

  async #run(find: FindRequest, context: JobExecutionContext): Promise<unknown> {
    const { port1: port, port2 } = new MessageChannel();
    const end = new AbortController();
    let grace: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      port.postMessage(byWhom(context.signal));
      grace = setTimeout(() => end.abort(), this.#graceMs);
    };
    if (context.signal.aborted) interrupt();
    else context.signal.addEventListener('abort', interrupt, { once: true });
    const request: RunRequest = { ...find, facts: factsOf(context), port: port2 };
    try {
      const options = { transferList: [port2], signal: end.signal };
      const answer = (await this.#pool.run(request, options)) as RunAnswer;
      replaceAll(context.jobData, answer.jobData);
      if (answer.kind === 'failed') throw unpackError(answer.error);
      return answer.result;
    } catch (error) {
      throw end.signal.aborted ? this.#ended(context) : asJobError(error);
    } finally {
      clearTimeout(grace);
      context.signal.removeEventListener('abort', interrupt);
      port.close();
    }
  }

  #ended({ signal }: JobExecutionContext): Error {
    return new Error(
      `The run went on for ${this.#graceMs} ms after it was interrupted; its worker thread was ended`,
      { cause: signal.reason },
    );
  }
}

function byWhom({ reason }: AbortSignal): Interrupter {
  return reason instanceof JobInterruption || reason?.name === 'JobInterruption' ? reason.by : 'interrupt';
}

function factsOf(context: JobExecutionContext): RunFacts {
  const { job, trigger, calendar, fireInstanceId, data, jobData, refireCount, attempt, retries, recovers } =
    context;
  const { firedAt, scheduledFireAt, previousFireAt, nextFireAt } = context;
  return {
    job,
    trigger,
    calendar,
    fireInstanceId,
    data,
    jobData,
    firedAt,
    scheduledFireAt,
    previousFireAt,
    nextFireAt,
    refireCount,
    attempt,
    retries,
    recovers,
  };
}

/** What the run changed in its data happens to the scheduler's draft too. */
function replaceAll(draft: JobExecutionContext['jobData'], data: RunAnswer['jobData']): void {
  for (const key of Object.keys(draft)) delete draft[key];
  for (const [key, value] of Object.entries(data))
    Object.defineProperty(draft, key, { value, writable: true, enumerable: true, configurable: true });
}

/** The end of a thread in words that say what happened to the run. */
function asJobError(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { code } = thrown as { readonly code?: unknown };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new Error('The run used up the memory of its worker thread, which was ended', { cause: thrown });
  }
  if (/worker exited with code|terminating worker thread/i.test(thrown.message)) {
    return new Error(`The worker thread of the run ended before the run did (${thrown.message})`, {
      cause: thrown,
    });
  }
  return thrown;
}

function notFound({ jobClass }: FindRequest, cause: Error): SchedulerError {
  return new SchedulerError('ERR_JOB_CLASS_NOT_FOUND', cause.message, { details: { jobClass }, cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function whole(option: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw invalidArgument(`options.${option}`, value, `a whole number of at least ${least}`);
}
