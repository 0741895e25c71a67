/**
 * What is kept once per scheduler name.
 *
 * @module
 */
import type { InstanceRecord, PausedGroups } from '@ametrine/core/spi';

/** A node as it is kept. */
export interface NodeEntry extends InstanceRecord {
  /** The life of the node that wrote this: the name that its connections carry. */
  readonly life: string;
}

/** The lock, and the small facts that change with it. */
export interface SchedulerDocument {
  readonly _id: string;
  /** Who changes several documents now; null when nobody does. */
  readonly owner: string | null;
  /** Until when the owner may be silent, by the server's clock. */
  readonly until: Date;
  /** Counts the owners: what one of them wrote and did not finish is known by it. */
  readonly fence: number;
  /** The owner's change is made, and only to be tidied up. */
  readonly committed: boolean;
  readonly pausedTriggerGroups: readonly string[];
  readonly pausedJobGroups: readonly string[];
  readonly pausedAll: boolean;
  readonly nodes: readonly NodeEntry[];
}

/** The document of a scheduler name that was never used before. */
export function newSchedulerDocument(scheduler: string): SchedulerDocument {
  return {
    _id: scheduler,
    owner: null,
    until: new Date(0),
    fence: 0,
    committed: false,
    pausedTriggerGroups: [],
    pausedJobGroups: [],
    pausedAll: false,
    nodes: [],
  };
}

/** The paused groups. */
export function pausedGroupsOf(document: SchedulerDocument): PausedGroups {
  return {
    triggerGroups: document.pausedTriggerGroups,
    jobGroups: document.pausedJobGroups,
    all: document.pausedAll,
  };
}

/** A reason for other nodes to look again. */
export interface SignalDocument {
  /** The scheduler's name, of the latest reason; longer, of one that comes and goes within a transaction of a user. */
  readonly _id: string;
  readonly scheduler: string;
  /** The node's life that wrote it; empty when it is nobody's. */
  readonly by: string;
  /** Different every time. */
  readonly serial: string;
  /** The earliest new fire (epoch ms); null when that is not known. */
  readonly candidateAt: number | null;
}

/** The document of a signal that leaves with the commit of a transaction. */
export function signalWithin(
  scheduler: string,
  signal: Pick<SignalDocument, 'by' | 'serial' | 'candidateAt'>,
): SignalDocument {
  return { _id: `${scheduler}\n${signal.serial}`, scheduler, ...signal };
}

/** What the prefix as a whole says about itself. */
export interface MetaDocument {
  readonly _id: 'schema';
  readonly version: number;
}
