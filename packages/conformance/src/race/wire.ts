/**
 * Calls whose connection is cut in the middle, at every place where it can be.
 *
 * @module
 */
import { isSchedulerError } from '@ametrine/core';
import type { CaseContext } from '../context.js';
import type { Loss, TcpProxy } from '../faults/tcp-proxy.js';
import type { CaseNode } from '../node.js';

/** A call makes so many round trips at most: beyond, the sweep ends. */
const MOST_REQUESTS = 12;

/** Nodes behind a proxy do not wait long for a backend that is away, in ms. */
export const WIRE_PATIENCE_MS = 500;

/** What came of a call during which the connection was cut. */
export type CutCall<T> =
  | { readonly known: true; readonly answer: T }
  /** It may have been carried out, or not. */
  | { readonly known: false };

/** One place of a sweep. */
export interface CutPlace {
  /** The request at which the connection is cut, from 1. */
  readonly request: number;
  readonly loses: Loss;
  /** Unique in the sweep, to make names of. */
  readonly name: string;
}

/**
 * Makes a round for every place at which a call can be cut: at its first request, its second and so on, each before the
 * backend sees it and after the backend has carried it out.
 *
 * @param round - prepares something, makes the call by `cutting`, and checks what came of it
 */
export async function sweepCuts(
  ctx: CaseContext,
  proxy: TcpProxy,
  round: (place: CutPlace, cutting: <T>(call: () => Promise<T>) => Promise<CutCall<T>>) => Promise<void>,
): Promise<void> {
  let cuts = 0;
  for (const loses of ['request', 'answer'] as const) {
    for (let request = 1; request <= MOST_REQUESTS; request += 1) {
      let happened = false;
      await round({ request, loses, name: `${loses}${request}` }, async (call) => {
        void proxy.cutAt(request, loses).then(() => {
          happened = true;
        });
        const outcome = await knownOrNot(ctx, call());
        proxy.heal();
        return outcome;
      });
      if (!happened) break;
      cuts += 1;
    }
  }
  // One for each side of the first request, if the call speaks to its backend at all.
  if (cuts < 2) ctx.inconclusive('the call made no request that could be cut');
}

/** The answer of a call; a rejection must be an error of the library's. */
export async function knownOrNot<T>(ctx: CaseContext, call: Promise<T>): Promise<CutCall<T>> {
  try {
    return { known: true, answer: await call };
  } catch (error) {
    ctx.holds(
      isSchedulerError(error) && (error.retryable || error.code === 'ERR_WRITE_FATE_UNKNOWN'),
      'a call that is cut is refused as retryable, or as of unknown fate',
      error,
    );
    return { known: false };
  }
}

/** Repeats a call that may be repeated until it is answered: the network is well again. */
export async function untilAnswered<T>(ctx: CaseContext, call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const outcome = await knownOrNot(ctx, call());
    if (outcome.known) return outcome.answer;
  }
  return ctx.fail('the store answers again when the network is well; seen five more refusals');
}

/** A node behind a proxy of its own, its store open and known to answer. */
export async function openWired(
  ctx: CaseContext,
  options: { readonly instanceId?: string; readonly schedulerName?: string } = {},
): Promise<{ readonly node: CaseNode; readonly proxy: TcpProxy }> {
  const proxy = await ctx.proxy();
  const node = await ctx.open({ endpoint: proxy.endpoint, patienceMs: WIRE_PATIENCE_MS, ...options });
  await node.store.getCounts();
  return { node, proxy };
}

/** Resolves when the backend was asked for something more; waits for the event, a turn of the event loop at a time. */
export async function asked(proxy: TcpProxy, roundTripsBefore: number): Promise<void> {
  while (proxy.traffic.roundTrips <= roundTripsBefore) await new Promise((resolve) => setImmediate(resolve));
}
