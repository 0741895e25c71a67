// Makes docs/conformance-index.md from the built kit; with --check, fails when it is not up to date. Fails, in any
// case, when a rule has neither a case nor a reason, or a case cites a rule that there is not.
import { fileURLToPath } from 'node:url';
import { allCases } from '../dist/catalogue/all-cases.js';
import { allBehaviours } from '../dist/catalogue/behaviours.js';
import { elsewhere } from '../dist/catalogue/elsewhere.js';
import { rules } from '../dist/generated/rules.js';
import { coverageGaps } from '../dist/rules/coverage.js';
import { indexPage } from '../dist/rules/index-page.js';
import { writeOrCheck } from './write-or-check.mjs';

const target = fileURLToPath(new URL('../../../docs/conformance-index.md', import.meta.url));
const input = { rules, cases: allCases, elsewhere, behaviours: allBehaviours };

const stale = writeOrCheck(target, indexPage(input), 'node packages/conformance/scripts/generate-index.mjs');
const gaps = coverageGaps(input);
for (const gap of gaps) console.error(`GAP: ${gap}`);
process.exitCode = stale !== 0 || gaps.length > 0 ? 1 : 0;
