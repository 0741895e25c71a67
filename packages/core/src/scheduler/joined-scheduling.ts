/**
 * Scheduling as part of a transaction of the application.
 *
 * @module
 */
import { SchedulerError } from '../errors.js';
import type { JoinedStore } from '../spi/job-store.js';
import type { Engine } from './engine.js';
import { ScheduleWriting } from './schedule-writing.js';

/**
 * The calls of a scheduler about jobs, triggers and calendars, as part of a transaction of the application: they happen
 * with its commit, or not at all. Get one from {@link Scheduler.using}; wait for each call before the next.
 */
export class JoinedScheduling extends ScheduleWriting {
  readonly #store: () => Promise<JoinedStore>;
  readonly #notices: (() => void)[];

  /** @param transaction - what the store's driver calls one */
  constructor(engine: Engine, transaction: unknown) {
    let joining: Promise<JoinedStore> | undefined;
    const store = (): Promise<JoinedStore> => (joining ??= join(engine, transaction));
    const notices: (() => void)[] = [];
    super({
      open: store,
      options: engine.options,
      register: (...args) => engine.register(...args),
      listeners: {
        get watchesScheduler() {
          return engine.listeners.watchesScheduler;
        },
        notify: (...args) => notices.push(() => engine.listeners.notify(...args)),
      },
    });
    this.#store = store;
    this.#notices = notices;
  }

  /**
   * To be called after the commit: this node looks at once whether something is due, and listeners hear what happened.
   * Nothing depends on it but how soon: without it the node finds out as other nodes do, by the store's push or at its
   * next look. After a rollback nothing is to be called.
   */
  async committed(): Promise<void> {
    (await this.#store()).committed();
    for (const tell of this.#notices.splice(0)) tell();
  }
}

async function join(engine: Engine, transaction: unknown): Promise<JoinedStore> {
  const store = await engine.open();
  if (store.join !== undefined) return store.join(transaction);
  throw new SchedulerError(
    'ERR_UNSUPPORTED',
    "this store cannot take part in the application's transactions; see capabilities.transactions",
  );
}
