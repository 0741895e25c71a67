// Fails when modules import each other in a circle at run time. Imports of types alone do not count: they are
// gone when the code runs.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { root } from './workspace.mjs';

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sourceFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.endsWith('.d.ts'))
    .map((file) => join(folder, file));
}

/**
 * @param {string} file
 * @returns {string[]} the files of the same package that it imports at run time
 */
function runtimeImports(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  /** @type {string[]} */
  const imports = [];
  for (const statement of source.statements) {
    const specifier =
      (ts.isImportDeclaration(statement) && !isTypeOnlyImport(statement)) ||
      (ts.isExportDeclaration(statement) && !statement.isTypeOnly)
        ? statement.moduleSpecifier
        : undefined;
    if (specifier !== undefined && ts.isStringLiteral(specifier) && specifier.text.startsWith('.')) {
      imports.push(join(dirname(file), specifier.text.replace(/\.js$/, '.ts')));
    }
  }
  return imports;
}

/** @param {ts.ImportDeclaration} declaration */
function isTypeOnlyImport(declaration) {
  return declaration.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

/**
 * @param {Map<string, string[]>} graph
 * @returns {string[][]} one circle for each way back that a walk through the graph meets
 */
function findCycles(graph) {
  /** @type {string[][]} */
  const cycles = [];
  const done = new Set();
  /** @type {string[]} */
  const path = [];
  const visit = (/** @type {string} */ file) => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}

const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name, 'src'));
const files = folders.flatMap(sourceFiles);
const cycles = findCycles(new Map(files.map((file) => [file, runtimeImports(file)])));
for (const cycle of cycles) console.error(`circle: ${cycle.map((file) => relative(root, file)).join(' → ')}`);
console.log(`${files.length} modules, ${cycles.length} circles`);
if (cycles.length > 0 || files.length === 0) process.exitCode = 1;
