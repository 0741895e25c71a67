import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveView } from './live-view.js';
import { describeEvent } from './log-view.js';
import { showSpan } from './plain-text.js';
import type { RunningJob, UpcomingFire } from './run-view.js';

const START = Date.UTC(2026, 2, 2, 10);
const key = (name: string): { group: string; name: string } => ({ group: 'DEFAULT', name });

class FakeTerminal {
  columns = 80;
  rows = 24;
  readonly writes: string[] = [];
  write(text: string): void {
    this.writes.push(text);
  }
  /** What stands in the last frame, without control sequences. */
  frame(): string {
    const last = this.writes.findLast((text) => text.includes('\n')) ?? '';
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what this is about
    return last.replace(/\x1b\[[?\d]*[A-Za-z]|\r/g, '');
  }
}

let terminal: FakeTerminal;
let running: RunningJob[];
let upcoming: UpcomingFire[];
let asked: number;
let view: LiveView;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  terminal = new FakeTerminal();
  running = [];
  upcoming = [];
  asked = 0;
  view = new LiveView(terminal, {
    running: () => running,
    upcoming: async () => {
      asked++;
      return upcoming;
    },
  });
});
afterEach(() => {
  view.close();
  vi.useRealTimers();
});

test('shows what is to come, what runs, what became of it and what went wrong', async () => {
  view.show({ kind: 'starting', scheduler: 'billing', store: 'memory' });
  view.show({ kind: 'started' });
  upcoming = [{ trigger: key('nightly'), fireAt: START + 7_265_000 }];
  running = [{ job: key('sync'), firedAt: START - 4200 }];
  view.show({ kind: 'done', job: key('a'), runTimeMs: 5 });
  view.show({ kind: 'misfired', trigger: key('late'), missedAt: START });
  view.show({ kind: 'failed', job: key('bad'), message: 'disk full' });
  await vi.advanceTimersByTimeAsync(1000);
  const frame = terminal.frame();
  expect(frame).toContain('billing · memory · running');
  expect(frame).toContain('done 1   failed 1   misfired 1');
  expect(frame).toMatch(/DEFAULT\.nightly +in 2 h 1 min +2026-03-02T12:01:05Z/);
  expect(frame).toMatch(/DEFAULT\.sync +5\.2 s/);
  expect(frame).toContain('10:00:00Z failed DEFAULT.bad: disk full');
});

test('draws at most four times a second, and only what changed', async () => {
  view.show({ kind: 'started' });
  await vi.advanceTimersByTimeAsync(1000);
  terminal.writes.length = 0;
  for (let i = 0; i < 1000; i++) {
    view.show({ kind: 'done', job: key('a'), runTimeMs: 1 });
    await vi.advanceTimersByTimeAsync(1);
  }
  expect(terminal.writes).toHaveLength(4);
  expect(terminal.frame()).toContain('done 1000 ');

  // Nothing but the seconds of its uptime change now.
  terminal.writes.length = 0;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(terminal.writes.length).toBeLessThanOrEqual(11);
});

test('asks for the coming fires once a second at most', async () => {
  view.show({ kind: 'started' });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBeGreaterThanOrEqual(9);
  expect(asked).toBeLessThanOrEqual(10);
});

test('hides the cursor and gives it back, once', async () => {
  expect(terminal.writes[0]).toBe('\x1b[?25l');
  await vi.advanceTimersByTimeAsync(500);
  view.close();
  view.close();
  expect(terminal.writes.filter((text) => text === '\x1b[?25h')).toHaveLength(1);
  expect(terminal.writes.at(-1)).toBe('\x1b[?25h');
  const written = terminal.writes.length;
  await vi.advanceTimersByTimeAsync(5000);
  expect(terminal.writes).toHaveLength(written);
});

test('gives the cursor back when the process exits in the middle', () => {
  const listener = process.listeners('exit').at(-1);
  listener?.(0);
  expect(terminal.writes.at(-1)).toBe('\x1b[?25h');
});

test('stays within the terminal, and lets no name steer it', async () => {
  terminal.columns = 30;
  terminal.rows = 8;
  view.show({ kind: 'started' });
  running = Array.from({ length: 50 }, (_, i) => ({ job: key(`\x1b[2J\nx${i}`), firedAt: START }));
  await vi.advanceTimersByTimeAsync(250);
  const lines = terminal.frame().split('\n').slice(0, -1);
  expect(lines).toHaveLength(7);
  for (const line of lines) expect(line.length).toBeLessThan(30);
  expect(terminal.writes.join('')).not.toContain('\x1b[2J');
});

test('takes a usual size for a terminal that does not know its own', async () => {
  terminal.columns = 0;
  terminal.rows = 0;
  await vi.advanceTimersByTimeAsync(250);
  expect(terminal.frame()).toContain('done 0   failed 0   misfired 0');
  expect(terminal.frame()).toContain('Ctrl-C stops');
});

test('goes back over exactly the lines it drew', async () => {
  await vi.advanceTimersByTimeAsync(250);
  const drawn = terminal.writes.at(-1)?.split('\n').length ?? 0;
  view.show({ kind: 'done', job: key('a'), runTimeMs: 1 });
  await vi.advanceTimersByTimeAsync(250);
  expect(terminal.writes.at(-1)).toMatch(new RegExp(`^\\x1b\\[${drawn - 1}A\\r\\x1b\\[J`));
});

test('says so when the store cannot be read', async () => {
  view.close();
  view = new LiveView(terminal, { running: () => [], upcoming: () => Promise.reject(new Error('locked')) });
  view.show({ kind: 'started' });
  await vi.advanceTimersByTimeAsync(500);
  expect(terminal.frame()).toContain('cannot read the coming fires: Error: locked');
});

test.each([
  [0, '0.0 s'],
  [-5, '0.0 s'],
  [4240, '4.2 s'],
  [10_000, '10 s'],
  [61_000, '1 min 1 s'],
  [3_600_000, '1 h'],
  [7_265_000, '2 h 1 min'],
  [90_000_000, '1 d 1 h'],
])('%i ms is %s', (ms, text) => {
  expect(showSpan(ms)).toBe(text);
});

test('an event is one line', () => {
  const event = { kind: 'failed', job: key('a\nb'), message: 'x\r\n\u2028\x1b[1my' } as const;
  expect(describeEvent(event)).toBe('failed DEFAULT.a b: x [1my');
});
