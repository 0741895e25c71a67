/**
 * How results are shown: JSON lines for programs, a table for people.
 *
 * @module
 */
import type { MetricName, Metrics, Params, ScenarioName, StoreName } from './scenarios/scenario.js';
import { median } from './statistics.js';
import type { PeerName } from './subjects/subject.js';

/** One line of the report. */
export interface ReportLine {
  readonly store: StoreName;
  /** Null for Ametrine itself. */
  readonly peer: PeerName | null;
  readonly version: string;
  readonly scenario: ScenarioName;
  /** What a commit means, in words. */
  readonly durability: string;
  /** Product and version; null for a store without a server. */
  readonly server: string | null;
  readonly params: Params & { readonly runs: number };
  /** Of several runs the median of each; empty when it failed. */
  readonly metrics: Metrics;
  /** Only when it failed: why. */
  readonly error?: string;
}

/** The median of each metric over several runs. */
export function mediansOf(runs: readonly Metrics[]): Metrics {
  const names = new Set(runs.flatMap((metrics) => Object.keys(metrics) as MetricName[]));
  const entries = [...names].map((name) => {
    const values = runs.flatMap((metrics) => metrics[name] ?? []);
    return [name, rounded(median(values))] as const;
  });
  return Object.fromEntries(entries);
}

/** A line as JSON. */
export function asJson(line: ReportLine): string {
  return JSON.stringify(line);
}

/** A line as text for people. */
export function asText(line: ReportLine): string {
  const { store, peer, version, scenario, durability, server, params, metrics, error } = line;
  const place = server === null ? durability : `${server}, ${durability}`;
  const title = `${scenario.padEnd(12)}  ${store.padEnd(8)}  ${peer ?? 'ametrine'} ${version}  (${place})`;
  const size = listed(params);
  const outcome = error === undefined ? listed(metrics) : `FAILED: ${error}`;
  return `${title}\n    ${size}\n    ${outcome}`;
}

function listed(values: Params | Metrics): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value.toLocaleString('en-US', { maximumFractionDigits: 3 })}`)
    .join('   ');
}

/** Three decimals say all there is to say. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
