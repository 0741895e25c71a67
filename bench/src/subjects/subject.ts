/**
 * What is measured: this library and its peers behind one small interface.
 *
 * @module
 */
import type { ScenarioName, StoreName } from '../scenarios/scenario.js';
import type { ServerPlace } from '../servers/bench-server.js';
import type { Setting } from '../servers/settings.js';

/** The peers by the store that they are measured beside. */
export const PEERS: {
  readonly memory: readonly ['croner', 'node-schedule'];
  readonly sqlite: readonly ['plainjob'];
  readonly redis: readonly ['bullmq'];
  readonly postgres: readonly ['pg-boss', 'graphile-worker'];
  readonly mariadb: readonly ['sidequest'];
  readonly mongodb: readonly ['agenda'];
} = {
  memory: ['croner', 'node-schedule'],
  sqlite: ['plainjob'],
  redis: ['bullmq'],
  postgres: ['pg-boss', 'graphile-worker'],
  mariadb: ['sidequest'],
  mongodb: ['agenda'],
};
/** A peer, by the name of its npm package. */
export type PeerName = (typeof PEERS)[StoreName][number];
/** Whatever is measured. */
export type SubjectName = 'ametrine' | PeerName;

const BY_THE_MINUTE = 'its schedules are of minutes, not seconds';
const ONE_PROCESS = 'it keeps its jobs in one process';
const NO_LOOK = 'it has no call to look for work with';

/** Which scenarios a peer cannot do, and why. */
export function whyNot(peer: PeerName, scenario: ScenarioName): string | null {
  if (scenario === 'idle-million') return NO_LOOK;
  const inMemory: readonly PeerName[] = PEERS.memory;
  if (scenario === 'drain-2' && inMemory.includes(peer)) return ONE_PROCESS;
  const coarse: readonly PeerName[] = PEERS.postgres;
  return scenario === 'recurring' && coarse.includes(peer) ? BY_THE_MINUTE : null;
}

/** A run that is to happen once. */
export interface OneShot {
  readonly id: number;
  /** Epoch ms. */
  readonly dueAt: number;
}

/** A run that is to happen again and again, at whole seconds. */
export interface Recurring {
  readonly id: number;
  readonly periodSeconds: number;
  /** Epoch ms of the first, a whole second. */
  readonly firstAt: number;
}

/** Told by a subject what happens. */
export interface Events {
  /** A run begins; `dueAt` (epoch ms) where the subject tells its job what it was due at. */
  ran(id: number, dueAt: number | null): void;
  /** So many more runs have ended, and the subject's store, if it has one, knows it. */
  completed(count: number): void;
}

/** How a subject is made. */
export interface SubjectSetup {
  readonly store: StoreName;
  /** What it is opened for: the best settings of a peer differ. */
  readonly scenario: ScenarioName;
  /** Where a store that needs files puts them. */
  readonly folder: string;
  /** Null for a store that needs none. */
  readonly server: ServerPlace | null;
  readonly setting: Setting;
  readonly events: Events;
}

/** The server that a subject cannot do without. */
export function serverOf({ store, server }: SubjectSetup): ServerPlace {
  if (server === null) throw new Error(`the store ${store} was given no server`);
  return server;
}

/** One scheduler under measurement. */
export interface Subject {
  readonly version: string;
  /** The largest number of things it was found to take in a scenario; what it is not named for is unlimited. */
  readonly limits: { readonly drain?: number };
  /** Whether jobs fire from the moment they are added, so that there is no backlog to start on. */
  readonly firesAtOnce: boolean;
  add(shot: OneShot): unknown;
  /** The bulk call, where it has one; all shots of one call may be due at the same instant only. */
  addMany: ((shots: readonly OneShot[]) => unknown) | null;
  addRecurring(recurring: readonly Recurring[]): unknown;
  start(): unknown;
  /** Resolves when the store knows the ends of all runs that have ended, where `completed` is told before. */
  settle?(): Promise<void>;
  stop(): unknown;
}

/** The seconds of each minute at which something is due, as the first field of a six-field cron expression. */
export function secondsField({ periodSeconds, firstAt }: Recurring): string {
  const phase = Math.floor(firstAt / 1000) % periodSeconds;
  const seconds: number[] = [];
  for (let second = phase; second < 60; second += periodSeconds) seconds.push(second);
  return seconds.join(',');
}
