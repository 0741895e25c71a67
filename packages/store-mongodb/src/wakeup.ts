/**
 * Telling other nodes that the schedule changed, and hearing of it.
 *
 * One small document per scheduler name is replaced whenever something may be due earlier. Where the server has change
 * streams a node watches that document, and nothing else: fires and completions wake nobody. Where it has none the
 * node looks at the document at intervals.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { ChangeStream, ChangeStreamDocument, Collection } from 'mongodb';
import type { SignalDocument } from './documents/scheduler-document.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

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

/** The ears and the mouth of one node. Nothing here keeps the process alive, and nothing rejects. */
export class Wakeup {
  readonly #parts: WakeupParts;
  #stopped = false;
  #timer: NodeJS.Timeout | null = null;
  #stream: ChangeStream<SignalDocument> | null = null;
  #serial: string | null = null;
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
        await signals.replaceOne({ _id }, { by, serial: randomUUID(), candidateAt }, options);
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
      if (found !== null && found.serial !== this.#serial) {
        this.#serial = found.serial;
        this.#hear(found);
      }
      this.#failures = 0;
      this.#later(intervalMs, () => this.#look());
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
    const pipeline = [{ $match: { 'documentKey._id': scheduler } }];
    const stream = signals.watch<SignalDocument>(pipeline, { maxAwaitTimeMS: 1000 });
    this.#stream = stream;
    try {
      // The first look opens the cursor on the server: what happens from then on is seen.
      const event = await stream.tryNext();
      if (event !== null) this.#heardOf(event);
      void this.#listen(stream);
    } catch (error) {
      this.#stream = null;
      await stream.close().catch(() => {});
      if (this.#stopped || isOver(error)) return;
      if (this.#failures === 0) failed(error);
      this.#watchAgain();
    }
  }

  /** The driver resumes by its token where it can; what reaches us it could not. */
  async #listen(stream: ChangeStream<SignalDocument>): Promise<void> {
    try {
      while (!this.#stopped) this.#heardOf(await stream.next());
    } catch (error) {
      if (this.#stopped || this.#stream !== stream) return;
      this.#stream = null;
      await stream.close().catch(() => {});
      if (isOver(error)) return;
      if (this.#failures === 0) this.#parts.failed(error);
      this.#watchAgain();
    }
  }

  #heardOf(event: ChangeStreamDocument<SignalDocument>): void {
    this.#failures = 0;
    const document = 'fullDocument' in event ? event.fullDocument : undefined;
    if (document !== undefined && document !== null) this.#hear(document);
  }

  #watchAgain(): void {
    this.#later(this.#pause(), async () => {
      await this.#watch();
      // Whatever was told meanwhile was missed.
      if (!this.#stopped && this.#stream !== null) this.#parts.heard(null);
    });
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
