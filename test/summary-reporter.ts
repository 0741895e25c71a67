/**
 * Ends every test run with one plain line, `12 passed, 0 failed`, and says before it, loudly, what did not run.
 *
 * With `AMETRINE_TEST_SUMMARY` naming a file, the counts are also written there as JSON (a {@link TestSummary}).
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** What became of the tests of one file, or of all. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What became of a whole run; `files` is keyed by path from the repository's root. */
export interface TestSummary extends TestCounts {
  readonly files: Readonly<Record<string, TestCounts>>;
}

/** The reporter; vitest.config.ts names it. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const files: Record<string, TestCounts> = {};
    const notRun: string[] = [];
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      const tests = [...module.children.allTests()];
      const inState = (state: string): TestCase[] => tests.filter((test) => test.result().state === state);
      // A file, or a suite's hook, may fail without any of its tests failing.
      const suiteErrors = [...module.children.allSuites()].reduce(
        (sum, suite) => sum + suite.errors().length,
        0,
      );
      const passed = inState('passed').length;
      const failed = inState('failed').length + module.errors().length + suiteErrors;
      const skipped = tests.length - passed - inState('failed').length;
      files[file] = { passed, failed, skipped };
      if (skipped > 0) notRun.push(describeSkipped(file, tests));
    }
    const sum = (field: keyof TestCounts): number =>
      Object.values(files).reduce((total, counts) => total + counts[field], 0);
    const summary: TestSummary = {
      passed: sum('passed'),
      // A run that found nothing to do has not shown that anything works.
      failed: sum('failed') + errors.length + (modules.length === 0 ? 1 : 0),
      skipped: sum('skipped'),
      files,
    };
    const summaryFile = process.env['AMETRINE_TEST_SUMMARY'];
    if (summaryFile !== undefined) writeFileSync(summaryFile, JSON.stringify(summary));
    if (summary.failed > 0) process.exitCode = 1;
    // At exit, so that nothing another reporter prints can come after it.
    process.on('exit', () => {
      for (const text of notRun) process.stdout.write(text);
      process.stdout.write(`${summaryLine(summary)}\n`);
    });
  }
}

/** The closing line: skipped tests are named only when there are some. */
function summaryLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function describeSkipped(file: string, tests: readonly TestCase[]): string {
  const lines = tests.flatMap((test) => {
    const result = test.result();
    if (result.state === 'passed' || result.state === 'failed') return [];
    const note = 'note' in result && result.note !== undefined ? ` (${result.note})` : '';
    return [`  ${test.fullName}${note}`];
  });
  return `\nNOT RUN: ${lines.length} of ${tests.length} in ${file}\n${lines.join('\n')}\n`;
}
