/**
 * What the scenarios have in common.
 *
 * @module
 */
import type { ServerPlace } from '../servers/bench-server.js';
import { settingOf } from '../servers/settings.js';
import type { Events, SubjectName, SubjectSetup } from '../subjects/subject.js';

/** The stores that can be measured. */
export const STORES = ['memory', 'sqlite', 'redis', 'postgres', 'mariadb', 'mongodb'] as const;
/** One of {@link STORES}. */
export type StoreName = (typeof STORES)[number];

/** The scenarios, in the order they run. */
export const SCENARIOS = ['drain', 'drain-2', 'enqueue', 'latency', 'recurring', 'idle-million'] as const;
/** One of {@link SCENARIOS}. */
export type ScenarioName = (typeof SCENARIOS)[number];

/** How large a scenario is; shown with its result. */
export type Params = Readonly<Record<string, number>>;

/** What is measured; README.md says what each means. Every name ends in its unit, or counts things. */
export type MetricName =
  | 'jobsPerSecond'
  | 'onePerSecond'
  | 'bulkPerSecond'
  | 'p50Ms'
  | 'p99Ms'
  | 'maxMs'
  | 'expected'
  | 'fired'
  | 'missed'
  | 'firedTwice'
  | 'notRun'
  | 'acquireMs'
  | 'acquireDueMs'
  | 'acquireMsOfFew'
  | 'acquireDueMsOfFew'
  | 'startMs'
  | 'setupSeconds'
  | 'rssMiB'
  | 'cpuSeconds'
  | 'serverCpuSeconds'
  | 'statementsPerJob'
  | 'roundTripsPerJob'
  | 'commitsPerJob'
  | 'serverBytesPerTrigger';

/** What a scenario measured; only what applies to it. */
export type Metrics = Readonly<Partial<Record<MetricName, number>>>;

/** What a scenario is to run with. */
export interface Task {
  readonly scenario: ScenarioName | 'fill';
  readonly subject: SubjectName;
  readonly store: StoreName;
  readonly params: Params;
  /** An empty folder for files, removed afterwards. */
  readonly folder: string;
  /** Null for a store that needs none. */
  readonly server: ServerPlace | null;
  /** The name of the setting of durability. */
  readonly durability: string;
}

/** How the subject of a task is opened. */
export function setupOf(task: Task, events: Events): SubjectSetup {
  const { store, folder, server, durability } = task;
  const scenario = task.scenario === 'fill' ? 'idle-million' : task.scenario;
  return { store, scenario, folder, server, setting: settingOf(store, durability), events };
}

/** What a finished task sends back. */
export interface TaskResult {
  /** The version of the subject. */
  readonly version: string;
  /** As asked for, lowered where the subject cannot do so much. */
  readonly params: Params;
  readonly metrics: Metrics;
}

/** What a task sends back that failed. */
export interface TaskFailure {
  readonly failure: string;
}

/** The resources this process has used since `since`. */
export function resourcesUsed(since: NodeJS.CpuUsage): {
  readonly rssMiB: number;
  readonly cpuSeconds: number;
} {
  const { user, system } = process.cpuUsage(since);
  return { rssMiB: process.memoryUsage.rss() / 2 ** 20, cpuSeconds: (user + system) / 1e6 };
}

/** A parameter that the scenario cannot do without. */
export function param(params: Params, name: string): number {
  const value = params[name];
  if (value === undefined) throw new Error(`the scenario has no parameter ${name}`);
  return value;
}
