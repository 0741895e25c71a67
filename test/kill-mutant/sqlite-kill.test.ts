import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import { judge } from './judge.js';
import { type LogLine, readLog } from './kill-log.js';
import { Life } from './lives.js';
import { triggers } from './workload.mjs';

const kills = Number(process.env['AMETRINE_KILLS'] ?? 100);
const seed = Number(process.env['AMETRINE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
/** A start takes a third of a second; this only ends a test that hangs. */
const START_LIMIT_MS = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'ametrine-kill-'));
const file = join(folder, 'scheduler.db');
const logFile = join(folder, 'log.jsonl');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function seeded(seedNumber: number): () => number {
  let state = seedNumber;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

function log(): LogLine[] {
  try {
    return readLog(readFileSync(logFile, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

it(
  `goes on after ${kills} kills at random moments`,
  async () => {
    console.log(`AMETRINE_SEED=${seed} AMETRINE_KILLS=${kills}`);
    const random = seeded(seed);
    const ends = new Map<number, number>();
    for (let life = 1; life <= kills; life++) {
      const create = !log().some((line) => line.event === 'opened');
      const instanceId = random() < 0.5 ? 'steady' : null;
      const child = new Life({ file, logFile, life, create, instanceId });
      // Now and then it dies while it opens the file or recovers what the life before left.
      const early = random() < 0.15;
      if (!early) await child.started(START_LIMIT_MS);
      ends.set(life, await child.killAfter(random() * (early ? 400 : 1400)));
      expect(judge(log(), ends, false), child.complaint).toEqual([]);
    }

    const last = new Life({ file, logFile, life: kills + 1, create: false, instanceId: 'steady' });
    await last.started(START_LIMIT_MS);
    for (const [name, { periodMs }] of Object.entries(triggers)) {
      const fired = (line: LogLine): boolean =>
        line.life === kills + 1 && line.event === 'start' && line.trigger.name === name;
      await last.until(`${name} fires in the last life`, periodMs + 10_000, () => log().some(fired));
    }
    await last
      .until('all that was cut runs again', 10_000, () => judge(log(), ends, true).length === 0)
      .catch(() => {});
    expect(await last.stop(), last.complaint).toBe(0);
    ends.set(kills + 1, Date.now());
    expect(judge(log(), ends, true)).toEqual([]);

    const database = new Database(file, { readonly: true });
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();

    const lines = log();
    const recovered = lines.filter((line) => line.event === 'start' && line.recovering).length;
    const lives = new Set(lines.map((line) => line.life)).size;
    console.log(
      `${lives} lives, ${lines.filter((line) => line.event === 'start').length} runs, ${recovered} of them repeated`,
    );
    // With so many kills some must have cut a run that asks for recovery; otherwise nothing was tested.
    expect(recovered).toBeGreaterThan(kills / 4);
  },
  60_000 + kills * 5000,
);
