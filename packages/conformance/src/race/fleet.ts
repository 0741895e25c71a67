/**
 * Several nodes over the same data, in this process or in processes of their own.
 *
 * @module
 */
import { type CaseDefinition, type ConformanceCase, defineCases } from '../case.js';
import type { CaseContext, OpenOptions } from '../context.js';
import { all, clustered, offers } from '../needs.js';
import type { CaseNode } from '../node.js';

/** What a case about several nodes does: `open` opens one more of them. */
export type FleetRun = (
  ctx: CaseContext,
  open: (options?: Omit<OpenOptions, 'resolverHook'>) => Promise<CaseNode>,
) => Promise<void>;

/** A case about several nodes. */
export type FleetDefinition = Omit<CaseDefinition, 'level' | 'run'> & { readonly run: FleetRun };

/**
 * Makes two cases of each definition: one whose nodes live in this process, and one, `…-processes`, whose nodes have
 * processes of their own, where harnesses offer them. All of level L3.
 */
export function defineFleetCases(definitions: readonly FleetDefinition[]): readonly ConformanceCase[] {
  return definitions.flatMap((definition) => {
    const needs = all(clustered, definition.needs ?? (() => true));
    return defineCases([
      {
        ...definition,
        level: 'L3',
        needs,
        run: (ctx) => definition.run(ctx, (options) => ctx.open(options)),
      },
      {
        ...definition,
        id: `${definition.id}-processes`,
        title: `${definition.title} (nodes in processes of their own)`,
        level: 'L3',
        needs: all(needs, offers('processes')),
        run: (ctx) => definition.run(ctx, (options) => ctx.openProcess(options)),
      },
    ]);
  });
}

/** Opens so many nodes at once. */
export async function openAll(count: number, open: () => Promise<CaseNode>): Promise<readonly CaseNode[]> {
  return Promise.all(Array.from({ length: count }, () => open()));
}
