import { describe, expect, it } from 'vitest';
import { CronParseError, cron } from './index.js';

const AFTER = Date.UTC(2026, 0, 1);

describe('cron', () => {
  it('speaks both dialects', () => {
    expect(cron('0 0 12 ? * FRI', 'UTC', 'quartz').nextAfter(AFTER)).toBe(Date.UTC(2026, 0, 2, 12));
    expect(cron('0 12 * * FRI', 'UTC', 'unix').nextAfter(AFTER)).toBe(Date.UTC(2026, 0, 2, 12));
  });

  it('gives the same source for the same question only', () => {
    const source = cron('0 0 12 * * ?', 'UTC', 'quartz');
    expect(cron('0 0 12 * * ?', 'UTC', 'quartz')).toBe(source);
    expect(cron('0 0 12 * * ?', 'Europe/Berlin', 'quartz')).not.toBe(source);
    expect(cron('0 0 12 * * ?', 'Europe/Berlin', 'quartz').nextAfter(AFTER)).toBe(Date.UTC(2026, 0, 1, 11));
  });

  it('says which part is wrong', () => {
    expect(() => cron('0 0 12 * *', 'UTC', 'quartz')).toThrow(CronParseError);
    expect(() => cron('0 0 12 * * ?', 'Mars/Olympus', 'quartz')).toThrow("Unknown time zone 'Mars/Olympus'");
  });
});
