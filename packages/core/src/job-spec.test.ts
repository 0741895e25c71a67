import { describe, expect, it } from 'vitest';
import type { JobDetail } from './job.js';
import { checkJob, defineJob, type JobDefaults } from './job-spec.js';
import { DEFAULT_LIMITS } from './limits.js';

class SendInvoice {
  static readonly jobDefaults: JobDefaults = { nonConcurrent: true, durable: true, description: 'sends' };
  execute(): void {}
}
class SendReminder extends SendInvoice {}
function sweep(): void {}

const plain: JobDetail = {
  key: { group: 'DEFAULT', name: 'sweep' },
  jobClass: 'sweep',
  description: null,
  durable: false,
  requestsRecovery: false,
  nonConcurrent: false,
  persistDataAfterExecution: false,
  data: {},
};

describe('defineJob', () => {
  it('takes name and defaults from a function, a class, or a name', () => {
    expect(defineJob({ job: sweep })).toEqual(plain);
    expect(defineJob({ job: 'sweep' })).toEqual(plain);
    expect(defineJob({ job: SendInvoice })).toEqual({
      ...plain,
      key: { group: 'DEFAULT', name: 'SendInvoice' },
      jobClass: 'SendInvoice',
      nonConcurrent: true,
      durable: true,
      description: 'sends',
    });
  });

  it('lets a subclass inherit the defaults, and the spec overrule them', () => {
    const spec = {
      job: SendReminder,
      durable: false,
      description: 'reminds',
      key: { name: 'r', group: 'mail' },
    };
    expect(
      defineJob({ ...spec, requestsRecovery: true, persistDataAfterExecution: true, data: { n: 1 } }),
    ).toEqual({
      key: { group: 'mail', name: 'r' },
      jobClass: 'SendReminder',
      description: 'reminds',
      durable: false,
      requestsRecovery: true,
      nonConcurrent: true,
      persistDataAfterExecution: true,
      data: { n: 1 },
    });
  });

  it('freezes all of it', () => {
    const job = defineJob({ job: sweep, key: 'k', data: { a: { b: 1 } } });
    expect([job, job.key, job.data, job.data['a']].every(Object.isFrozen)).toBe(true);
  });
});

describe('checkJob', () => {
  it('gives a frozen copy that shares nothing with the caller that could change (JOB-05)', () => {
    const foreign = { ...plain, key: { group: 'g', name: 'n' }, data: { list: [1], at: new Date(1) } };
    const own = checkJob(foreign, DEFAULT_LIMITS);
    foreign.key.name = 'changed';
    foreign.data.list.push(2);
    foreign.data.at.setTime(9);
    expect(own).toEqual({ ...plain, key: { group: 'g', name: 'n' }, data: { list: [1], at: new Date(1) } });
    expect(Object.isFrozen(own)).toBe(true);
  });

  it('holds names and data to the store’s limits', () => {
    const long = { ...plain, key: { group: 'g'.repeat(201), name: 'n' } };
    expect(() => checkJob(long, DEFAULT_LIMITS)).toThrow(/job\.key\.group/);
    expect(checkJob(long, { ...DEFAULT_LIMITS, maxNameLength: 201 })).toEqual(long);
    expect(() =>
      checkJob({ ...plain, data: { a: 'x'.repeat(99) } }, { ...DEFAULT_LIMITS, maxDataBytes: 99 }),
    ).toThrow(/job\.data/);
  });
});
