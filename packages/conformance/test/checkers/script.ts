/** Histories made by hand, for tests of checkers. */
import type { Trigger } from '@ametrine/core';
import type { CompletionOutcome, FireResult, Recovery } from '@ametrine/core/spi';
import { job, once, T0 } from '../../src/factories.js';
import type { Operation } from '../../src/history.js';
import { NodeGone } from '../../src/processes/child-store.js';

/** A claim as the script names it: its token and its trigger. */
export interface Claim {
  readonly token: string;
  readonly trigger: Trigger;
}

const of = job('j');

/** A claim of the one-shot of that name, due at T0. */
export function claim(token: string, name = 't', overrides: Partial<Trigger> = {}): Claim {
  return { token, trigger: { ...once(name, of), ...overrides } };
}

/** Writes a history; every call is over when the next one begins, unless it is left open. */
export class Script {
  readonly operations: Operation[] = [];
  #step = 0;
  nonConcurrent = false;
  now = T0;

  /** A call that was answered. */
  call(node: string, call: string, args: readonly unknown[], value?: unknown): Operation {
    const op = this.begin(node, call, args);
    return this.end(op, value);
  }

  /** A call that is under way. */
  begin(node: string, call: string, args: readonly unknown[]): Operation {
    const op: Operation = {
      node,
      call,
      args,
      invoked: this.#step++,
      settled: null,
      outcome: { kind: 'pending' },
    };
    this.operations.push(op);
    return op;
  }

  /** Answers a call. */
  end(op: Operation, value?: unknown): Operation {
    op.settled = this.#step++;
    op.outcome = { kind: 'ok', value };
    return op;
  }

  /** Ends a call without an answer: its process was killed. */
  lose(op: Operation): Operation {
    op.settled = this.#step++;
    op.outcome = { kind: 'error', error: new NodeGone('killed') };
    return op;
  }

  acquire(node: string, ...claims: readonly Claim[]): Operation {
    return this.call(node, 'acquireNextTriggers', [this.#request()], {
      acquired: acquired(claims),
      fired: [],
    });
  }

  /** Acquires and fires in one step. */
  acquireFired(node: string, ...claims: readonly Claim[]): Operation {
    const fired = claims.map((one) => this.fired(one));
    return this.call(node, 'acquireNextTriggers', [this.#request()], { acquired: [], fired });
  }

  beginAcquire(node: string): Operation {
    return this.begin(node, 'acquireNextTriggers', [this.#request()]);
  }

  endAcquire(op: Operation, ...claims: readonly Claim[]): Operation {
    return this.end(op, { acquired: acquired(claims), fired: [] });
  }

  fire(node: string, ...claims: readonly Claim[]): Operation {
    return this.call(
      node,
      'triggersFired',
      [acquired(claims), { now: this.now }],
      claims.map((one) => this.fired(one)),
    );
  }

  refuse(node: string, ...claims: readonly Claim[]): Operation {
    const refused = claims.map(({ token }) => ({
      kind: 'notFired',
      fireInstanceId: token,
      reason: 'claimLost',
    }));
    return this.call(node, 'triggersFired', [acquired(claims), { now: this.now }], refused);
  }

  release(node: string, ...claims: readonly Claim[]): Operation {
    return this.call(node, 'releaseAcquiredTriggers', [acquired(claims)]);
  }

  complete(node: string, { token, trigger }: Claim, outcome: CompletionOutcome = 'completed'): Operation {
    return this.call(
      node,
      'triggeredJobsComplete',
      [[completion(token, trigger)], { now: this.now }],
      [outcome],
    );
  }

  beginComplete(node: string, { token, trigger }: Claim): Operation {
    return this.begin(node, 'triggeredJobsComplete', [[completion(token, trigger)], { now: this.now }]);
  }

  recover(by: string, instanceId: string): Operation {
    const recovery: Recovery = { instanceId, released: 0, recovering: [], abandoned: 0 };
    return this.call(by, 'checkIn', [{ now: this.now }], { fenced: false, recoveries: [recovery] });
  }

  fired({ token, trigger }: Claim): FireResult {
    const bundle = {
      fireInstanceId: token,
      job: { ...of, nonConcurrent: this.nonConcurrent },
      jobClass: class {
        execute(): void {}
      },
      trigger: { ...trigger, previousFireAt: trigger.nextFireAt, nextFireAt: null },
      calendar: null,
      recovers: trigger.recovers,
      firedAt: this.now,
      scheduledFireAt: trigger.nextFireAt ?? this.now,
      previousFireAt: trigger.previousFireAt,
    };
    return { kind: 'fired', bundle };
  }

  #request(): object {
    return { now: this.now, noLaterThan: this.now, maxCount: 9, timeWindowMs: 0, fireDue: false };
  }
}

function acquired(claims: readonly Claim[]): object[] {
  return claims.map(({ token, trigger }) => ({ fireInstanceId: token, trigger, jobClass: 'Work' }));
}

function completion(fireInstanceId: string, trigger: Trigger): object {
  return { fireInstanceId, trigger, jobKey: trigger.jobKey, instruction: 'deleteTrigger', changedData: null };
}
