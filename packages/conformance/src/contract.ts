/**
 * Versions of the contract: which of them a store answers for, and what comes with the next.
 *
 * @module
 */
import type { ConformanceCase } from './case.js';
import type { Harness } from './harness.js';

/** The version of the contract that this kit checks. A new MUST makes a new minor. */
export const CONTRACT_VERSION = '1.0';

/** The version that a store is held to. */
export function pinnedContract({ contract = CONTRACT_VERSION }: Pick<Harness, 'contract'>): string {
  return contract;
}

/** Whether a case is newer than the version that the store is held to: it runs, and decides nothing. */
export function isPreview(
  harness: Pick<Harness, 'contract'>,
  { since }: Pick<ConformanceCase, 'since'>,
): boolean {
  return compareContracts(since, pinnedContract(harness)) > 0;
}

/** Orders versions: negative, zero or positive, as `a` is older, the same or newer. */
export function compareContracts(a: string, b: string): number {
  const [[aMajor = 0, aMinor = 0], [bMajor = 0, bMinor = 0]] = [numbersOf(a), numbersOf(b)];
  return aMajor - bMajor || aMinor - bMinor;
}

/** What is wrong with the version that a harness pins, as a sentence; null when all is well. */
export function contractProblem(
  harness: Pick<Harness, 'contract'>,
  newest: string = CONTRACT_VERSION,
): string | null {
  const { contract } = harness;
  if (contract === undefined) return null;
  if (!/^\d+\.\d+$/.test(contract))
    return `the harness pins the contract ${JSON.stringify(contract)}, which is no version such as '${newest}'`;
  if (numbersOf(contract)[0] !== numbersOf(newest)[0])
    return `the harness pins contract ${contract}, and this kit checks ${newest}: take the kit of that major`;
  if (compareContracts(contract, newest) > 0)
    return `the harness pins contract ${contract}, and this kit knows it up to ${newest}: update the kit`;
  return null;
}

function numbersOf(version: string): readonly number[] {
  return version.split('.').map(Number);
}
