/**
 * Finds the example that a README promises to work.
 *
 * @module
 */

/**
 * The first fenced block whose first line is the comment `// example.mjs` (or `.js`, `.ts`), or whose fence is
 * marked with the word `example`.
 *
 * @returns its code, and the file name it asks for
 */
export function findExample(markdown: string): { readonly file: string; readonly code: string } | null {
  for (const [, info = '', code = ''] of markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```\s*$/gm)) {
    const named = /^\/\/ (example\.(?:mjs|js|ts))\b/.exec(code)?.[1];
    if (named !== undefined) return { file: named, code };
    const [language = '', ...words] = info.trim().split(/\s+/);
    if (words.includes('example')) return { file: language === 'ts' ? 'example.ts' : 'example.mjs', code };
  }
  return null;
}
