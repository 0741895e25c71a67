// Sets the kit on every broken store. The last line is `N mutants, N killed, 0 survived`; the exit status is 1 when
// one survives.
import { createViteServer } from 'vitest/node';

const root = new URL('../../../', import.meta.url).pathname;
const server = await createViteServer({
  root,
  configFile: new URL('../../../vitest.config.ts', import.meta.url).pathname,
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
});
const { runMutants } = await server.ssrLoadModule('/packages/conformance/test/mutants/run-mutants.ts');

const verbose = process.argv.includes('--verbose');
const verdicts = await runMutants((verdict) => {
  const { id, what } = verdict.mutant;
  if (verdict.kind === 'survived') console.log(`survived  ${id}: ${what}\n          ${verdict.why}`);
  else if (verbose) console.log(`killed    ${id} by ${verdict.by}: ${what}`);
});
await server.close();

const survived = verdicts.filter(({ kind }) => kind === 'survived').length;
console.log(`${verdicts.length} mutants, ${verdicts.length - survived} killed, ${survived} survived`);
process.exitCode = survived === 0 ? 0 : 1;
