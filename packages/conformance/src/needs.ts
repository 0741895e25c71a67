/**
 * Why a case does not apply to a store. Every reason reads as the end of "not applicable: …".
 *
 * @module
 */
import type { Applicability } from './case.js';
import type { HarnessOffer } from './harness.js';

/** Data outlive the node that wrote them. */
export const durable: Applicability = ({ claim }) =>
  claim.durability !== 'none' || 'the store keeps nothing beyond its process';

/** Several nodes share the data. */
export const clustered: Applicability = ({ claim }) => claim.clustering || 'the store has one node only';

/** A case can let time pass for what decides which node is dead: the `now` of the calls, or the server's clock. */
export const ageable: Applicability = (harness) => {
  const several = clustered(harness);
  if (several !== true) return several;
  return (
    harness.claim.livenessClock === 'caller' ||
    harness.offers?.includes('ageing') === true ||
    'the server’s clock decides which node is dead, and the harness does not offer ageing'
  );
};

/** Nodes are judged by the server's clock, whatever the `now` of the calls. */
export const clusteredByServerClock: Applicability = (harness) => {
  const several = clustered(harness);
  if (several !== true) return several;
  return harness.claim.livenessClock === 'server' || 'nodes are judged by the time of the calls';
};

/** The harness offers more than the necessary. */
export function offers(offer: HarnessOffer): Applicability {
  return (harness) => harness.offers?.includes(offer) === true || `the harness does not offer ${offer}`;
}

/** All of them; the first reason counts. */
export function all(...needs: readonly Applicability[]): Applicability {
  return (harness) => needs.map((need) => need(harness)).find((answer) => answer !== true) ?? true;
}

/** The kit can come between the store and its backend. */
export const wired: Applicability = all(
  offers('endpoint'),
  ({ tcp }) => tcp !== undefined || 'the harness names no address of its backend',
);
