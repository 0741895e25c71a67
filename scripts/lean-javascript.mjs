// The comments of the published JavaScript are for readers of the repository; who uses a package reads its `.d.ts`,
// which keep theirs. Lines stay where they are, so that a stack trace still names the line of the build.
import ts from 'typescript';

/**
 * Blanks out every comment of a module. No token is touched or moved to another line.
 *
 * @param {string} code
 * @returns {string}
 */
export function leanJavaScript(code) {
  const source = ts.createSourceFile('module.js', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  return tokensOf(source)
    .map((token) => {
      const start = token.getStart(source, false);
      return leanTrivia(code.slice(token.pos, start)) + code.slice(start, token.end);
    })
    .join('');
}

/**
 * @param {ts.SourceFile} source
 * @returns {ts.Node[]} the leaves of the tree, in order; each begins with the trivia before it
 */
export function tokensOf(source) {
  /** @type {ts.Node[]} */
  const tokens = [];
  const visit = (/** @type {ts.Node} */ node) => {
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return;
    const children = node.getChildren(source);
    if (children.length > 0) children.forEach(visit);
    else tokens.push(node);
  };
  visit(source);
  return tokens;
}

/** @param {string} trivia What stands between two tokens: blanks, comments, and a first line for the shell. */
function leanTrivia(trivia) {
  const shebang = /^#!.*/.exec(trivia)?.[0] ?? '';
  const blanked = trivia
    .slice(shebang.length)
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => ` ${comment.replace(/.+/g, '')}`);
  return shebang + blanked.replace(/[ \t]+(?=\r?\n)/g, '');
}
