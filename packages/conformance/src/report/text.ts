/**
 * A report as text for a terminal: what failed in full, and how far the store has come.
 *
 * @module
 */
import { countOutcomes, countsText } from '../outcome.js';
import type { ConformanceReport } from './envelope.js';
import { forecastText } from './forecast.js';

/** How many obstacles of a level are shown. */
const SHOWN_OBSTACLES = 4;

/** The whole text, without a line end. */
export function textOf(report: ConformanceReport): string {
  const { store, contract, seed, repeat, seconds, summary, cases, levels, problems, level } = report;
  // What a preview found is in the forecast.
  const told = cases
    .filter(({ message, preview }) => message !== null && !preview)
    .map(({ message }) => `${message}\n`);
  return [
    ...told,
    ...flakyLines(report),
    `Conformance of ${[store.name, store.version].filter((part) => part !== null).join(' ')}${store.backend === null ? '' : ` on ${store.backend}`}, contract ${contract}, seed ${seed}${repeat > 1 ? `, ${repeat} times` : ''}`,
    ...levels.map(({ level: id, name, reached, counts: own, because }) => {
      const line = `  ${reached ? '✓' : '✗'} ${id} ${name.padEnd(10)} ${countsText(own)}`;
      const shown = because.slice(0, SHOWN_OBSTACLES).map((reason) => `      ${reason}`);
      const hidden = because.length - shown.length;
      return [line, ...shown, ...(hidden > 0 ? [`      and ${hidden} more`] : [])].join('\n');
    }),
    ...reasonLines(report),
    ...(report.forecast === null ? [] : [forecastText(report.forecast)]),
    ...problems.map((problem) => `  PROBLEM: ${problem}`),
    `${cases.length} cases: ${countsText(summary)} in ${seconds.toFixed(1)} s; level reached: ${level ?? 'none'}`,
  ].join('\n');
}

/** Why cases did not apply, each reason once: nobody should have to take a skipped case on trust. */
function reasonLines({ cases }: ConformanceReport): readonly string[] {
  const reasons = new Map<string, number>();
  for (const { outcome, reason } of cases) {
    if (outcome === 'notApplicable' && reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return [...reasons].map(([reason, count]) => `  not applicable, ${count} cases: ${reason}`);
}

function flakyLines({ cases }: ConformanceReport): readonly string[] {
  return cases
    .filter(({ outcomes }) => new Set(outcomes).size > 1)
    .map(({ id, outcomes }) => `${id} came out differently: ${countsText(countOutcomes(outcomes))}`);
}
