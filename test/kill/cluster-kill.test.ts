import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCluster } from './cluster-run.js';
import { KillLog } from './kill-log.js';
import { seeded, seedOfRun } from './random.js';
import { loadAdapter } from './stores/adapter.mjs';

/** 30,000 keep three processes busy for a minute; that is what a release is held to. */
const oneShots = Number(process.env['AMETRINE_ONE_SHOTS'] ?? 6000);
const stores = readdirSync(new URL('stores', import.meta.url))
  .map((file) => file.replace(/\.mjs$/, ''))
  .filter((name) => name !== 'adapter');

const folder = mkdtempSync(join(tmpdir(), 'ametrine-cluster-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const store of stores) {
  const reason = await (await loadAdapter(store)).whyUnavailable();
  describe.skipIf(reason !== null)(`${store}${reason === null ? '' : ` (${reason})`}`, () => {
    it(
      `runs ${oneShots} one-shots and 200 recurring triggers in three processes, one of which is killed every 2 s`,
      async () => {
        const seed = seedOfRun();
        console.log(`${store}: AMETRINE_SEED=${seed} AMETRINE_ONE_SHOTS=${oneShots}`);
        const log = new KillLog(join(folder, `${store}.jsonl`));
        const started = performance.now();
        const result = await runCluster({ store, oneShots, log, random: seeded(seed) });
        const seconds = Math.round((performance.now() - started) / 1000);
        const runs = result.lines.filter((line) => line.event === 'start');
        const repeated = runs.filter((line) => line.event === 'start' && line.recovering).length;
        console.log(
          `${store}: ${result.kills} kills, ${result.disturbances} disturbances, ${runs.length} runs, ${repeated} of them repeated, in ${seconds} s`,
        );
        expect(result.complaints.slice(0, 20), `${result.complaints.length} complaints`).toEqual([]);
        // With so many kills some must have cut a run; otherwise nothing was tested.
        expect(result.kills).toBeGreaterThan(oneShots / 2000);
        expect(repeated).toBeGreaterThan(0);
      },
      300_000 + oneShots * 10,
    );
  });
}
