/**
 * `@ametrine/conformance/node-process`: the program of a node in a process of its own. It opens a store as the
 * harness's module says, and does with it what it is told. When the kit goes away, it ends.
 *
 * @module
 */
import type { JobClassResolver, JobStore, StoreSignals } from '@ametrine/core/spi';
import { Work } from '../settable-resolver.js';
import {
  type FromChild,
  type PackedContext,
  packError,
  packResult,
  packSignal,
  type ToChild,
} from './messages.js';

let store: JobStore | null = null;

process.on('message', (message) => void obey(message as ToChild));
process.on('disconnect', end);

function end(): void {
  process.exit(1);
}

function tell(message: FromChild): void {
  // The kit may have gone meanwhile; then nobody is there to be told.
  if (process.connected) process.send?.(message);
}

async function obey(message: ToChild): Promise<void> {
  switch (message.kind) {
    case 'open':
      return open(message.module, message.options);
    case 'call':
      return answer(message.id, message.call, message.args);
    case 'letGo':
      process.off('disconnect', end);
      process.disconnect();
  }
}

async function open(module: string, options: unknown): Promise<void> {
  try {
    const { openStore } = (await import(module)) as {
      openStore: (options: unknown) => JobStore | Promise<JobStore>;
    };
    store = await openStore(options);
    tell({ kind: 'opened', capabilities: store.capabilities });
  } catch (error) {
    tell({ kind: 'notOpened', error: packError(error) });
  }
}

async function answer(id: number, call: string, args: readonly unknown[]): Promise<void> {
  try {
    tell({ kind: 'answer', id, value: packResult(call, await perform(call, args)) });
  } catch (error) {
    tell({ kind: 'refusal', id, error: packError(error) });
  }
}

async function perform(call: string, args: readonly unknown[]): Promise<unknown> {
  if (store === null) throw new Error(`${call} was asked for before the store was opened`);
  if (call !== 'initialize') {
    const method = store[call as keyof JobStore] as (...args: readonly unknown[]) => unknown;
    return Reflect.apply(method, store, args);
  }
  const { classes, ...identity } = args[0] as PackedContext;
  return store.initialize({ ...identity, signals, jobClassResolver: resolverOf(classes) });
}

function resolverOf(classes: readonly string[]): JobClassResolver {
  const known = new Set(classes);
  return {
    description: 'the classes that the case named',
    resolve: (jobClass) => (known.has(jobClass) ? Work : null),
  };
}

const passOn =
  (name: keyof StoreSignals) =>
  (...args: readonly unknown[]): void =>
    tell({ kind: 'signal', name, args: packSignal(args) });

const signals: StoreSignals = {
  schedulingChanged: passOn('schedulingChanged'),
  triggerMisfired: passOn('triggerMisfired'),
  triggerFinalized: passOn('triggerFinalized'),
  triggerInError: passOn('triggerInError'),
  jobDeleted: passOn('jobDeleted'),
  storeError: passOn('storeError'),
};
