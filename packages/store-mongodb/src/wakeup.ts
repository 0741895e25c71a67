/**
 * Telling other nodes that the schedule changed, and hearing of it.
 *
 * One small document per scheduler name is replaced whenever something may be due earlier. Where the server has change
 * streams a node watches that document, and nothing else: fires and completions wake nobody. Where it has none the
 * node looks at the document at intervals: more often after a change of another node, because changes come in bursts.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { ChangeStream, ChangeStreamDocument, Collection } from 'mongodb';
import type { SignalDocument } from './documents/scheduler-document.js';
import { networkFault } from './errors.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;
/** How long the server keeps a look open: of a process that died it keeps the connection no longer. */
const AWAIT_MS = 500;
/** How much more often a node looks right after another changed the schedule. */
const EAGERNESS = 10;
/** By how much it waits longer each time it saw nothing, up to its interval. */
const CALMING = 1.5;

/** What a {@link Wakeup} works with. */
export interface WakeupParts {
  readonly signals: Collection<SignalDocument>;
  readonly scheduler: string;
  /** What this node signs its signals with: it does not hear its own. */
  readonly life: string;
  /** Null where the server has change streams. */
  readonly pollIntervalMs: number | null;
  heard(candidateAt: number | null): void;
  failed(error: unknown): void;
}

/** Makes the document of a scheduler name that is used for the first time: a transaction sees no collection made after it began. */
export async function prepareSignals(signals: Collection<SignalDocument>, scheduler: string): Promise<void> {
  const none = { scheduler, by: '', serial: '', candidateAt: null };
  await signals.updateOne({ _id: scheduler }, { $setOnInsert: none }, { upsert: true });
}

/** The ears and the mouth of one node. Nothing here keeps the process alive, and nothing rejects. */
export class Wakeup {
  readonly #parts: WakeupParts;
  #stopped = false;
  #timer: NodeJS.Timeout | null = null;
  #stream: ChangeStream<SignalDocument> | null = null;
  /** Where the stream before was when it broke; null when it is not known, and a new one begins with what comes next. */
  #place: unknown = null;
  #serial: string | null = null;
  /** How long until it looks again, where it has to look. */
  #lookAfterMs = 0;
  #failures = 0;
  /** The earliest fire not told yet: undefined when there is nothing to tell, null when the time is not known. */
  #untold: number | null | undefined;
  #telling: Promise<void> | null = null;

  constructor(parts: WakeupParts) {
    this.#parts = parts;
  }

  /** Begins to listen; resolves when nothing that happens from here on is missed. */
  async start(): Promise<void> {
    const { signals, scheduler, pollIntervalMs } = this.#parts;
    if (pollIntervalMs === null) {
      await this.#watch();
      return;
    }
    this.#serial = (await signals.findOne({ _id: scheduler }))?.serial ?? null;
    this.#lookAfterMs = pollIntervalMs;
    this.#later(pollIntervalMs, () => this.#look());
  }

  /** Tells the other nodes. Signals that come while one is on its way leave together in the next. */
  tell(candidateAt: number | null): void {
    const untold = this.#untold;
    if (untold === undefined || candidateAt === null) this.#untold = candidateAt;
    else if (untold !== null) this.#untold = Math.min(untold, candidateAt);
    this.#telling ??= this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    const { signals, scheduler: _id, life: by, failed } = this.#parts;
    while (this.#untold !== undefined) {
      const candidateAt = this.#untold;
      this.#untold = undefined;
      try {
        const options = { upsert: true, writeConcern: { w: 1 } } as const;
        await signals.replaceOne({ _id }, { scheduler: _id, by, serial: randomUUID(), candidateAt }, options);
      } catch (error) {
        if (!this.#stopped && !isOver(error)) failed(error);
      }
    }
    this.#telling = null;
  }

  /** Stops for good, when everything is told. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const stream = this.#stream;
    this.#stream = null;
    await this.#telling;
    await stream?.close().catch(() => {});
  }

  #later(ms: number, work: () => Promise<void>): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void work(), ms).unref();
  }

  async #look(): Promise<void> {
    const { signals, scheduler, pollIntervalMs, failed } = this.#parts;
    const intervalMs = pollIntervalMs ?? 0;
    try {
      const found = await signals.findOne({ _id: scheduler });
      if (this.#stopped) return;
      this.#lookAfterMs = Math.min(this.#lookAfterMs * CALMING, intervalMs);
      if (found !== null && found.serial !== this.#serial) {
        this.#serial = found.serial;
        if (found.by !== this.#parts.life) this.#lookAfterMs = Math.ceil(intervalMs / EAGERNESS);
        this.#hear(found);
      }
      this.#failures = 0;
      this.#later(this.#lookAfterMs, () => this.#look());
    } catch (error) {
      if (this.#stopped || isOver(error)) return;
      if (this.#failures === 0) failed(error);
      this.#later(Math.max(intervalMs, this.#pause()), () => this.#look());
    }
  }

  #hear({ by, candidateAt }: SignalDocument): void {
    if (by !== this.#parts.life) this.#parts.heard(typeof candidateAt === 'number' ? candidateAt : null);
  }

  async #watch(): Promise<void> {
    const { signals, scheduler, failed } = this.#parts;
    const pipeline = [{ $match: { 'fullDocument.scheduler': scheduler } }];
    const stream = signals.watch<SignalDocument>(pipeline, {
      maxAwaitTimeMS: AWAIT_MS,
      readConcern: { level: 'majority' },
      ...(this.#place === null ? {} : { resumeAfter: this.#place }),
    });
    this.#stream = stream;
    try {
      // The first look opens the cursor on the server: what happens from then on is seen.
      const event = await stream.tryNext();
      // Whatever was told after a place that is not known was missed.
      if (this.#failures > 0 && this.#place === null) this.#parts.heard(null);
      this.#failures = 0;
      if (event !== null) this.#heardOf(event);
      void this.#listen(stream);
    } catch (error) {
      this.#stream = null;
      await stream.close().catch(() => {});
      if (this.#stopped || isOver(error)) return;
      // The server may have forgotten the place, or never known it.
      if (networkFault(error) === null) this.#place = null;
      if (this.#failures <= 1) failed(error);
      this.#watchAgain();
    }
  }

  /** The driver resumes where it can; what reaches us it could not, and a new stream goes on from the same place. */
  async #listen(stream: ChangeStream<SignalDocument>): Promise<void> {
    try {
      while (!this.#stopped) this.#heardOf(await stream.next());
    } catch (error) {
      if (this.#stopped || this.#stream !== stream) return;
      this.#stream = null;
      this.#place = stream.resumeToken ?? null;
      await stream.close().catch(() => {});
      if (!isOver(error)) this.#watchAgain();
    }
  }

  #heardOf(event: ChangeStreamDocument<SignalDocument>): void {
    const document = 'fullDocument' in event ? event.fullDocument : undefined;
    if (document !== undefined && document !== null) this.#hear(document);
  }

  #watchAgain(): void {
    this.#later(this.#pause(), () => this.#watch());
  }

  #pause(): number {
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#failures += 1;
    return ms * (0.5 + Math.random() / 2);
  }
}

/** Whether the client was closed behind the store's back: it will never answer again. */
function isOver(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return ['MongoNotConnectedError', 'MongoClientClosedError', 'MongoTopologyClosedError'].includes(name);
}
