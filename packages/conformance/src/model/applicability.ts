/**
 * What a sequence asks of a store.
 *
 * @module
 */
import type { Harness } from '../harness.js';
import { ageable, clustered, durable } from '../needs.js';
import type { Command } from './commands.js';

/** Whether a sequence can be played on a store: `true`, or the reason why not. */
export function playable(commands: readonly Command[], harness: Harness): true | string {
  const words = new Set(commands.map((command) => command.do));
  const needs = [
    ...(words.has('die') || words.has('restart') ? [durable] : []),
    ...(words.has('sleep') ? [ageable] : []),
    ...(nodesOf(commands) > 1 ? [clustered] : []),
  ];
  return needs.map((need) => need(harness)).find((answer) => answer !== true) ?? true;
}

/** How many nodes a sequence needs. */
export function nodesOf(commands: readonly Command[]): number {
  const named = commands.map((command) => ('node' in command ? (command.node ?? 0) : 0));
  return Math.max(
    commands.some((command) => command.do === 'sleep') ? 2 : 1,
    ...named.map((node) => node + 1),
  );
}
