/**
 * What a case is given: its nodes, its time, its assertions.
 *
 * @module
 */
import type { CheckIn, JobClassResolver, StoreCapabilities, StoreContext } from '@ametrine/core/spi';
import { acquaint } from './acquaint.js';
import type { FireRoute } from './case.js';
import { Checks } from './check.js';
import { T0, THRESHOLD } from './factories.js';
import { TcpProxy } from './faults/tcp-proxy.js';
import type { HarnessNode, Namespace, NodeOptions, ProcessNode, TcpEndpoint } from './harness.js';
import { History } from './history.js';
import { CaseNode, type CaseTime, type NodeParts } from './node.js';
import { ProcessCaseNode } from './processes/process-case-node.js';
import { RecordedSignals } from './recorded-signals.js';
import { SeededRandom } from './seed.js';
import { SettableResolver } from './settable-resolver.js';

/** How a case opens a node. */
export interface OpenOptions {
  /** @defaultValue `n1`, `n2`, … */
  readonly instanceId?: string;
  /** @defaultValue `'conformance'` */
  readonly schedulerName?: string;
  /** In ms. @defaultValue {@link THRESHOLD} */
  readonly misfireThresholdMs?: number;
  /** @defaultValue the store's own */
  readonly maxMisfiresPerPass?: number;
  /** How long a call may wait for a backend that is away, in ms. @defaultValue the store's own */
  readonly patienceMs?: number;
  /** Whether `schedulerStarted` is called too. @defaultValue true */
  readonly start?: boolean;
  /** In ms. @defaultValue {@link CHECK_IN_INTERVAL} */
  readonly checkInIntervalMs?: number;
  /** @defaultValue a new one that knows `Work` */
  readonly resolver?: SettableResolver;
  /** Where the node reaches the backend: that of a {@link CaseContext.proxy}. @defaultValue directly */
  readonly endpoint?: TcpEndpoint;
  /** What a subclass's `getJobClassResolver()` answers; needs the offer `resolverHook`. */
  readonly resolverHook?: JobClassResolver;
  /** Handed to the constructor as they are. */
  readonly extraOptions?: Readonly<Record<string, unknown>>;
}

/** How often nodes check in unless a case says otherwise, in ms. */
export const CHECK_IN_INTERVAL: number = 7500;
/** After this long, in ms, a node that never checks in is dead to nodes that do so by {@link CHECK_IN_INTERVAL}. */
export const LAPSE: number = 3 * CHECK_IN_INTERVAL;

/** The context of one case. Its assertions are those of {@link Checks}. */
export class CaseContext extends Checks implements CaseTime {
  /** The time of every call that does not name another (epoch ms). */
  now: number = T0;
  readonly namespace: Namespace;
  /** What the harness says of the store. */
  readonly claim: StoreCapabilities;
  /** The only chance that a case may use: the same seed, the same run. */
  readonly random: SeededRandom;
  readonly #tcp: TcpEndpoint | null;
  readonly #proxies: TcpProxy[] = [];
  readonly #route: FireRoute;
  readonly #nodes: CaseNode[] = [];
  readonly #unopened = new Set<HarnessNode>();
  readonly #processes: ProcessNode[] = [];
  readonly #schedulerNames = new Set<string>();
  #named = 0;

  constructor(
    namespace: Namespace,
    claim: StoreCapabilities,
    route: FireRoute,
    random: SeededRandom = new SeededRandom(0, 'case'),
    tcp: TcpEndpoint | null = null,
  ) {
    super(new History());
    this.claim = claim;
    this.namespace = namespace;
    this.random = random;
    this.#route = route;
    this.#tcp = tcp;
  }

  /** Lets time pass for the callers. */
  advance(ms: number): void {
    this.now += ms;
  }

  /** Lets time pass for the callers, and for the server where its clock decides which node is dead. */
  async pass(ms: number): Promise<void> {
    this.advance(ms);
    await this.ageCheckIns(ms);
  }

  /** Lets time pass for the server alone, where its clock decides which node is dead. */
  async ageCheckIns(ms: number): Promise<void> {
    if (this.claim.livenessClock === 'caller') return;
    for (const schedulerName of this.#schedulerNames) await this.namespace.ageCheckIns?.(schedulerName, ms);
  }

  /**
   * Lets time pass while the given nodes check in on time, and nobody else does.
   *
   * @returns what their check-ins found, in order
   */
  async checkInFor(ms: number, ...nodes: readonly CaseNode[]): Promise<readonly CheckIn[]> {
    const found: CheckIn[] = [];
    for (let passed = 0; passed < ms; passed += CHECK_IN_INTERVAL) {
      await this.pass(Math.min(CHECK_IN_INTERVAL, ms - passed));
      for (const node of nodes) found.push(await node.checkIn());
    }
    return found;
  }

  /** Opens a node: constructed, initialized and started, unless the options say otherwise. */
  async open(options: OpenOptions = {}): Promise<CaseNode> {
    const { node } = await this.prepare(options);
    return node();
  }

  /**
   * Constructs a node without initializing it.
   *
   * @returns the bare, recorded store, what to initialize it with, and a call that does the rest of {@link open}
   */
  async prepare(options: OpenOptions = {}): Promise<{
    store: HarnessNode['store'];
    storeContext: StoreContext;
    node: () => Promise<CaseNode>;
  }> {
    const instanceId = options.instanceId ?? this.#nextInstanceId();
    const handle = await this.namespace.openNode(nodeOptions(instanceId, options));
    this.#unopened.add(handle);
    const { store, storeContext, start } = this.#introduce(instanceId, handle, options);
    const node = async (): Promise<CaseNode> => {
      const opened = new CaseNode(await start());
      this.#unopened.delete(handle);
      this.#nodes.push(opened);
      return opened;
    };
    return { store, storeContext, node };
  }

  /** Opens a node in a process of its own, likewise; needs the offer `processes`. */
  async openProcess(options: Omit<OpenOptions, 'resolverHook'> = {}): Promise<ProcessCaseNode> {
    const instanceId = options.instanceId ?? this.#nextInstanceId();
    const handle = await this.namespace.openProcessNode?.(nodeOptions(instanceId, options));
    if (handle === undefined) throw new Error('the harness offers processes, but its namespaces have none');
    this.#processes.push(handle);
    return new ProcessCaseNode({ ...(await this.#introduce(instanceId, handle, options).start()), handle });
  }

  /** Puts a proxy before the backend, for nodes to be opened behind it by their `endpoint`; needs the harness's `tcp`. */
  async proxy(): Promise<TcpProxy> {
    if (this.#tcp === null) throw new Error('the harness names no address of its backend');
    const proxy = await TcpProxy.start(this.#tcp);
    this.#proxies.push(proxy);
    return proxy;
  }

  /** Ends the case at once: no call gets through any more, and no process is left. */
  giveUp(): void {
    this.history.giveUp();
    for (const handle of this.#processes) void handle.kill();
    for (const proxy of this.#proxies) proxy.heal();
  }

  /** Closes every node that the case left open. */
  async close(): Promise<void> {
    for (const proxy of this.#proxies) proxy.heal();
    await Promise.all(this.#processes.map((handle) => handle.kill()));
    for (const node of this.#nodes) await node.stop();
    for (const handle of this.#unopened) await handle.store.shutdown();
    for (const proxy of this.#proxies) await proxy.close();
  }

  #nextInstanceId(): string {
    this.#named += 1;
    return `n${this.#named}`;
  }

  #introduce(
    instanceId: string,
    handle: HarnessNode,
    options: OpenOptions,
  ): { store: HarnessNode['store']; storeContext: StoreContext; start: () => Promise<NodeParts> } {
    const store = this.history.record(instanceId, handle.store);
    const signals = new RecordedSignals();
    const resolver = options.resolver ?? new SettableResolver();
    const schedulerName = options.schedulerName ?? 'conformance';
    this.#schedulerNames.add(schedulerName);
    const storeContext: StoreContext = { schedulerName, instanceId, signals, jobClassResolver: resolver };
    const start = async (): Promise<NodeParts> => {
      await store.initialize(storeContext);
      const checkInIntervalMs = options.checkInIntervalMs ?? CHECK_IN_INTERVAL;
      const recoveries =
        options.start === false ? [] : await store.schedulerStarted({ now: this.now, checkInIntervalMs });
      if (this.#route === 'oneStep' && options.start !== false && options.resolverHook === undefined) {
        // What it fails at, it fails at in the case, too.
        await acquaint(handle.store, instanceId).catch(() => {});
        signals.clear();
        resolver.asked.length = 0;
      }
      const surroundings = { time: this, route: this.#route, checks: this };
      return { instanceId, store, signals, resolver, handle, recoveries, ...surroundings };
    };
    return { store, storeContext, start };
  }
}

function nodeOptions(instanceId: string, options: OpenOptions): NodeOptions {
  const { maxMisfiresPerPass, patienceMs, endpoint, resolverHook, extraOptions } = options;
  return {
    instanceId,
    misfireThresholdMs: options.misfireThresholdMs ?? THRESHOLD,
    ...(maxMisfiresPerPass === undefined ? {} : { maxMisfiresPerPass }),
    ...(patienceMs === undefined ? {} : { patienceMs }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(resolverHook === undefined ? {} : { resolverHook }),
    ...(extraOptions === undefined ? {} : { extraOptions }),
  };
}
