/**
 * Keeps what became of every run, in the scheduler's own store.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import {
  checkKnownKeys,
  type DurationInput,
  defineJob,
  defineKey,
  type JobDetail,
  type JobExecutionContext,
  type JobKey,
  type JobStore,
  type Key,
  type KeyInput,
  OWN_GROUP_PREFIX,
  type PluginContext,
  type Scheduler,
  type SchedulerPlugin,
  sameKey,
} from '@ametrine/core';
import { durationMs, invalidArgument } from '@ametrine/core/spi';
import { wholeOption } from './option-checks.js';

/** The job group that the records are in. Nothing in it ever runs, and only who asks for it by name sees it. */
export const RUN_HISTORY_GROUP: string = `${OWN_GROUP_PREFIX}RUN_HISTORY`;

/** What became of one run. */
export interface RunRecord {
  readonly fireInstanceId: string;
  readonly job: Key;
  readonly jobClass: string;
  readonly trigger: Key;
  readonly scheduledFireAt: Date;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly outcome: 'succeeded' | 'failed' | 'vetoed';
  /** The message of the error of a run that failed. */
  readonly error: string | null;
  /** The node that ran it. */
  readonly node: string;
  readonly attempt: number;
  readonly refireCount: number;
  readonly recovering: boolean;
}

/** What {@link RunHistoryPlugin} takes. */
export interface RunHistoryOptions {
  /** Records older than this are removed. @defaultValue 7 days */
  readonly maxAge?: DurationInput | undefined;
  /** Of more records than this the oldest are removed, now and then: there may be 500 more. @defaultValue 10000 */
  readonly maxRuns?: number | string | undefined;
}

/** What a job that is a record names as its class; there is none. */
const RECORD_CLASS = 'ametrine.RunRecord';
/** How many new records there are at most before old ones are looked for. */
const PRUNE_EVERY = 500;
const LONGEST_ERROR = 2000;

/**
 * Stores a record of every run, and removes those that are too old or too many. Records that end while others are on
 * their way to the store leave together. They are kept as jobs that nothing fires, one each, in the group
 * {@link RUN_HISTORY_GROUP}: so they work with every store, and all nodes of a cluster share them.
 */
export class RunHistoryPlugin implements SchedulerPlugin {
  readonly #maxAgeMs: number;
  readonly #maxRuns: number;
  readonly #startedAt = new Map<string, number>();
  #context: PluginContext | null = null;
  #waiting: JobDetail[] = [];
  #writing: Promise<void> | null = null;
  #sincePruned = PRUNE_EVERY;

  /** Throws `ERR_INVALID_ARGUMENT` that names the option. */
  constructor(options: RunHistoryOptions = {}) {
    checkKnownKeys('options', options, ['maxAge', 'maxRuns']);
    this.#maxAgeMs = durationMs('options.maxAge', options.maxAge ?? '7d');
    this.#maxRuns = wholeOption('options.maxRuns', options.maxRuns, 10_000, 1);
  }

  initialize(context: PluginContext): void {
    this.#context = context;
    const { clock } = context;
    context.scheduler.addJobListener({
      name: context.name,
      jobToBeExecuted: ({ fireInstanceId, refireCount }) => {
        if (refireCount === 0) this.#startedAt.set(fireInstanceId, clock.now());
      },
      jobWasExecuted: (run, error) => this.#add(context, run, error === null ? 'succeeded' : 'failed', error),
      jobExecutionVetoed: (run) => this.#add(context, run, 'vetoed', null),
    });
  }

  /** Waits until every record is stored. */
  async shutdown(): Promise<void> {
    await this.#writing;
  }

  #add(
    { clock, scheduler }: PluginContext,
    run: JobExecutionContext,
    outcome: RunRecord['outcome'],
    error: Error | null,
  ): void {
    const { fireInstanceId, job, trigger } = run;
    const endedAt = clock.now();
    const startedAt = this.#startedAt.get(fireInstanceId) ?? endedAt;
    this.#startedAt.delete(fireInstanceId);
    this.#waiting.push(
      defineJob({
        // Names are in the order of time, so that the oldest are found without reading any.
        key: { group: RUN_HISTORY_GROUP, name: `${new Date(endedAt).toISOString()} ${randomUUID()}` },
        job: RECORD_CLASS,
        durable: true,
        data: {
          fireInstanceId,
          job: [job.key.group, job.key.name],
          jobClass: job.jobClass,
          trigger: [trigger.key.group, trigger.key.name],
          scheduledFireAt: run.scheduledFireAt,
          startedAt: new Date(startedAt),
          endedAt: new Date(endedAt),
          outcome,
          error:
            error === null
              ? null
              : error.message
                  .slice(0, LONGEST_ERROR)
                  .replace(/\p{Surrogate}/gu, '\uFFFD')
                  .replaceAll('\0', '\uFFFD'),
          node: scheduler.instanceId,
          attempt: run.attempt,
          refireCount: run.refireCount,
          recovering: run.recovering,
        },
      }),
    );
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
  }

  async #write(): Promise<void> {
    const context = this.#context;
    if (context === null) return;
    try {
      const store = await context.openStore();
      while (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        await store.storeJobsAndTriggers(batch.map((job) => ({ job, triggers: [] })));
        this.#sincePruned += batch.length;
        if (this.#sincePruned >= Math.min(PRUNE_EVERY, this.#maxRuns)) {
          this.#sincePruned = 0;
          await this.#prune(store, context.clock.now());
        }
      }
    } catch (error) {
      // History is not worth stopping for; what was not stored is lost.
      const lost = this.#waiting.splice(0).length;
      context.logger.warn(`Run history was not stored (${String(error)}), nor ${lost} records after it`);
    }
  }

  async #prune(store: JobStore, now: number): Promise<void> {
    const keys = await store.listJobKeys({ equals: RUN_HISTORY_GROUP });
    const names = keys.map(({ name }) => name).sort();
    const oldest = new Date(now - this.#maxAgeMs).toISOString();
    const tooMany = names.length - this.#maxRuns;
    const gone = names.filter((name, index) => index < tooMany || name < oldest);
    if (gone.length > 0)
      await store.removeJobs(gone.map((name): JobKey => ({ group: RUN_HISTORY_GROUP, name })));
  }
}

/** Which records {@link readRunHistory} gives. */
export interface RunHistoryQuery {
  /** Of this job only. @defaultValue of all */
  readonly job?: KeyInput | undefined;
  /** @defaultValue 100 */
  readonly limit?: number | undefined;
}

/** Reads what {@link RunHistoryPlugin} has stored, the latest first; any node may ask. */
export async function readRunHistory(
  scheduler: Scheduler,
  { job, limit = 100 }: RunHistoryQuery = {},
): Promise<readonly RunRecord[]> {
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw invalidArgument('limit', limit, 'a whole number of at least 0');
  const wanted = job === undefined ? null : defineKey('job', job);
  const stored = await scheduler.listJobs(RUN_HISTORY_GROUP);
  return [...stored]
    .sort((a, b) => (a.key.name < b.key.name ? 1 : -1))
    .flatMap(({ data }) => recordOf(data) ?? [])
    .filter((record) => wanted === null || sameKey(record.job, wanted))
    .slice(0, limit);
}

/** A record as it was stored; null for anything else that somebody put into the group. */
function recordOf(data: JobDetail['data']): RunRecord | null {
  const { job, trigger, ...facts } = data;
  const [ofJob, ofTrigger] = [keyOf(job), keyOf(trigger)];
  if (ofJob === null || ofTrigger === null || !(facts['endedAt'] instanceof Date)) return null;
  return { ...(facts as unknown as Omit<RunRecord, 'job' | 'trigger'>), job: ofJob, trigger: ofTrigger };
}

function keyOf(value: unknown): Key | null {
  if (!Array.isArray(value)) return null;
  const [group, name] = value as unknown[];
  return typeof group === 'string' && typeof name === 'string' ? { group, name } : null;
}
