/**
 * What a harness calls to open a node in a process of its own.
 *
 * @module
 */
import type { ProcessNode } from '../harness.js';
import { ChildStore } from './child-store.js';

/** Which store the process opens. */
export interface NodeProgram {
  /**
   * A module that Node can import in a plain process: it exports `openStore(options)`, which answers a store,
   * constructed and not initialized, or a promise of one.
   */
  readonly nodeModule: URL | string;
  /** What `openStore` is given; must be structured-cloneable. */
  readonly options: object;
}

/**
 * Starts a Node.js process and constructs a store in it. Every call of the store's SPI is made there; its signals come
 * back, its errors are errors here with the same code and details.
 *
 * @throws what `openStore` throws
 */
export async function startNodeProcess({ nodeModule, options }: NodeProgram): Promise<ProcessNode> {
  const child = await ChildStore.open(new URL(nodeModule).href, options);
  const kill = async (): Promise<void> => {
    child.signal('SIGKILL');
    await child.ended;
  };
  return {
    store: child.store,
    pid: child.pid,
    ended: child.ended,
    kill,
    abandon: kill,
    suspend: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
    letGo: () => child.letGo(),
  };
}
