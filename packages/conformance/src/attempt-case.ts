/**
 * Makes a case run, in a namespace of its own, and gathers the evidence of what came of it.
 *
 * @module
 */
import { inspect } from 'node:util';
import type { ConformanceCase } from './case.js';
import { CheckFailure, Inconclusive } from './check.js';
import { CaseContext } from './context.js';
import { evidenceOf, type Failure, plainFailure } from './failure.js';
import type { Harness, Namespace } from './harness.js';
import type { Operation } from './history.js';
import { leaksOf } from './leaks.js';
import { SeededRandom } from './seed.js';
import { Strays } from './strays.js';
import { showStep, witnessOf } from './witness.js';

/** How a case is run. */
export interface AttemptOptions {
  /** After so many ms of real time the case is given up as inconclusive. */
  readonly deadlineMs: number;
  /** What the case's chance depends on. */
  readonly seed: number;
  /** Told of errors that the case left behind, and that came up when its result was out. */
  readonly onLateError?: ((error: Error) => void) | undefined;
}

/** What came of a case, before known deviations are considered. */
export type Attempt =
  | { readonly outcome: 'pass'; readonly checks: number }
  | { readonly outcome: 'fail'; readonly failure: Failure }
  | { readonly outcome: 'inconclusive'; readonly failure: Failure }
  | { readonly outcome: 'notApplicable'; readonly reason: string };

/** Runs the case once. Never rejects. */
export async function attemptCase(
  harness: Harness,
  kase: ConformanceCase,
  { deadlineMs, seed, onLateError }: AttemptOptions,
): Promise<Attempt> {
  const evidence: Evidence = { operations: [], raw: null, giveUp: () => {} };
  try {
    const needs = kase.needs(harness);
    if (needs !== true) return { outcome: 'notApplicable', reason: needs };
    const strays = new Strays(onLateError);
    let checks = 0;
    const leaks = await within(deadlineMs, () =>
      strays.watch(() =>
        leaksOf(async () => {
          checks = await runIn(harness, kase, new SeededRandom(seed, kase.id), evidence);
        }),
      ),
    );
    const [stray] = strays.errors;
    if (stray !== undefined)
      throw new CheckFailure(`an error that nobody waited for: ${said(stray)}`, null, { cause: stray });
    if (leaks.length > 0) throw new CheckFailure(`the case left open: ${leaks.join(', ')}`);
    if (checks === 0) throw new CheckFailure('the case checked nothing');
    return { outcome: 'pass', checks };
  } catch (thrown) {
    evidence.giveUp();
    const failure = failureOf(thrown, evidence, seed);
    return thrown instanceof Inconclusive
      ? { outcome: 'inconclusive', failure }
      : { outcome: 'fail', failure };
  }
}

/** What is left of a case when it fails. */
interface Evidence {
  /** Those of the case itself, not those of closing it. */
  operations: readonly Operation[];
  raw: string | null;
  /** Ends what may still be under way when the case ran out of time. */
  giveUp: () => void;
}

/** Runs the case, then closes its nodes and disposes of the namespace whatever happened; the first error counts. */
async function runIn(
  harness: Harness,
  kase: ConformanceCase,
  random: SeededRandom,
  evidence: Evidence,
): Promise<number> {
  const namespace = await harness.openNamespace();
  const context = new CaseContext(namespace, harness.claim, kase.route, random, harness.tcp ?? null);
  // Shared until the case ends, so that a case which never ends shows how far it got.
  evidence.operations = context.history.operations;
  evidence.giveUp = () => context.giveUp();
  const errors: unknown[] = [];
  const attempt = async (step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  };
  await attempt(() => kase.run(context));
  evidence.operations = [...context.history.operations];
  if (errors.length > 0) evidence.raw = await inspected(namespace);
  await attempt(() => context.close());
  await attempt(async () => {
    const open = (await namespace.openResources?.()) ?? [];
    if (open.length > 0) throw new CheckFailure(`still open after every node was closed: ${open.join(', ')}`);
  });
  await attempt(() => namespace.dispose());
  if (errors.length > 0) throw errors[0];
  return context.count;
}

/** Raw records for the message; a store too broken to show them must not hide the failure itself. */
async function inspected(namespace: Namespace): Promise<string | null> {
  if (namespace.inspect === undefined) return null;
  try {
    return inspect(await namespace.inspect(), { depth: 4, breakLength: 110, maxArrayLength: 10 });
  } catch (error) {
    return `not readable: ${said(error)}`;
  }
}

function failureOf(thrown: unknown, { operations, raw }: Evidence, seed: number): Failure {
  const what =
    thrown instanceof CheckFailure
      ? thrown.what
      : thrown instanceof Inconclusive
        ? thrown.message
        : `the case ended with an error: ${said(thrown)}`;
  const comparison = thrown instanceof CheckFailure ? thrown.comparison : null;
  const failure = {
    ...plainFailure(what, seed),
    expected: comparison?.expected ?? null,
    seen: comparison?.seen ?? null,
    differences: comparison?.differences ?? [],
    raw,
  };
  const found = thrown instanceof CheckFailure ? thrown.witness : null;
  const witness = found?.map(showStep) ?? witnessOf(operations, evidenceOf(failure));
  return { ...failure, witness, operations: operations.length };
}

/** An error in words: its code, its message, and where it was thrown. */
function said(thrown: unknown): string {
  if (!(thrown instanceof Error)) return inspect(thrown);
  const code = (thrown as { code?: unknown }).code;
  const place = thrown.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return `${typeof code === 'string' ? code : thrown.name}: ${thrown.message}${place === undefined ? '' : `\n${place.trim()}`}`;
}

async function within<T>(deadlineMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Inconclusive(`no end within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([work(), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
