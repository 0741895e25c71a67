/**
 * The badge: an endpoint file for shields.io.
 *
 * @module
 */
import { LEVEL_NAMES } from '../levels.js';
import type { ConformanceReport } from './envelope.js';

/** What shields.io reads from an endpoint. */
export interface Badge {
  readonly schemaVersion: 1;
  readonly label: string;
  readonly message: string;
  readonly color: string;
  readonly isError: boolean;
}

const COLORS = { L1: 'yellowgreen', L2: 'green', L3: 'brightgreen', L4: 'blueviolet' } as const;

/** The badge of a report: its level, with the version of the contract; red when the run failed. */
export function badgeOf({ level, contract, green }: ConformanceReport): Badge {
  const message = level === null ? 'no level' : `${level} ${LEVEL_NAMES[level]} · contract ${contract}`;
  const color = !green ? 'red' : level === null ? 'lightgrey' : COLORS[level];
  return {
    schemaVersion: 1,
    label: 'ametrine store',
    message: green ? message : `${message}, failing`,
    color,
    isError: !green,
  };
}
