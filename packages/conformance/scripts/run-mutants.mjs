// Sets the kit on every broken store. The last line is `N mutants, N killed, 0 survived`; the exit status is 1 when
// one survives. `--only JS-ACQ` takes those whose id holds the text, `--verbose` names who killed each, and `--failures`
// shows what an author of such a store would read.
import { parseArgs } from 'node:util';
import { createViteServer } from 'vitest/node';

const root = new URL('../../../', import.meta.url).pathname;
const server = await createViteServer({
  root,
  configFile: new URL('../../../vitest.config.ts', import.meta.url).pathname,
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
});
const { runMutants } = await server.ssrLoadModule('/packages/conformance/test/mutants/run-mutants.ts');

const { values } = parseArgs({
  options: { only: { type: 'string' }, verbose: { type: 'boolean' }, failures: { type: 'boolean' } },
});
const verdicts = await runMutants((verdict) => {
  const { id, what } = verdict.mutant;
  if (verdict.kind === 'survived') console.log(`survived  ${id}: ${what}\n          ${verdict.why}`);
  else if (values.verbose || values.failures) console.log(`killed    ${id} by ${verdict.by}: ${what}`);
  if (verdict.kind === 'killed' && values.failures) console.log(`${verdict.failure}\n`);
}, values.only);
await server.close();

const survived = verdicts.filter(({ kind }) => kind === 'survived').length;
console.log(`${verdicts.length} mutants, ${verdicts.length - survived} killed, ${survived} survived`);
process.exitCode = survived === 0 ? 0 : 1;
