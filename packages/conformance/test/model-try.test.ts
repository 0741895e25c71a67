import { it } from 'vitest';
import { counterexampleText, runModel } from '../src/model/run-model.js';
import { portableHarness } from './open-portable-store.js';

it('x', async () => {
  const h = portableHarness('portable');
  const t = performance.now();
  const r = await runModel(h, { seed: Number(process.env.SEED ?? 1), runs: Number(process.env.RUNS ?? 200) });
  console.log(counterexampleText(h, r), performance.now() - t);
}, 100000);
