/**
 * The behaviours that the contract's catalogue numbers: family and count.
 *
 * @module
 */

/** How many behaviours each family of the catalogue holds; they are numbered from 01 without gaps. */
export const BEHAVIOUR_COUNTS: Readonly<Record<string, number>> = {
  JOB: 26,
  TRG: 33,
  CAL: 17,
  PAU: 37,
  ACQ: 35,
  FIR: 21,
  COM: 22,
  MIS: 23,
  REC: 14,
  CLU: 22,
  DAT: 9,
  CON: 11,
  HOK: 12,
  LIF: 13,
};

/** The ids of all behaviours (`'JOB-01'`), in the catalogue's order. */
export const allBehaviours: readonly string[] = Object.entries(BEHAVIOUR_COUNTS).flatMap(([family, count]) =>
  Array.from({ length: count }, (_, n) => `${family}-${String(n + 1).padStart(2, '0')}`),
);
