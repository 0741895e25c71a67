import { describe, expect, test } from 'vitest';
import { ametrine, startAmetrine } from './cli.js';

const NEW_YEAR = '2026-01-01T00:00:00Z';
const lines = (text: string): string[] => text.split('\n').slice(0, -1);

describe('ametrine next', () => {
  test('prints five times in UTC, one a line, unless told otherwise', () => {
    const { status, stdout, stderr } = ametrine(['next', '0 0 12 * * ?', '--tz', 'UTC', '--from', NEW_YEAR]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(lines(stdout)).toEqual([1, 2, 3, 4, 5].map((day) => `2026-01-0${day}T12:00:00.000Z`));
  });

  test('reads the wall clock of a zone', () => {
    const { stdout } = ametrine([
      'next',
      '0 30 2 * * ?',
      '--tz',
      'Asia/Kolkata',
      '--from',
      NEW_YEAR,
      '-n',
      '1',
    ]);
    expect(stdout).toBe('2026-01-01T21:00:00.000Z\n');
  });

  test("takes the system's zone when none is named", () => {
    const { stdout } = ametrine(['next', '0 0 12 * * ?', '--from', NEW_YEAR, '-n', '1'], {
      env: { TZ: 'America/New_York' },
    });
    expect(stdout).toBe('2026-01-01T17:00:00.000Z\n');
  });

  test('begins now when no instant is named', () => {
    const before = Date.now();
    const { stdout } = ametrine(['next', '* * * * * ?', '-n', '1']);
    expect(Date.parse(stdout.trim())).toBeGreaterThan(before);
    expect(Date.parse(stdout.trim())).toBeLessThan(before + 20_000);
  });

  test('prints times strictly after the instant', () => {
    const { stdout } = ametrine(['next', '0 0 0 * * ?', '--tz', 'UTC', '--from', NEW_YEAR, '-n', '1']);
    expect(stdout).toBe('2026-01-02T00:00:00.000Z\n');
  });

  test('--json prints one array', () => {
    const { stdout } = ametrine([
      'next',
      '0 0 0 L * ?',
      '--tz',
      'UTC',
      '--from',
      NEW_YEAR,
      '-n',
      '2',
      '--json',
    ]);
    expect(lines(stdout)).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual(['2026-01-31T00:00:00.000Z', '2026-02-28T00:00:00.000Z']);
  });

  test("--unix reads unix's five fields", () => {
    const { stdout } = ametrine([
      'next',
      '30 4 * * 1',
      '--unix',
      '--tz',
      'UTC',
      '--from',
      NEW_YEAR,
      '-n',
      '2',
    ]);
    expect(lines(stdout)).toEqual(['2026-01-05T04:30:00.000Z', '2026-01-12T04:30:00.000Z']);
  });

  test('prints what there is when an expression ends', () => {
    const ends = ['next', '0 0 0 1 1 ? 2027', '--tz', 'UTC', '--from', NEW_YEAR];
    expect(ametrine(ends)).toEqual({ status: 0, stdout: '2027-01-01T00:00:00.000Z\n', stderr: '' });
    const never = ['next', '0 0 0 31 4 ?', '--tz', 'UTC', '--from', NEW_YEAR];
    expect(ametrine(never)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(ametrine([...never, '--json']).stdout).toBe('[]\n');
  });

  test.each([
    ['a bad field', ['next', '0 0 25 * * ?'], 'hours'],
    ['too few fields', ['next', '0 0 0'], 'Invalid cron expression'],
    ['five fields without --unix', ['next', '30 4 * * 1'], 'Invalid cron expression'],
    ['an empty expression', ['next', ''], 'Invalid cron expression'],
    ['an unknown zone', ['next', '0 0 12 * * ?', '--tz', 'Mars/Base'], 'Mars/Base'],
    ['an unknown zone for lines', ['next', '-', '--tz', 'Mars/Base'], 'Mars/Base'],
    ['no instant', ['next', '0 0 12 * * ?', '--from', 'tomorrow'], 'tomorrow'],
    ['an instant without a zone', ['next', '0 0 12 * * ?', '--from', '2026-01-01T00:00:00'], 'from'],
    ['no number', ['next', '0 0 12 * * ?', '-n', 'five'], 'five'],
    ['a number below zero', ['next', '0 0 12 * * ?', '-n=-1'], '-1'],
    ['too many times', ['next', '0 0 12 * * ?', '-n', '9999999'], '9999999'],
    ['no expression', ['next'], 'needs a cron expression'],
    ['an expression without quotes', ['next', '0', '0', '12', '*', '*', '?'], 'quotes'],
    ['an unknown option', ['next', '0 0 12 * * ?', '--zone', 'UTC'], '--zone'],
  ])('refuses %s with exit code 2', (_, args, reason) => {
    const { status, stdout, stderr } = ametrine(args);
    expect(stderr).toContain(reason);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});

describe('ametrine next -', () => {
  const answers = (input: string, ...args: string[]): unknown[] => {
    const { status, stdout, stderr } = ametrine(['next', '-', ...args], { input });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return lines(stdout).map((line) => JSON.parse(line));
  };

  test('answers every line in order, good and bad', () => {
    const noon = { expression: '0 0 12 * * ?', timeZone: 'Europe/Berlin', from: NEW_YEAR, n: 1 };
    const input = [
      JSON.stringify(noon),
      'not json',
      JSON.stringify({ ...noon, expression: '0 0 12 * *' }),
      '[1]',
      'null',
      JSON.stringify({ ...noon, timeZone: 'Mars/Base' }),
      JSON.stringify({ ...noon, n: 1.5 }),
      JSON.stringify({ ...noon, from: 'soon' }),
      JSON.stringify({ ...noon, timezone: 'UTC' }),
      JSON.stringify({ timeZone: 'UTC' }),
      '',
      JSON.stringify({ ...noon, expression: '0 0 12 31 4 ?' }),
      JSON.stringify({ ...noon, expression: '0 12 * * *', dialect: 'unix' }),
    ].join('\n');
    const error = { error: expect.any(String) };
    expect(answers(input)).toEqual([
      { times: ['2026-01-01T11:00:00.000Z'] },
      ...Array.from({ length: 9 }, () => error),
      { times: [] },
      { times: ['2026-01-01T11:00:00.000Z'] },
    ]);
  });

  test('names what is wrong in one line', () => {
    const [unknownKey, notJson, badField] = answers(
      '{"expression":"0 0 12 * * ?","timezone":"UTC"}\n{"expression":\n{"expression":"0 0 25 * * ?"}\n',
    ) as { error: string }[];
    expect(unknownKey?.error).toMatch(/timezone.*did you mean 'timeZone'/);
    expect(notJson?.error).toMatch(/^not a line of JSON/);
    expect(badField?.error).toMatch(/^Invalid cron expression in the hours field: [^\n]+$/);
  });

  test('is UTC and five times unless line or option says otherwise', () => {
    const [first] = answers(`{"expression":"0 0 12 * * ?","from":"${NEW_YEAR}"}`) as { times: string[] }[];
    expect(first?.times).toHaveLength(5);
    expect(first?.times[0]).toBe('2026-01-01T12:00:00.000Z');
    const options = ['--tz', 'Asia/Tokyo', '-n', '1', '--from', NEW_YEAR, '--unix'];
    expect(
      answers('{"expression":"0 12 * * *"}\n{"expression":"0 12 * * *","timeZone":"UTC"}', ...options),
    ).toEqual([{ times: ['2026-01-01T03:00:00.000Z'] }, { times: ['2026-01-01T12:00:00.000Z'] }]);
  });

  test('answers a line before the next one is written', async () => {
    await using cli = startAmetrine(['next', '-'], process.cwd());
    for (const day of [1, 2, 3]) {
      cli.process.stdin?.write(`{"expression":"0 0 12 ${day} 1 ? 2027","from":"${NEW_YEAR}"}\n`);
      await cli.line(new RegExp(`2027-01-0${day}T12`));
    }
    cli.process.stdin?.end();
    expect(await cli.ended).toEqual({ code: 0, signal: null });
  });

  test('answers ten thousand lines', () => {
    const input = Array.from(
      { length: 10_000 },
      (_, i) => `{"expression":"${i % 60} ${i % 59} 12 * * ?","from":"${NEW_YEAR}","n":1}`,
    );
    const all = answers(input.join('\n')) as { times: string[] }[];
    expect(all).toHaveLength(10_000);
    expect(all[9_999]?.times).toEqual(['2026-01-01T12:28:39.000Z']);
  });
});
