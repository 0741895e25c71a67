/**
 * The report: what it says, what it refuses to believe, and its four forms.
 *
 * @module
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { badgeOf } from '../src/report/badge.js';
import { type ConformanceReport, reportOf } from '../src/report/envelope.js';
import { htmlOf } from '../src/report/html/page.js';
import { junitOf } from '../src/report/junit.js';
import { escapeMarkup } from '../src/report/markup.js';
import { parseReport, reportSchema } from '../src/report/read.js';
import { schemaProblems } from '../src/report/schema.js';
import { summaryOf } from '../src/report/summary.js';
import { textOf } from '../src/report/text.js';
import { writeReport } from '../src/report/write.js';
import { runSuite } from '../src/run-suite.js';
import { failing, hollowHarness, oneCase, passing } from './report-harness.js';

const cases = [
  oneCase('ACQ-01', passing),
  oneCase('ACQ-02', failing, { rules: ['JS-ACQ-01'] }),
  oneCase('FIR-01', failing, { rules: ['JS-FIR-01'] }),
  oneCase('FIR-02', async (ctx) => ctx.inconclusive('no <race>')),
  oneCase('FIR-03', passing, { needs: () => 'it is hollow' }),
  oneCase('CLU-01', passing, { level: 'L3' }),
];
const deviations = [
  {
    case: 'FIR-01',
    rule: 'JS-FIR-01',
    issue: 'https://example.org/7',
    expectMessage: 'number',
    until: '2999-12-31',
  },
];
const harness = hollowHarness({ version: '0.4.1', backend: 'Hollow 1', family: 'redis', deviations });
const report = reportOf(await runSuite(harness, { cases, seed: 9, level: 'L1' }));
const green = reportOf(await runSuite(hollowHarness(), { cases: cases.slice(0, 1), seed: 9 }));

/** The report with other contents, as a file would hold it. */
function altered(change: (copy: Record<string, unknown>) => void): string {
  const copy = structuredClone(report) as unknown as Record<string, unknown>;
  change(copy);
  return JSON.stringify(copy);
}

describe('conformance.json', () => {
  it('holds the six outcomes, and the summary repeats them', () => {
    expect(report.cases.map(({ outcome }) => outcome)).toEqual([
      'pass',
      'fail',
      'deviates',
      'inconclusive',
      'notApplicable',
      'notRun',
    ]);
    expect(summaryOf(report, 'hollow')).toEqual({
      store: 'hollow',
      level: null,
      passed: 1,
      failed: 1,
      deviates: 1,
      notApplicable: 1,
      inconclusive: 1,
      notRun: 1,
      seconds: report.seconds,
      seed: 9,
    });
    expect(report.executed.count).toBe(4);
    expect([report.green, green.green, green.level]).toEqual([false, true, 'L1']);
  });

  it('gives a rule the gravest outcome of its cases', () => {
    const verdict = (id: string): string | undefined => report.rules.find((rule) => rule.id === id)?.verdict;
    expect(verdict('JS-GET-05')).toBe('inconclusive');
    expect(verdict('JS-ACQ-01')).toBe('fail');
    expect(verdict('JS-FIR-01')).toBe('deviates');
    expect(verdict('JS-LIF-05')).toBe('noCase');
  });

  it('fits its published schema, and is believed', () => {
    expect(schemaProblems(reportSchema(), JSON.parse(JSON.stringify(report)))).toEqual([]);
    expect(parseReport(JSON.stringify(report), 'r')).toEqual(report);
  });

  it('is not believed when it is not of that shape', () => {
    expect(() => parseReport('{', 'r')).toThrow(/JSON/);
    expect(() => parseReport('{}', 'r')).toThrow(/missing/);
    expect(() =>
      parseReport(
        altered((copy) => Object.assign(copy, { format: 2 })),
        'r',
      ),
    ).toThrow(/format/);
    expect(() =>
      parseReport(
        altered((copy) => Object.assign(copy, { more: 1 })),
        'r',
      ),
    ).toThrow(/more is unknown/);
    const strange = altered((copy) =>
      Object.assign((copy['cases'] as object[])[0] ?? {}, { outcome: 'skipped' }),
    );
    expect(() => parseReport(strange, 'r')).toThrow(/outcome is none of/);
  });

  it.each<[string, (copy: Record<string, unknown>) => void]>([
    ['a level', (copy) => Object.assign(copy, { level: 'L1' })],
    ['summary', (copy) => Object.assign(copy['summary'] as object, { fail: 0 })],
    ['success', (copy) => Object.assign(copy, { green: true })],
    ['a case less', (copy) => (copy['cases'] as unknown[]).splice(1, 1)],
    [
      'a failed case as passed',
      (copy) => Object.assign((copy['cases'] as object[])[1] ?? {}, { outcome: 'pass' }),
    ],
    [
      'a case run that was not',
      (copy) => Object.assign((copy['cases'] as object[])[5] ?? {}, { outcome: 'pass' }),
    ],
    [
      'a verdict',
      (copy) =>
        Object.assign(
          (copy['rules'] as object[]).find((rule) => 'id' in rule && rule.id === 'JS-ACQ-01') ?? {},
          { verdict: 'pass' },
        ),
    ],
  ])('is not believed when it claims %s that its cases do not bear out', (_, change) => {
    expect(() => parseReport(altered(change), 'r')).toThrow(/agrees with itself/);
  });
});

describe('a failure', () => {
  it('says rule, intent, what was expected and seen, likely causes of this backend, and how to have it again', () => {
    const message = report.cases[1]?.message ?? '';
    for (const part of [
      'JS-ACQ-01',
      'MUST L1',
      'case ACQ-02',
      '@acme/store-hollow 0.4.1 on Hollow 1',
      'seed 9',
      'Intent: Each fire happens once',
      'expected  2',
      'seen      1',
      'Often caused by',
      'commands outside one script',
      '--case ACQ-02 --seed 9',
      'explain JS-ACQ-01',
    ]) {
      expect(message).toContain(part);
    }
    expect(message).not.toContain('BEGIN IMMEDIATE');
  });

  it('is in the text with what keeps the store from its level', () => {
    const text = textOf(report);
    expect(text).toContain(report.cases[1]?.message ?? 'no message');
    expect(text).toMatch(/✗ L1 Contract/);
    expect(text).toContain('ACQ-02 failed (JS-ACQ-01)');
    expect(text).toContain('not applicable, 1 cases: it is hollow');
  });
});

describe('JUnit XML', () => {
  it('counts failures, errors and skips, and no silence as a pass', () => {
    const xml = junitOf(report);
    expect(xml.match(/<testcase /g)).toHaveLength(6);
    expect(xml.match(/<failure /g)).toHaveLength(1);
    expect(xml.match(/<error /g)).toHaveLength(1);
    expect(xml.match(/<skipped /g)).toHaveLength(3);
    expect(xml).toContain('<testsuite name="FIR" tests="3" failures="0" errors="1" skipped="2"');
    expect(xml).toContain('the &lt;b&gt;number&lt;/b&gt;');
  });

  it('tells problems of the run as failures', () => {
    const xml = junitOf({ ...green, problems: ['something <else>'] });
    expect(xml).toContain('<failure message="something &lt;else&gt;"/>');
  });

  it('holds nothing that XML forbids', () => {
    expect(escapeMarkup('a\u0000b\ud800c<"\'&>\tö🙂')).toBe('a\ufffdb\ufffdc&lt;&quot;&#39;&amp;&gt;\tö🙂');
  });
});

describe('the page', () => {
  const page = htmlOf([report, green]);

  it('stands alone: nothing is fetched', () => {
    expect(page).not.toMatch(/<(script|img|iframe)[^>]* src=|<link|@import|url\(/);
  });

  it('has a cell per rule and store, and the evidence escaped', () => {
    const row = /<details class="rule" id="JS-ACQ-01"[\s\S]*?<\/summary>/.exec(page)?.[0] ?? '';
    expect(row.match(/class="cell"/g)).toHaveLength(2);
    expect(row).toContain('mark fail');
    expect(page).toContain('the &lt;b&gt;number&lt;/b&gt;');
    expect(page).not.toContain('<b>number');
    expect(page).toContain('known: https://example.org/7, until 2999-12-31');
  });

  it('closes what it opens', () => {
    for (const tag of ['details', 'div', 'section', 'table', 'span', 'ul', 'dl', 'pre']) {
      const opened = page.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0;
      expect([tag, page.match(new RegExp(`</${tag}>`, 'g'))?.length ?? 0]).toEqual([tag, opened]);
    }
  });
});

describe('the badge', () => {
  it('shows the level, and red when the run failed', () => {
    expect(badgeOf(green)).toEqual({
      schemaVersion: 1,
      label: 'ametrine store',
      message: 'L1 Contract · contract 1.0',
      color: 'yellowgreen',
      isError: false,
    });
    expect(badgeOf(report)).toMatchObject({ message: 'no level, failing', color: 'red', isError: true });
  });
});

describe('writeReport', () => {
  it('writes what is asked for, and all four into a folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ametrine-report-'));
    try {
      writeReport(report, { report: join(folder, 'all'), badge: join(folder, 'deep', 'badge.json') });
      expect(readdirSync(join(folder, 'all')).sort()).toEqual([
        'badge.json',
        'conformance.json',
        'junit.xml',
        'report.html',
      ]);
      expect(readdirSync(join(folder, 'deep'))).toEqual(['badge.json']);
      const file = join(folder, 'one.json');
      expect(writeReport(report, { report: file })).toEqual([file]);
      expect((JSON.parse(readFileSync(file, 'utf8')) as ConformanceReport).seed).toBe(9);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
