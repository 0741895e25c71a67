import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { leanJavaScript, tokensOf } from '../../scripts/lean-javascript.mjs';
import { publishedPackages, root } from '../../scripts/workspace.mjs';

/** The text and line of every token. */
function tokens(code: string): string[] {
  const source = ts.createSourceFile('module.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  return tokensOf(source)
    .filter((token) => token.kind !== ts.SyntaxKind.EndOfFileToken)
    .map((token) => {
      const { line } = source.getLineAndCharacterOfPosition(token.getStart(source, false));
      return `${line} ${token.getText(source)}`;
    });
}

describe('leanJavaScript', () => {
  test.each([
    ['a line comment', 'let a; // why\nlet b;', 'let a;\nlet b;'],
    ['a block between tokens', 'return/* why */a', 'return a'],
    ['a block over lines', '/**\n * Why.\n */\nlet a;', '\n\n\nlet a;'],
    ['a comment at the end', 'let a;\n// why', 'let a;\n '],
  ])('blanks out %s', (_, code, lean) => {
    expect(leanJavaScript(code)).toBe(lean);
  });

  test.each([
    ['in strings', `let a = '// no', b = "/* no */";`],
    ['in templates', 'let a = `// no $'.concat('{b /c} /* no */`;')],
    ['in expressions', 'let a = /[/*]//2, b = /\\/\\//;'],
    ['of the shell', '#!/usr/bin/env -S node // \nlet a;'],
  ])('keeps what only looks like a comment %s', (_, code) => {
    expect(leanJavaScript(code)).toBe(code);
  });

  test('keeps every token of our own packages on its line', () => {
    const files = publishedPackages().flatMap(({ folder }) =>
      readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.js'))
        .map((file) => join(folder, 'dist', file)),
    );
    expect(files.length).toBeGreaterThan(200);
    for (const file of files) {
      const code = readFileSync(file, 'utf8');
      const lean = leanJavaScript(code);
      expect(tokens(lean), file.slice(root.length)).toEqual(tokens(code));
      expect(leanJavaScript(lean)).toBe(lean);
    }
  });
});
