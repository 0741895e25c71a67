/**
 * Finds what a case left behind in the process: timers, sockets, pipes, workers.
 *
 * @module
 */
import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/** Kinds of async resources that keep a process alive until somebody closes them. */
const WATCHED: ReadonlySet<string> = new Set([
  'Timeout',
  'TCPWRAP',
  'TCPSERVERWRAP',
  'PIPEWRAP',
  'PROCESSWRAP',
  'FSEVENTWRAP',
  'STATWATCHER',
  'WORKER',
  'UDPWRAP',
  'TLSWRAP',
]);

interface Watched {
  readonly type: string;
  readonly resource: object;
}

/** What happened within one watched piece of work, and what of it is still open. */
interface Watch {
  readonly open: Map<number, Watched>;
}

const current: AsyncLocalStorage<Watch> = new AsyncLocalStorage<Watch>();
const owners = new Map<number, Watch>();

const hook = createHook({
  init(asyncId, type, _trigger, resource) {
    if (!WATCHED.has(type)) return;
    const watch = current.getStore();
    if (watch === undefined) return;
    watch.open.set(asyncId, { type, resource });
    owners.set(asyncId, watch);
  },
  destroy(asyncId) {
    const watch = owners.get(asyncId);
    if (watch === undefined) return;
    watch.open.delete(asyncId);
    owners.delete(asyncId);
  },
});
let watching = 0;

/**
 * Runs `work` and tells which resources made by it, and still holding the process, are left when it has settled.
 * Resources made elsewhere at the same time are not counted.
 *
 * @returns the kinds of the resources left, one entry each
 * @throws what `work` throws
 */
export async function leaksOf(work: () => Promise<void>): Promise<readonly string[]> {
  const watch: Watch = { open: new Map() };
  if (watching++ === 0) hook.enable();
  try {
    await current.run(watch, work);
    // Handles close, and the destroy hooks run, in later turns of the event loop.
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return [...watch.open.values()].filter(holdsProcess).map((left) => left.type);
  } finally {
    for (const id of watch.open.keys()) owners.delete(id);
    if (--watching === 0) hook.disable();
  }
}

function holdsProcess({ resource }: Watched): boolean {
  return (resource as { hasRef?: () => boolean }).hasRef?.() ?? true;
}
