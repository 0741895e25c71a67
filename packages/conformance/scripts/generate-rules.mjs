// Makes src/generated/rules.ts from packages/core/spec/jobstore.md; with --check, fails when it is not up to date.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseRules } from './parse-rules.mjs';
import { writeOrCheck } from './write-or-check.mjs';

const spec = fileURLToPath(new URL('../../core/spec/jobstore.md', import.meta.url));
const target = fileURLToPath(new URL('../src/generated/rules.ts', import.meta.url));

const rows = parseRules(readFileSync(spec, 'utf8')).map((rule) => `  ${JSON.stringify(rule)},`);
const text = `/**
 * The rules of packages/core/spec/jobstore.md. Made by scripts/generate-rules.mjs; not to be edited.
 *
 * @module
 */
import type { Rule } from '../rules/rule.js';

/** Every rule of the contract, in the order of the spec. */
export const rules: readonly Rule[] = [
${rows.join('\n')}
];
`;
process.exitCode = writeOrCheck(target, text, 'node packages/conformance/scripts/generate-rules.mjs');
