/**
 * Every SPI call of a case, in order: the evidence that a failure shows, and what checkers read.
 *
 * @module
 */
import { inspect } from 'node:util';
import type { JobStore } from '@ametrine/core/spi';

/** One call of the SPI. */
export interface Operation {
  readonly node: string;
  readonly call: string;
  readonly args: readonly unknown[];
  /** Place in the order of all invocations and settlements of the case. */
  readonly invoked: number;
  /** Same order; null while the call is under way. */
  settled: number | null;
  outcome:
    | { readonly kind: 'pending' }
    | { readonly kind: 'ok'; readonly value: unknown }
    | { readonly kind: 'error'; readonly error: unknown };
}

/** One in so many invocations and settlements lets the event loop turn. */
const TURN_EVERY = 256;

/** Records the calls of all nodes of one case. */
export class History {
  readonly operations: Operation[] = [];
  #step = 0;
  #givenUp = false;

  /** Lets no further call through: a case that ran out of time must not go on behind the next one's back. */
  giveUp(): void {
    this.#givenUp = true;
  }

  /** A store that behaves as `store` does, and whose calls are recorded under the node's name. */
  record(node: string, store: JobStore): JobStore {
    return new Proxy(store, {
      get: (target, property): unknown => {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== 'function' || typeof property !== 'string') return member;
        return (...args: unknown[]): unknown =>
          this.#watch(node, property, args, () => Reflect.apply(member, target, args));
      },
    });
  }

  /** Notes something that befell a node and that is no call of its own, such as the end of its process. */
  mark(node: string, call: 'killed' | 'suspended' | 'resumed'): void {
    const at = this.#step++;
    this.operations.push({
      node,
      call,
      args: [],
      invoked: at,
      settled: at,
      outcome: { kind: 'ok', value: undefined },
    });
  }

  /** Whether two calls of that name were ever under way at the same time: without, a race case proves nothing. */
  overlapped(call: string): boolean {
    const calls = this.operations.filter((operation) => operation.call === call);
    return calls.some((a) =>
      calls.some((b) => a.invoked < b.invoked && (a.settled === null || b.invoked < a.settled)),
    );
  }

  /** The last operations, one a line. */
  tail(count: number): string {
    const lines = this.operations.slice(-count).map(showOperation);
    const hidden = this.operations.length - lines.length;
    return [...(hidden > 0 ? [`    (${hidden} before)`] : []), ...lines].join('\n');
  }

  #watch(node: string, call: string, args: readonly unknown[], run: () => unknown): unknown {
    const operation: Operation = {
      node,
      call,
      args,
      invoked: this.#step++,
      settled: null,
      outcome: { kind: 'pending' },
    };
    this.operations.push(operation);
    const settle = (outcome: Operation['outcome']): void => {
      operation.settled = this.#step++;
      operation.outcome = outcome;
    };
    // Awaited here, so that a store which throws instead of rejecting is seen as its callers see it.
    return (async (): Promise<unknown> => {
      try {
        if (this.#givenUp) throw new Error('the case ran out of time');
        // A store in memory answers without a turn of the event loop: without this, no deadline could be kept.
        if (operation.invoked % TURN_EVERY === 0) await new Promise((resolve) => setImmediate(resolve));
        const value = await run();
        settle({ kind: 'ok', value });
        return value;
      } catch (error) {
        settle({ kind: 'error', error });
        throw error;
      }
    })();
  }
}

function showOperation({ node, call, args, outcome }: Operation): string {
  const given = args.map(brief).join(', ');
  const got =
    outcome.kind === 'pending'
      ? '(under way)'
      : outcome.kind === 'ok'
        ? brief(outcome.value)
        : `! ${briefError(outcome.error)}`;
  return `    ${node} ${call}(${given}) → ${got}`;
}

function brief(value: unknown): string {
  const text = inspect(value, { depth: 3, breakLength: Infinity, maxArrayLength: 4, compact: true });
  return text.length > 240 ? `${text.slice(0, 237)}...` : text;
}

function briefError(error: unknown): string {
  if (!(error instanceof Error)) return brief(error);
  const code = (error as { code?: unknown }).code;
  return `${typeof code === 'string' ? `${code}: ` : ''}${error.message}`;
}
