/**
 * The process of one task: the task comes as an argument, its result leaves as a message.
 *
 * @module
 */
import type { Task, TaskFailure, TaskResult } from './scenarios/scenario.js';

async function run(task: Task): Promise<TaskResult> {
  switch (task.scenario) {
    case 'drain':
      return (await import('./scenarios/drain.js')).drain(task);
    case 'drain-2':
      return (await import('./scenarios/drain-2.js')).drainTwo(task);
    case 'enqueue':
      return (await import('./scenarios/enqueue.js')).enqueue(task);
    case 'latency':
      return (await import('./scenarios/latency.js')).latency(task);
    case 'recurring':
      return (await import('./scenarios/recurring.js')).recurring(task);
    case 'idle-million':
      return (await import('./scenarios/idle-million.js')).idleMillion(task);
    case 'fill':
      return (await import('./scenarios/fill.js')).fill(task);
  }
}

const result: TaskResult | TaskFailure = await run(JSON.parse(process.argv[2] ?? '') as Task).catch(
  (error: Error) => ({ failure: error.message }),
);
// Not every peer lets go of its timers: leave as soon as the message is out.
process.send?.(result, undefined, undefined, () => process.exit(0));
