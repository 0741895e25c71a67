import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { judge } from './judge.js';
import { KillLog, type LogLine } from './kill-log.js';
import { Life } from './lives.js';
import { News } from './news.js';
import { seeded, seedOfRun } from './random.js';
import { startServers } from './stores/sqlite.mjs';
import { workloadOf } from './workloads.mjs';

const kills = Number(process.env['AMETRINE_KILLS'] ?? 100);
const seed = seedOfRun();
/** A start takes a third of a second; this only ends a test that hangs. */
const START_LIMIT_MS = 20_000;

const servers = await startServers();
const folder = mkdtempSync(join(tmpdir(), 'ametrine-kill-'));
const log = new KillLog(join(folder, 'log.jsonl'));
const news = new News();
const workload = workloadOf({ name: 'mixed' });
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await servers.stop();
});

/** A new life of the one scheduler. */
function live(life: number, create: boolean, instanceId: string | null): Life {
  const { connection } = servers;
  const common = { store: 'sqlite', connection, workload: { name: 'mixed' }, concurrency: 4 } as const;
  return new Life({ ...common, life, create, instanceId, inspects: true, runs: true }, log, news);
}

it(
  `goes on after ${kills} kills at random moments`,
  async () => {
    console.log(`AMETRINE_SEED=${seed} AMETRINE_KILLS=${kills}`);
    const random = seeded(seed);
    for (let life = 1; life <= kills; life++) {
      const create = !log.lines.some((line) => line.event === 'opened');
      const child = live(life, create, random() < 0.5 ? 'steady' : null);
      // Now and then it dies while it opens the file or recovers what the life before left.
      const early = random() < 0.15;
      if (!early) await child.started(START_LIMIT_MS);
      await child.killAfter(random() * (early ? 400 : 1400));
      expect(judge(log.lines, { workload, final: false }), child.complaint).toEqual([]);
    }

    const last = live(kills + 1, false, 'steady');
    await last.started(START_LIMIT_MS);
    for (const [name, { periodMs }] of Object.entries(workload.triggers)) {
      const fired = (line: LogLine): boolean =>
        line.life === kills + 1 && line.event === 'start' && line.trigger.name === name;
      await last.until(`${name} fires in the last life`, periodMs + 10_000, () => log.lines.some(fired));
    }
    await last
      .until(
        'all that was cut runs again',
        10_000,
        () => judge(log.lines, { workload, final: true }).length === 0,
      )
      .catch(() => {});
    expect(await last.stop(), last.complaint).toBe(0);
    expect(judge(log.lines, { workload, final: true })).toEqual([]);
    expect(await servers.verify?.()).toEqual([]);

    const { lines } = log;
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
