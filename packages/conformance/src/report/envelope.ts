/**
 * `conformance.json`: what a run showed, with all that is needed to believe or to doubt it.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { StoreCapabilities } from '@ametrine/core/spi';
import type { Level } from '../case.js';
import { pinnedContract } from '../contract.js';
import { computeLevels, type LevelStanding } from '../levels.js';
import { countOutcomes, type OutcomeCounts, wasExecuted } from '../outcome.js';
import { isGreen, type SuiteRun } from '../run-suite.js';
import { type Forecast, forecastOf } from './forecast.js';
import type { CaseRecord } from './record.js';
import { type RuleVerdict, verdictsOf } from './verdicts.js';

/** The version of the report's format; its schema is `schema/conformance.schema.json` of this package. */
export const REPORT_FORMAT = 1;
/** The report of one run on one store. */
export interface ConformanceReport {
  readonly $schema: string;
  readonly format: typeof REPORT_FORMAT;
  readonly kit: { readonly name: string; readonly version: string };
  /** The version that the store is held to. */
  readonly contract: string;
  readonly store: {
    readonly name: string;
    readonly version: string | null;
    readonly backend: string | null;
  };
  readonly environment: { readonly node: string; readonly platform: string };
  readonly claim: StoreCapabilities;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly seed: number;
  readonly repeat: number;
  /** What was asked for; the rest is `notRun`. */
  readonly chosen: { readonly level: Level | null; readonly only: readonly string[] | null };
  /** Whether the run succeeded: nothing failed, stayed inconclusive or went wrong beside the cases. */
  readonly green: boolean;
  readonly problems: readonly string[];
  /** The highest level reached; null when none is. */
  readonly level: Level | null;
  readonly levels: readonly LevelStanding[];
  /** How many cases had each outcome; without previews. */
  readonly summary: OutcomeCounts;
  /** Which cases were really run: their number, and a digest of their ids. */
  readonly executed: { readonly count: number; readonly digest: string };
  /** The whole catalogue likewise. */
  readonly catalogue: { readonly count: number; readonly digest: string };
  /** What a newer contract would bring; null when no case is newer. */
  readonly forecast: Forecast | null;
  readonly rules: readonly RuleVerdict[];
  readonly cases: readonly CaseRecord[];
}

/** Makes the report of a run. */
export function reportOf(run: SuiteRun): ConformanceReport {
  const { harness, records, chosen } = run;
  const { level, standings } = computeLevels(records);
  return {
    $schema: 'https://unpkg.com/@ametrine/conformance/schema/conformance.schema.json',
    format: REPORT_FORMAT,
    kit: kit(),
    contract: pinnedContract(harness),
    store: { name: harness.name, version: harness.version ?? null, backend: harness.backend ?? null },
    environment: { node: process.version, platform: `${process.platform} ${process.arch}` },
    claim: harness.claim,
    startedAt: new Date(run.startedAt).toISOString(),
    seconds: run.seconds,
    seed: run.seed,
    repeat: run.repeat,
    chosen: { level: chosen.level ?? null, only: chosen.only ?? null },
    green: isGreen(run),
    problems: run.problems,
    level,
    levels: standings,
    summary: countOutcomes(records.filter(({ preview }) => !preview).map(({ outcome }) => outcome)),
    executed: fingerprint(records.filter(({ outcome }) => wasExecuted(outcome))),
    catalogue: fingerprint(records),
    forecast: forecastOf(records, level),
    rules: verdictsOf(records.filter(({ preview }) => !preview)),
    cases: records,
  };
}

/** How many cases there are, and the SHA-256 of their ids in code-unit order, one a line. */
export function fingerprint(cases: readonly { readonly id: string }[]): {
  readonly count: number;
  readonly digest: string;
} {
  const ids = cases.map(({ id }) => id).sort();
  return { count: ids.length, digest: `sha256:${createHash('sha256').update(ids.join('\n')).digest('hex')}` };
}

/** This package's name and version. */
export function kit(): { readonly name: string; readonly version: string } {
  const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return { name, version };
}
