/**
 * The command line.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { SCENARIOS, type ScenarioName, STORES, type StoreName } from './scenarios/scenario.js';
import { SETTINGS } from './servers/settings.js';
import type { Size } from './sizes.js';
import { PEERS, type PeerName } from './subjects/subject.js';

/** What the command line asks for. */
export interface BenchOptions {
  readonly stores: readonly StoreName[];
  readonly scenarios: readonly ScenarioName[];
  readonly peers: readonly PeerName[];
  /** The name of a setting of {@link SETTINGS}; null for each store's first. */
  readonly durability: string | null;
  /** The stores were named: one that cannot run is a failure. */
  readonly named: boolean;
  readonly runs: number;
  readonly size: Size;
  readonly json: boolean;
  readonly help: boolean;
}

/** Something on the command line that cannot be understood; the message says what to write instead. */
export class UsageError extends Error {}

const ALL_PEERS: readonly PeerName[] = Object.values(PEERS).flat();

/** The text of `--help`. */
export const USAGE: string = `Usage: npm run --silent bench -- [options]

Measures Ametrine, and its peers beside it, on this machine. Each measurement runs in a process of its own.

  --store <names>     ${STORES.join(', ')} (default: all)
  --scenario <names>  ${SCENARIOS.join(', ')} (default: all)
  --peers <names>     ${ALL_PEERS.join(', ')}, or 'all' (default: none); each runs with the store it is like
  --durability <name> ${durabilityHelp()}
  --runs <n>          run everything n times and show medians (default: 1)
  --quick             tiny sizes: shows that everything works, its numbers mean nothing
  --json              one JSON object a line instead of tables
  --help              show this

Names are separated by commas.`;

/** Reads the command line. Throws {@link UsageError}. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const values = parse(args);
  const stores = chosen('--store', values.store, STORES) ?? STORES;
  const peers = values.peers === 'all' ? ALL_PEERS : (chosen('--peers', values.peers, ALL_PEERS) ?? []);
  const { durability = null } = values;
  if (
    durability !== null &&
    !stores.some((store) => SETTINGS[store].some(({ name }) => name === durability))
  ) {
    throw new UsageError(`--durability names ${durability}; expected ${durabilityHelp(stores)}`);
  }
  const runs = Number(values.runs ?? 1);
  if (!Number.isInteger(runs) || runs < 1 || runs > 100) {
    throw new UsageError(`--runs is ${values.runs}; expected a whole number from 1 to 100`);
  }
  for (const peer of values.peers === 'all' ? [] : peers) {
    if (!stores.some((store) => peersOf(store).includes(peer))) {
      throw new UsageError(
        `--peers names ${peer}, which runs beside another store than ${stores.join(', ')}`,
      );
    }
  }
  return {
    stores,
    scenarios: chosen('--scenario', values.scenario, SCENARIOS) ?? SCENARIOS,
    peers,
    durability,
    named: values.store !== undefined,
    runs,
    size: values.quick === true ? 'quick' : 'full',
    json: values.json ?? false,
    help: values.help ?? false,
  };
}

/** Of stores that have a choice: what is measured when nothing is said comes first. */
function durabilityHelp(stores: readonly StoreName[] = STORES): string {
  return stores
    .map((store) => ({ store, names: SETTINGS[store].map(({ name }) => name) }))
    .filter(({ names }) => names.length > 1)
    .map(({ store, names }) => `${store}: ${names.join(', ')}`)
    .join('; ');
}

/** The peers that are measured beside a store. */
export function peersOf(store: StoreName): readonly PeerName[] {
  return PEERS[store];
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        store: { type: 'string' },
        scenario: { type: 'string' },
        peers: { type: 'string' },
        durability: { type: 'string' },
        runs: { type: 'string' },
        quick: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function chosen<T extends string>(
  option: string,
  text: string | undefined,
  known: readonly T[],
): readonly T[] | null {
  if (text === undefined) return null;
  const names = text.split(',').map((name) => name.trim());
  return names.map((name) => {
    const found = known.find((each) => each === name);
    if (found === undefined)
      throw new UsageError(`${option} names '${name}'; expected some of ${known.join(', ')}`);
    return found;
  });
}
