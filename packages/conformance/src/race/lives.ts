/**
 * One life of a node after the other.
 *
 * @module
 */
import type { CaseContext } from '../context.js';
import type { CaseNode } from '../node.js';
import { untilProvoked } from './race.js';

/**
 * Opens what a killed node left, in this process and under its name: whatever decides that a node is dead, a life knows
 * of its earlier one.
 *
 * @param schedulerName - @defaultValue that of {@link CaseContext.open}
 */
export async function nextLife(
  ctx: CaseContext,
  { instanceId }: CaseNode,
  schedulerName = 'conformance',
): Promise<CaseNode> {
  return ctx.open({ instanceId, schedulerName });
}

/** One kill says little: makes two rounds at least, and more until a kill came at the right time. */
export async function severalLives(
  ctx: CaseContext,
  what: string,
  round: (attempt: number) => Promise<boolean>,
): Promise<void> {
  await untilProvoked(ctx, what, round, 2);
}
