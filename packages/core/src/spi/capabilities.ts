/**
 * What a store says about itself, as graded facts. The conformance kit tests each in both directions.
 *
 * @module
 */

/** The graded facts of a store. Constant from construction on. */
export interface StoreCapabilities {
  /**
   * What an acknowledged write survives: nothing (`none`), the death of the process (`process`), or the
   * loss of power (`disk`).
   */
  readonly durability: 'none' | 'process' | 'disk';
  /** Whether several nodes may share the data. When false, a second node on it is refused or cannot exist. */
  readonly clustering: boolean;
  /**
   * How a sleeping node learns of another node's change: the store tells it (`push`), the node must look
   * again (`poll`), or there are no other nodes (`local`).
   */
  readonly wakeup: 'push' | 'poll' | 'local';
  /** Whether a call can take part in the application's own transaction. */
  readonly transactions: 'join' | 'own';
  /** Whose clock decides that a node is dead: the `now` of the calls, or the server's. */
  readonly livenessClock: 'caller' | 'server';
  /** Instants are kept to this precision. */
  readonly timestampPrecisionMs: number;
  /** The longest name, group or calendar name, in UTF-16 code units; at least 200. */
  readonly maxNameLength: number;
  /** The most encoded data of one job or trigger, in bytes; at least 1 MiB. */
  readonly maxDataBytes: number;
  /** How long it takes to give a claimed trigger back and claim another, in ms (contract §2.1). */
  readonly reacquireCostMs: number;
}
