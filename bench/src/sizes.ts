/**
 * How large the scenarios are.
 *
 * @module
 */
import type { Params, ScenarioName, StoreName } from './scenarios/scenario.js';

/** `full` gives numbers worth reading; `quick` only shows that everything works. */
export type Size = 'full' | 'quick';

const quick: Readonly<Record<ScenarioName, Params>> = {
  drain: { jobs: 200 },
  'drain-2': { jobs: 200 },
  enqueue: { jobs: 100, oneByOne: 100 },
  latency: { jobs: 20, spreadMs: 200 },
  recurring: { schedules: 20, periodSeconds: 1, watchSeconds: 2 },
  'idle-million': { triggers: 500, few: 50, acquires: 5 },
};

/** The parameters of a scenario. */
export function paramsOf(scenario: ScenarioName, store: StoreName, size: Size): Params {
  if (size === 'quick') return quick[scenario];
  switch (scenario) {
    case 'drain':
      return { jobs: store === 'memory' ? 100_000 : 20_000 };
    case 'drain-2':
      return { jobs: 20_000 };
    case 'enqueue':
      // A commit that waits for the disk takes a millisecond or two.
      return { jobs: 20_000, oneByOne: store === 'memory' || store === 'sqlite' ? 20_000 : 5000 };
    case 'latency':
      return { jobs: 2000, spreadMs: 20_000 };
    case 'recurring':
      return { schedules: 5000, periodSeconds: 10, watchSeconds: 30 };
    case 'idle-million':
      return { triggers: 1_000_000, few: 1000, acquires: 51 };
  }
}

/** How long a scenario may take, in ms, before it is ended and reported as failed. */
export function timeLimitMs(scenario: ScenarioName): number {
  return scenario === 'idle-million' ? 900_000 : 180_000;
}
