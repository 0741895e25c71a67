/**
 * The program of a worker: finds the class by its module, runs it, and answers.
 *
 * @module
 */
import type { JobClass } from '@ametrine/core';
import { importModule, instantiate, jobClassIn } from '@ametrine/core/spi';
import type { FindAnswer, FindRequest, RunAnswer, RunRequest } from './messages.js';
import { packError } from './packed-error.js';
import { contextOf } from './worker-context.js';

/** Does what is asked. Never rejects. */
export default function work(request: FindRequest | RunRequest): Promise<FindAnswer | RunAnswer> {
  return 'facts' in request ? run(request) : find(request);
}

async function find(request: FindRequest): Promise<FindAnswer> {
  try {
    await load(request);
    return { kind: 'found' };
  } catch (error) {
    return { kind: 'missing', error: packError(error) };
  }
}

async function load({ jobClass, path, version, importTimeoutMs }: FindRequest): Promise<JobClass> {
  return jobClassIn(await importModule(path, importTimeoutMs, version), jobClass, path);
}

async function run(request: RunRequest): Promise<RunAnswer> {
  const { facts, port } = request;
  const context = contextOf(facts, port);
  try {
    const runnable = instantiate(await load(request));
    const result: unknown = await (typeof runnable === 'function'
      ? runnable(context)
      : runnable.execute(context));
    return { kind: 'done', result: crossable(result), jobData: context.jobData };
  } catch (error) {
    return { kind: 'failed', error: packError(error), jobData: context.jobData };
  } finally {
    port.close();
  }
}

/** @throws when it cannot cross */
function crossable(result: unknown): unknown {
  try {
    return structuredClone(result);
  } catch (error) {
    throw new TypeError('the run returned something that cannot leave its worker thread', { cause: error });
  }
}
