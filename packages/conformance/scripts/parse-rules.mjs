// Reads the rules out of the tables of packages/core/spec/jobstore.md.

/** @typedef {import('../src/rules/rule.js').Rule} Rule */

const RULE_ROW = /^\|\s*(JS-[A-Z]{3}-\d\d)\s*\|/;
const LEVEL_CELL = /^(MUST|SHOULD|MAY) (L[1-4])$/;

/**
 * Every rule of the document, in its order. Throws when a row cannot be understood or an id comes twice: a rule that
 * is lost here is never checked.
 *
 * @param {string} markdown
 * @returns {readonly Rule[]}
 */
export function parseRules(markdown) {
  /** @type {Rule[]} */
  const rules = [];
  let section = '';
  for (const line of markdown.split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3).trim();
    if (!RULE_ROW.test(line)) continue;
    const rule = parseRow(line, section);
    if (rules.some(({ id }) => id === rule.id)) throw new Error(`the spec has two rules ${rule.id}`);
    rules.push(rule);
  }
  return rules;
}

/**
 * @param {string} line
 * @param {string} section
 * @returns {Rule}
 */
function parseRow(line, section) {
  const cells = line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
  const [id = '', strength = '', text = '', why = '', checkedBy = ''] = cells;
  const [, requirement, level] = LEVEL_CELL.exec(strength) ?? [];
  if (cells.length !== 5 || requirement === undefined || level === undefined || text === '') {
    throw new Error(`the spec's row of ${id} is not "| id | MUST L1 | rule | why | behaviours |": ${line}`);
  }
  return {
    id,
    requirement: /** @type {Rule['requirement']} */ (requirement),
    level: /** @type {Rule['level']} */ (level),
    section,
    text: plain(text),
    why: why === '' ? null : plain(why),
    behaviours: parseBehaviours(id, checkedBy),
  };
}

/**
 * Without the marks of code and emphasis: the text goes into terminals and XML as it is.
 *
 * @param {string} markdown
 */
function plain(markdown) {
  return markdown.replace(
    /`([^`]*)`|([*_])(\S[^*_]*)\2/g,
    (_whole, code, _mark, emphasized) => code ?? emphasized,
  );
}

/**
 * @param {string} id
 * @param {string} cell
 * @returns {readonly string[]}
 */
function parseBehaviours(id, cell) {
  if (cell === '') return [];
  return cell.split(',').flatMap((part) => {
    const [first = '', last = first, ...more] = part.split('–').map((end) => end.trim());
    const [from, to] = [numbered(first), numbered(last)];
    if (
      from === null ||
      to === null ||
      more.length > 0 ||
      from.family !== to.family ||
      to.number < from.number
    ) {
      throw new Error(`the spec's row of ${id} names behaviours that cannot be read: ${part.trim()}`);
    }
    return Array.from(
      { length: to.number - from.number + 1 },
      (_, n) => `${from.family}-${String(from.number + n).padStart(2, '0')}`,
    );
  });
}

/** @param {string} behaviour */
function numbered(behaviour) {
  const [, family, number] = /^([A-Z]{3})-(\d\d)$/.exec(behaviour) ?? [];
  return family === undefined ? null : { family, number: Number(number) };
}
