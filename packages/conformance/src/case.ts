/**
 * A conformance case as data: plain async functions that know no test runner.
 *
 * @module
 */
import type { CaseContext } from './context.js';
import type { Harness } from './harness.js';

/**
 * L1 Contract: one open store. L2 Durable: what survives a process. L3 Clustered: several nodes over shared data.
 * L4 Hardened: faults, and random sequences against a model. Each includes those before it.
 */
export type Level = 'L1' | 'L2' | 'L3' | 'L4';

/** The two ways to fire a due trigger: acquire, then `triggersFired`; or both in one step by `fireDue`. */
export type FireRoute = 'twoSteps' | 'oneStep';

/** Whether a case applies to a store: `true`, or the reason why not. */
export type Applicability = (harness: Harness) => true | string;

/** One case. */
export interface ConformanceCase {
  /** Stable: the behaviour's id (`ACQ-15`), with `/word` behind it for one more case of it and `+due` for its second fire route. */
  readonly id: string;
  readonly title: string;
  /** The ids of the behaviours that the case shows. */
  readonly behaviours: readonly string[];
  /** The rules of `spec/jobstore.md` that a failure breaks. */
  readonly rules: readonly string[];
  readonly level: Level;
  /** The version of the contract that first asked for it. */
  readonly since: string;
  readonly route: FireRoute;
  readonly needs: Applicability;
  run(context: CaseContext): Promise<void>;
}

/** What an author of cases writes. */
export interface CaseDefinition {
  readonly id: string;
  readonly title: string;
  readonly rules: readonly string[];
  /** Behaviours shown beside the one that the id names. @defaultValue none */
  readonly also?: readonly string[];
  /** @defaultValue `'L1'` */
  readonly level?: Level;
  /** The version of the contract that first asked for it. @defaultValue `'1.0'` */
  readonly since?: string;
  /** `'both'` makes two cases, one for each fire route; for cases that fire through `node.run()`. @defaultValue two steps only */
  readonly routes?: 'both';
  /** @defaultValue applies to every store */
  readonly needs?: Applicability;
  readonly run: (context: CaseContext) => Promise<void>;
}

/** The behaviour that a case's id names. */
export function behaviourOf(caseId: string): string {
  return caseId.replace(/[/+].*$/, '');
}

const always: Applicability = () => true;

/** Turns definitions into cases, in the same order. */
export function defineCases(definitions: readonly CaseDefinition[]): readonly ConformanceCase[] {
  return definitions.flatMap((definition) => {
    const plain: ConformanceCase = {
      id: definition.id,
      title: definition.title,
      behaviours: [behaviourOf(definition.id), ...(definition.also ?? [])],
      rules: definition.rules,
      level: definition.level ?? 'L1',
      since: definition.since ?? '1.0',
      route: 'twoSteps',
      needs: definition.needs ?? always,
      run: definition.run,
    };
    if (definition.routes !== 'both') return [plain];
    return [
      plain,
      { ...plain, id: `${plain.id}+due`, title: `${plain.title} (fired in one step)`, route: 'oneStep' },
    ];
  });
}
