import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readManifest, root } from '../../scripts/workspace.mjs';
import { findExample } from './readme-example.js';
import { type InstalledApp, installTarballs } from './tarballs.js';

const tsc = join(root, 'node_modules/.bin/tsc');

describe('the packed packages, installed in an empty application', () => {
  let app: InstalledApp;
  beforeAll(() => {
    app = installTarballs(['core', 'store-memory', 'store-jdbc', 'config']);
  }, 60_000);
  afterAll(() => app?.dispose());

  /** Every module that the packages export, as an application writes it. */
  const entries = (): string[] =>
    app.packages.flatMap((name) =>
      Object.keys(readManifest(join(app.folder, 'node_modules', name)).exports ?? {})
        .filter((subpath) => !subpath.endsWith('.json'))
        .map((subpath) => name + subpath.slice(1)),
    );

  test('export modules that load, by import and by require', () => {
    expect(entries()).toEqual(
      expect.arrayContaining(['@ametrine/core', '@ametrine/core/spi', '@ametrine/store-jdbc/sqlite']),
    );
    writeFileSync(
      join(app.folder, 'load.mjs'),
      `import { createRequire } from 'node:module';
       const require = createRequire(import.meta.url);
       for (const entry of ${JSON.stringify(entries())}) {
         const names = Object.keys(await import(entry));
         if (names.length === 0) throw new Error(entry + ' exports nothing');
         for (const name of names) {
           if (require(entry)[name] !== (await import(entry))[name]) throw new Error(entry + ' has two copies of ' + name);
         }
         console.log(entry);
       }`,
    );
    const output = execFileSync(process.execPath, ['load.mjs'], { cwd: app.folder, encoding: 'utf8' });
    expect(output.trim().split('\n')).toEqual(entries());
  });

  test('carry types that a strict application can check', () => {
    symlinkSync(join(root, 'node_modules/@types'), join(app.folder, 'node_modules/@types'), 'dir');
    const imports = entries().map((entry, index) => `import * as entry${index} from '${entry}';`);
    const uses = imports.map((_, index) => `console.log(entry${index});`);
    writeFileSync(join(app.folder, 'consumer.mts'), [...imports, ...uses].join('\n'));
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const { status, stdout } = spawnSync(
      tsc,
      [...options, '--lib', 'es2023,esnext.disposable', 'consumer.mts'],
      {
        cwd: app.folder,
        encoding: 'utf8',
      },
    );
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  test("run the README's example as printed", async () => {
    const example = findExample(readFileSync(join(root, 'README.md'), 'utf8'));
    expect(example, 'README.md has a fenced block that begins with `// example.mjs`').not.toBeNull();
    const { file, code } = example!;
    const { outputText } = ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2023 } });
    writeFileSync(join(app.folder, 'example.mjs'), file.endsWith('.ts') ? outputText : code);
    const run = spawn(process.execPath, ['example.mjs'], { cwd: app.folder, timeout: 25_000 });
    const output = { stdout: '', stderr: '' };
    run.stderr.on('data', (text) => {
      output.stderr += text;
    });
    run.stdout.on('data', (text) => {
      // An example that runs until Ctrl-C has shown what it can once it prints.
      if (output.stdout === '' && code.includes('SIGINT')) run.kill('SIGINT');
      output.stdout += text;
    });
    const [exitCode, signal] = await once(run, 'close');
    expect({ exitCode, signal, stderr: output.stderr }).toEqual({ exitCode: 0, signal: null, stderr: '' });
    expect(output.stdout).not.toBe('');
  });
});

describe('findExample', () => {
  test.each([
    [
      'a block by its first line',
      '# A\n\n```js\nlet a;\n```\n\n```js\n// example.mjs\nrun();\n```\n',
      'example.mjs',
    ],
    ['a block by its fence', '```sh\nnpm i\n```\n```js example\nrun();\n```\n', 'example.mjs'],
    ['TypeScript by its fence', '```ts example\nrun();\n```\n', 'example.ts'],
  ])('finds %s', (_, markdown, file) => {
    expect(findExample(markdown)).toEqual({ file, code: expect.stringContaining('run();\n') });
  });

  test('finds none where none is marked', () => {
    expect(findExample('```js\n// an example.mjs\n```\n')).toBeNull();
  });
});
