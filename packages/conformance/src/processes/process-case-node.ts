/**
 * A node in a process of its own, in the hands of a case.
 *
 * @module
 */
import type { ProcessNode } from '../harness.js';
import { CaseNode, type NodeParts } from '../node.js';

/** What a process node is made of. */
export interface ProcessNodeParts extends NodeParts {
  readonly handle: ProcessNode;
}

/** A node whose process can be killed, stopped, and left to itself. */
export class ProcessCaseNode extends CaseNode {
  readonly process: ProcessNode;
  readonly #parts: ProcessNodeParts;

  constructor(parts: ProcessNodeParts) {
    super(parts);
    this.process = parts.handle;
    this.#parts = parts;
  }

  /** Ends the process by SIGKILL; calls under way reject with `NodeGone`. */
  kill(): Promise<void> {
    return this.abandon();
  }

  /** Stops the process where it is: its calls wait. */
  suspend(): void {
    this.#parts.checks.history.mark(this.instanceId, 'suspended');
    this.process.suspend();
  }

  /** Lets a stopped process go on. */
  resume(): void {
    this.#parts.checks.history.mark(this.instanceId, 'resumed');
    this.process.resume();
  }
}
