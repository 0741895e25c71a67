/**
 * The lock that changes over several documents take: one per scheduler name, fenced, by the server's clock.
 *
 * It orders such changes among one another. Claims, fires and completions do not take it: each changes single
 * documents, guarded by what was read.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { SchedulerError } from '@ametrine/core/spi';
import type { ClientSession, Collection, UpdateFilter } from 'mongodb';
import { newSchedulerDocument, type SchedulerDocument } from '../documents/scheduler-document.js';
import { waitAbout } from '../waiting.js';

/** How long an owner may be silent before others take over, in ms. */
const SILENCE_MS = 5000;
/** How often an owner says that it is there, in ms. */
const RENEW_MS = 1000;
/** How often whoever waits looks whether the owner's process is gone, in ms. */
const LOOK_EVERY_MS = 100;
/** How often in a row it must be gone: its connections may be lost together, and be made anew. */
const TIMES_GONE = 2;
/** However impatient the options are, a lock that a dead process holds must be survived, in ms. */
const LEAST_WAIT_MS = 3 * SILENCE_MS;
const FREE = { $or: [{ owner: null }, { $expr: { $lt: ['$until', '$$NOW'] } }] };

/** One owner's time. */
export interface Tenure {
  readonly owner: string;
  /** Higher than that of every owner before. */
  readonly fence: number;
  /** The document as it was found. */
  readonly document: SchedulerDocument;
  /** The owner before fell silent: it may have left things half done. */
  readonly inherited: boolean;
}

/** What the commit of a change writes beside letting go. */
export type SmallFacts = Partial<
  Pick<SchedulerDocument, 'pausedTriggerGroups' | 'pausedJobGroups' | 'pausedAll' | 'nodes'>
>;

/** What a lock works with. */
export interface LockParts {
  readonly schedulers: Collection<SchedulerDocument>;
  readonly scheduler: string;
  readonly timeoutMs: number;
  /** What the connections of this node are called on the server; empty when they cannot be known by it. */
  readonly life: string;
  /** Whether the process of a life still has connections; null when the server does not say. */
  isConnected(life: string): Promise<boolean | null>;
}

/** The lock of one scheduler name. */
export class SchedulerLock {
  readonly #parts: LockParts;
  readonly #schedulers: Collection<SchedulerDocument>;
  readonly #scheduler: string;
  readonly #patienceMs: number;

  constructor(parts: LockParts) {
    this.#parts = parts;
    this.#schedulers = parts.schedulers;
    this.#scheduler = parts.scheduler;
    this.#patienceMs = Math.max(parts.timeoutMs, LEAST_WAIT_MS);
  }

  /** Makes the document of a scheduler name that is used for the first time. */
  async prepare(): Promise<void> {
    const { _id, ...fields } = newSchedulerDocument(this.#scheduler);
    await this.#schedulers.updateOne({ _id }, { $setOnInsert: fields }, { upsert: true });
  }

  /** The document, as it is now. */
  async look(session?: ClientSession): Promise<SchedulerDocument> {
    const found = await this.#schedulers.findOne({ _id: this.#scheduler }, session ? { session } : {});
    if (found === null) throw dropped(this.#scheduler);
    return found;
  }

  /**
   * Takes the lock, when its owner lets go, falls silent, or is the process of nobody.
   *
   * @throws SchedulerError `ERR_STORE_BUSY`
   */
  async acquire(session?: ClientSession): Promise<Tenure> {
    const began = performance.now();
    const owner = `${this.#parts.life}/${randomUUID()}`;
    const watch = new OwnerWatch(this.#parts);
    for (let attempt = 0; ; attempt++) {
      const document = await this.#schedulers.findOneAndUpdate(
        { _id: this.#scheduler, ...FREE },
        [
          {
            $set: {
              owner,
              fence: { $add: ['$fence', 1] },
              until: { $add: ['$$NOW', SILENCE_MS] },
              committed: false,
            },
          },
        ] as unknown as UpdateFilter<SchedulerDocument>,
        { returnDocument: 'before', writeConcern: { w: 1 }, ...(session ? { session } : {}) },
      );
      if (document !== null) {
        const inherited = document.owner !== null;
        return { owner, fence: document.fence + 1, document, inherited };
      }
      if (attempt === 0) await this.look();
      if (performance.now() - began > this.#patienceMs) throw busy(this.#patienceMs);
      await watch.look();
      await waitAbout(Math.min(1 + attempt, 15));
    }
  }

  /** Says at intervals that the owner is there, until the returned function is called. */
  keep({ owner }: Tenure): () => void {
    const timer = setInterval(() => {
      // Whoever lost the lock finds out at its commit.
      this.#schedulers
        .updateOne({ _id: this.#scheduler, owner }, [{ $set: { until: { $add: ['$$NOW', SILENCE_MS] } } }], {
          writeConcern: { w: 1 },
        })
        .catch(() => {});
    }, RENEW_MS).unref();
    return () => clearInterval(timer);
  }

  /**
   * Lets go, within the session's transaction when there is one. Answers false when the lock was lost. Only facts wait
   * for what the write concern asks for: a lock that is found taken again is taken over like any other.
   */
  async release({ owner }: Tenure, facts: SmallFacts, session?: ClientSession): Promise<boolean> {
    const alone = Object.keys(facts).length === 0 ? { writeConcern: { w: 1 } } : {};
    const { matchedCount } = await this.#schedulers.updateOne(
      { _id: this.#scheduler, owner },
      { $set: { ...facts, owner: null, committed: false } },
      session ? { session } : alone,
    );
    return matchedCount === 1;
  }

  /**
   * Enters a transaction of the user's: from here to its end every other change waits. Waits itself, outside of it, for
   * a change that is under way.
   *
   * @throws SchedulerError `ERR_STORE_BUSY` when that takes too long, or a change began meanwhile
   */
  async enter(session: ClientSession): Promise<SchedulerDocument> {
    const began = performance.now();
    for (let attempt = 0; ; attempt++) {
      const { owner } = await this.look();
      if (owner === null) break;
      if (performance.now() - began > this.#patienceMs) throw busy(this.#patienceMs);
      await waitAbout(Math.min(1 + attempt, 15));
    }
    const document = await this.#schedulers.findOneAndUpdate(
      { _id: this.#scheduler, ...FREE },
      { $inc: { fence: 1 } },
      { returnDocument: 'after', session },
    );
    if (document === null) throw busy(performance.now() - began);
    return document;
  }

  /** Writes facts within a transaction that has entered. */
  async note(facts: SmallFacts, session: ClientSession): Promise<void> {
    await this.#schedulers.updateOne({ _id: this.#scheduler }, { $set: facts }, { session });
  }

  /** Marks the owner's change as made. Answers false when the lock was lost. May be repeated. */
  async commit({ owner }: Tenure, facts: SmallFacts): Promise<boolean> {
    const { matchedCount } = await this.#schedulers.updateOne(
      { _id: this.#scheduler, owner },
      { $set: { ...facts, committed: true } },
    );
    return matchedCount === 1;
  }
}

/** Frees a lock whose owner's process is gone: a process that died says nothing, and others need not wait until it is silent for long. */
class OwnerWatch {
  readonly #parts: LockParts;
  #lookedAt = performance.now();
  #gone = '';
  #times = 0;

  constructor(parts: LockParts) {
    this.#parts = parts;
  }

  /** Looks, when it is time to. */
  async look(): Promise<void> {
    if (performance.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = performance.now();
    const { schedulers, scheduler, isConnected } = this.#parts;
    const owner = (await schedulers.findOne({ _id: scheduler }, { projection: { owner: 1 } }))?.owner ?? '';
    const life = owner.slice(0, owner.indexOf('/'));
    if (life === '' || (await isConnected(life)) !== false) {
      this.#times = 0;
      return;
    }
    this.#times = owner === this.#gone ? this.#times + 1 : 1;
    this.#gone = owner;
    if (this.#times < TIMES_GONE) return;
    await schedulers.updateOne({ _id: scheduler, owner }, { $set: { until: new Date(0) } });
  }
}

function busy(patienceMs: number): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_BUSY',
    `Other nodes changed the schedule for longer than ${patienceMs} ms`,
    {
      retryable: true,
      details: { patienceMs },
    },
  );
}

function dropped(scheduler: string): SchedulerError {
  return new SchedulerError(
    'ERR_STORE_SCHEMA',
    `The document of scheduler ${scheduler} is gone: somebody dropped the collection. Open the store again`,
    { details: { scheduler } },
  );
}
