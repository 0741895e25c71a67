/**
 * A client that does not keep the process alive.
 *
 * The driver's sockets and the timers of its monitors would: a process whose work is done would never end unless its
 * store was shut down (JS-LIF-07). The driver has no option for that, so its connections are looked up inside it and
 * let loose whenever there are new ones; a version of the driver that keeps them elsewhere would merely keep the process.
 * While a call is under way {@link CallsUnderWay} keeps it.
 *
 * @module
 */
import type { MongoClient } from 'mongodb';

interface Unrefable {
  unref?(): unknown;
}

interface Connected {
  readonly socket?: Unrefable;
}

interface DriverPool {
  readonly connections?: Iterable<Connected>;
  readonly checkedOut?: Iterable<Connected>;
  minPoolSizeTimer?: Unrefable | undefined;
}

interface DriverServer {
  readonly pool?: DriverPool;
  readonly monitor?: {
    readonly connection?: Connected | null;
    readonly monitorId?: { readonly timerId?: Unrefable };
    readonly rttPinger?: { readonly connection?: Connected; readonly monitorId?: Unrefable };
  } | null;
}

interface DriverInside {
  readonly topology?: { readonly s?: { readonly servers?: ReadonlyMap<string, DriverServer> } };
}

/** After these the client may have a new socket or timer. */
const EVENTS = [
  'connectionReady',
  'connectionCheckedOut',
  'serverHeartbeatStarted',
  'serverHeartbeatSucceeded',
  'serverHeartbeatFailed',
] as const;

/** Lets the sockets and timers of a client loose, now and whenever there are new ones. */
export function letLoose(client: MongoClient): void {
  const known = new WeakSet<object>();
  let isPlanned = false;
  const plan = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    // The driver sets its next timer right after it told of the event.
    setImmediate(() => {
      isPlanned = false;
      letGo(client as unknown as DriverInside, known);
    });
  };
  for (const event of EVENTS) client.on(event, plan);
  plan();
}

function letGo(client: DriverInside, known: WeakSet<object>): void {
  // Once each: a socket that is not connected yet keeps a listener for every time.
  const unref = (handle: Unrefable | undefined): void => {
    if (handle === undefined || known.has(handle)) return;
    known.add(handle);
    handle.unref?.();
  };
  for (const { pool, monitor } of client.topology?.s?.servers?.values() ?? []) {
    if (pool !== undefined && !known.has(pool)) {
      known.add(pool);
      letTimersGo(pool);
    }
    for (const { socket } of pool?.connections ?? []) unref(socket);
    for (const { socket } of pool?.checkedOut ?? []) unref(socket);
    unref(monitor?.connection?.socket);
    unref(monitor?.monitorId?.timerId);
    unref(monitor?.rttPinger?.connection?.socket);
    unref(monitor?.rttPinger?.monitorId);
  }
}

/** The pool sets a timer anew ten times a second, without an event: each is let loose as it is set. */
function letTimersGo(pool: DriverPool): void {
  let timer = pool.minPoolSizeTimer;
  timer?.unref?.();
  Object.defineProperty(pool, 'minPoolSizeTimer', {
    configurable: true,
    enumerable: true,
    get: () => timer,
    set: (next: Unrefable | undefined) => {
      timer = next;
      next?.unref?.();
    },
  });
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Keeps the process alive while calls are under way. */
export class CallsUnderWay {
  #count = 0;
  #timer: NodeJS.Timeout | null = null;

  /** Runs one call. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#count += 1;
    this.#timer ??= setInterval(() => {}, LONGEST_TIMER_MS);
    try {
      return await work();
    } finally {
      this.#count -= 1;
      if (this.#count === 0 && this.#timer !== null) {
        clearInterval(this.#timer);
        this.#timer = null;
      }
    }
  }
}
