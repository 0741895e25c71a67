/**
 * What a transaction has decided and not yet written, as the pieces of its commit (commands/commit-20.lua).
 *
 * @module
 */
import type { Calendar, JobDetail } from '@ametrine/core';
import {
  type ExecutionRecord,
  encodeCalendar,
  type InstanceRecord,
  type PausedGroups,
  type TriggerRecord,
} from '@ametrine/core/spi';
import { encodeGroup, encodeName } from '../ids.js';
import { writeExecution, writeInstance } from '../records/execution-text.js';
import { writeJob } from '../records/job-text.js';
import { writeTrigger } from '../records/trigger-text.js';

/** The changes of one transaction; a null removes. What was changed twice is written once. */
export class Changes {
  readonly jobs: Map<string, JobDetail | null> = new Map();
  readonly triggers: Map<string, TriggerRecord | null> = new Map();
  readonly executions: Map<string, ExecutionRecord | null> = new Map();
  readonly calendars: Map<string, Calendar | null> = new Map();
  readonly instances: Map<string, InstanceRecord | null> = new Map();
  /** Triggers that cannot be read. */
  readonly damaged: Set<string> = new Set();
  paused: PausedGroups | null = null;
  cleared = false;

  /** Whether there is nothing to write. */
  get isEmpty(): boolean {
    const sizes = [this.jobs, this.triggers, this.executions, this.calendars, this.instances, this.damaged];
    return sizes.every(({ size }) => size === 0) && this.paused === null && !this.cleared;
  }

  /**
   * The pieces, in an order in which they can be done.
   *
   * @param lifeOf - what tells the lives of an instance apart
   * @param previousOf - the fire before the one of an execution, as it is stored
   */
  pieces(lifeOf: (instanceId: string) => string, previousOf: (token: string) => string): string[] {
    const pieces: string[] = this.cleared ? ['X'] : [];
    for (const [id, job] of this.jobs) {
      if (job === null) pieces.push('j', id);
      else pieces.push('J', id, writeJob(job));
    }
    for (const id of this.damaged) pieces.push('e', id);
    for (const [id, record] of this.triggers) {
      if (record === null) pieces.push('t', id);
      else {
        const { value, large } = writeTrigger(record);
        pieces.push('T', id, value, large);
      }
    }
    for (const [token, execution] of this.executions) {
      if (execution === null) pieces.push('r', token);
      else pieces.push('R', token, writeExecution(execution, previousOf(token)));
    }
    for (const [name, calendar] of this.calendars) {
      if (calendar === null) pieces.push('c', encodeName(name));
      else pieces.push('C', encodeName(name), encodeCalendar(calendar));
    }
    for (const [name, instance] of this.instances) {
      if (instance === null) pieces.push('i', name);
      else pieces.push('I', name, writeInstance(instance, lifeOf(name)));
    }
    if (this.paused !== null) pieces.push('P', pausedText(this.paused));
    return pieces;
  }
}

/** Paused groups as the fields of a hash, joined by NUL: `a` for everything, `t` and `j` before groups. */
function pausedText({ triggerGroups, jobGroups, all }: PausedGroups): string {
  const fields = [
    ...triggerGroups.map((group) => `t${encodeGroup(group)}`),
    ...jobGroups.map((group) => `j${encodeGroup(group)}`),
  ];
  return (all ? ['a', ...fields] : fields).join('\0');
}
