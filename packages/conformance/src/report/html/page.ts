/**
 * The page that people look at: one file, no server, nothing fetched.
 *
 * @module
 */
import type { ConformanceReport } from '../envelope.js';
import { escapeMarkup as esc } from '../markup.js';
import { cardOf, slowestOf, storeName } from './cards.js';
import { legend, matrixOf } from './matrix.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';

/** A page of one report, or of several side by side. */
export function htmlOf(reports: readonly ConformanceReport[]): string {
  const names = reports.map(storeName).join(', ');
  const contracts = [...new Set(reports.map(({ contract }) => contract))].join(', ');
  const kits = [...new Set(reports.map(({ kit }) => `${kit.name} ${kit.version}`))].join(', ');
  const digests = reports.map((report) => `${storeName(report)}: executed ${report.executed.digest}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conformance: ${esc(names)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<div class="top"><h1><b>Ametrine</b> conformance</h1><p>Contract ${esc(contracts)}: ${esc(names)}</p><button id="theme" type="button">Light / dark</button></div>
<div class="cards">
${reports.map(cardOf).join('\n')}
</div>
<h2>Rules</h2>
<div class="tools">
<input id="search" type="search" placeholder="Search rules and cases" aria-label="Search rules and cases">
<button type="button" data-filter="open" aria-pressed="false">Not passed</button>
<button type="button" data-filter="MUST" aria-pressed="false">MUST</button>
<button type="button" data-filter="L1" aria-pressed="false">L1</button>
<button type="button" data-filter="L2" aria-pressed="false">L2</button>
<button type="button" data-filter="L3" aria-pressed="false">L3</button>
<button type="button" data-filter="L4" aria-pressed="false">L4</button>
<button id="expand" type="button">Expand</button>
<span class="sub" id="shown"></span>
</div>
${matrixOf(reports)}
${legend()}
<h2>Slowest cases</h2>
<div class="times">
${reports.map(slowestOf).join('\n')}
</div>
<footer>Made by ${esc(kits)}. The level is computed from the outcomes of all cases; nobody claims it. ${esc(digests.join('; '))}</footer>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}
