/**
 * Writes a report to files.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { badgeOf } from './badge.js';
import type { ConformanceReport } from './envelope.js';
import { htmlOf } from './html/page.js';
import { junitOf } from './junit.js';

/** Where to; what is absent is not written. */
export interface ReportFiles {
  /** `conformance.json`; a path that does not end in `.json` is a folder, and gets all four files. */
  readonly report?: string;
  readonly junit?: string;
  readonly html?: string;
  readonly badge?: string;
}

/**
 * Writes the files, making folders as needed.
 *
 * @returns their paths
 */
export function writeReport(
  report: ConformanceReport,
  { report: target, junit, html, badge }: ReportFiles,
): readonly string[] {
  const written: string[] = [];
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    written.push(file);
  };
  const folder = target !== undefined && !target.endsWith('.json') ? target : null;
  const jsonFile = folder === null ? target : join(folder, 'conformance.json');
  if (jsonFile !== undefined) write(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
  for (const file of targets(junit, folder, 'junit.xml')) write(file, junitOf(report));
  for (const file of targets(html, folder, 'report.html')) write(file, htmlOf([report]));
  for (const file of targets(badge, folder, 'badge.json'))
    write(file, `${JSON.stringify(badgeOf(report), null, 2)}\n`);
  return written;
}

function targets(named: string | undefined, folder: string | null, standard: string): readonly string[] {
  return [...(named === undefined ? [] : [named]), ...(folder === null ? [] : [join(folder, standard)])];
}
