/**
 * One card per store: its level, its counts, where it ran; and the slowest cases.
 *
 * @module
 */
import { LEVEL_NAMES } from '../../levels.js';
import { OUTCOME_WORDS, OUTCOMES } from '../../outcome.js';
import type { ConformanceReport } from '../envelope.js';
import { escapeMarkup as esc } from '../markup.js';

/** From good to bad: the order in which counts are read. */
const READING_ORDER = [...OUTCOMES].reverse();
/** How many of the slowest cases are shown. */
const SLOWEST = 8;
/** How many obstacles to the next level are shown. */
const SHOWN_OBSTACLES = 12;

/** A store's name as the page shows it. */
export function storeName({ store }: ConformanceReport): string {
  return store.name.replace(/^@ametrine\//, '');
}

/** The card of one store. */
export function cardOf(report: ConformanceReport): string {
  const { store, level, problems } = report;
  const sub = [store.version, store.backend].filter((part) => part !== null).join(' · ');
  const badge =
    level === null
      ? '<div class="level none"><strong>no level</strong><span>reached</span></div>'
      : `<div class="level"><strong>${level}</strong><span>${LEVEL_NAMES[level]}</span></div>`;
  return `<section class="card">
<header><div><h2>${esc(storeName(report))}</h2><div class="sub">${esc(sub)}</div></div>${badge}</header>
<ol class="ladder">${report.levels.map(rung).join('')}</ol>
${bar(report)}
${problems.map((problem) => `<p class="problem">${esc(problem)}</p>`).join('\n')}
${obstacles(report)}
${facts(report)}
</section>`;
}

function rung({ level, name, reached, because }: ConformanceReport['levels'][number]): string {
  return `<li class="${reached ? 'reached' : ''}" title="${esc(reached ? 'reached' : because.join('\n'))}"><b>${level}${reached ? ' ✓' : ''}</b>${name}</li>`;
}

function bar({ summary: counts, cases }: ConformanceReport): string {
  const present = READING_ORDER.filter((outcome) => counts[outcome] > 0);
  const parts = present.map(
    (outcome) =>
      `<i class="${outcome}" style="flex:${counts[outcome]}" title="${counts[outcome]} ${OUTCOME_WORDS[outcome]}"></i>`,
  );
  const words = present.map((outcome) => `<li><b>${counts[outcome]}</b> ${OUTCOME_WORDS[outcome]}</li>`);
  return `<div class="bar" role="img" aria-label="outcomes of ${cases.length} cases">${parts.join('')}</div><ul class="counts">${words.join('')}</ul>`;
}

/** What keeps the store from the next level. */
function obstacles({ levels }: ConformanceReport): string {
  const next = levels.find(({ reached }) => !reached);
  if (next === undefined) return '';
  const shown = next.because.slice(0, SHOWN_OBSTACLES).map((reason) => `<li>${esc(reason)}</li>`);
  const hidden = next.because.length - shown.length;
  return `<details><summary>Why not ${next.level} ${next.name}</summary><ul>${shown.join('')}${hidden > 0 ? `<li>and ${hidden} more</li>` : ''}</ul></details>`;
}

function facts({
  claim,
  environment,
  startedAt,
  seconds,
  seed,
  repeat,
  chosen,
  executed,
}: ConformanceReport): string {
  const asked = [
    chosen.level === null ? null : `up to ${chosen.level}`,
    chosen.only?.join(', ') ?? null,
  ].filter((part) => part !== null);
  const rows: readonly (readonly [string, string])[] = [
    [
      'Claims',
      [
        `durability: ${claim.durability}`,
        claim.clustering ? 'clustering' : 'one node',
        `wake-up: ${claim.wakeup}`,
        `transactions: ${claim.transactions}`,
      ].join(' · '),
    ],
    [
      'Run',
      `${startedAt.slice(0, 16).replace('T', ' ')} UTC, ${seconds.toFixed(1)} s${repeat > 1 ? `, ${repeat} repetitions` : ''}`,
    ],
    ['Where', `Node ${environment.node.replace(/^v/, '')}, ${environment.platform}`],
    ['Seed', String(seed)],
    ...(asked.length === 0 ? [] : [['Asked for', asked.join('; ')] as const]),
    ['Executed', `${executed.count} cases, ${executed.digest.slice(0, 19)}…`],
  ];
  return `<dl class="facts">${rows.map(([name, value]) => `<dt>${name}</dt><dd>${esc(value)}</dd>`).join('')}</dl>`;
}

/** The slowest cases of one store. */
export function slowestOf(report: ConformanceReport): string {
  const slowest = report.cases
    .filter(({ ms }) => ms > 0)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST);
  const most = slowest[0]?.ms ?? 1;
  const rows = slowest.map(
    ({ id, title, ms }) =>
      `<tr><td class="id">${esc(id)}</td><td class="title">${esc(title)}</td><td><i style="width:${Math.max(2, Math.round((ms / most) * 60))}%"></i>${milliseconds(ms)}</td></tr>`,
  );
  return `<section class="card"><table class="slow"><caption>${esc(storeName(report))}</caption>${rows.join('\n')}</table></section>`;
}

/** A duration in a few characters. */
export function milliseconds(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(0)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`;
}
