/**
 * Ends every test run with one plain line, `12 passed, 0 failed`, and says before it, loudly, what did not run and what
 * failed.
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
  /** Each failure in a line: where, which test, and how its error begins. */
  readonly failures: readonly string[];
}

/** The reporter; vitest.config.ts names it. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const files: Record<string, TestCounts> = {};
    const notRun: string[] = [];
    const failures = errors.map((error) => `outside of any test: ${firstLine(error)}`);
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId);
      const tests = [...module.children.allTests()];
      const inState = (state: string): TestCase[] => tests.filter((test) => test.result().state === state);
      // A file, or a suite's hook, may fail without any of its tests failing.
      const fileErrors = [
        ...module.errors(),
        ...[...module.children.allSuites()].flatMap((suite) => suite.errors()),
      ];
      const failedTests = inState('failed');
      const passed = inState('passed').length;
      const failed = failedTests.length + fileErrors.length;
      const skipped = tests.length - passed - failedTests.length;
      failures.push(...fileErrors.map((error) => `${file}: ${firstLine(error)}`));
      failures.push(
        ...failedTests.map((test) => `${file}: ${test.fullName}: ${firstLine(test.result().errors?.[0])}`),
      );
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
      failures,
    };
    const summaryFile = process.env['AMETRINE_TEST_SUMMARY'];
    if (summaryFile !== undefined) writeFileSync(summaryFile, JSON.stringify(summary));
    if (summary.failed > 0) process.exitCode = 1;
    // At exit, so that nothing another reporter prints can come after it.
    process.on('exit', () => {
      for (const text of notRun) process.stdout.write(text);
      for (const text of failures) process.stdout.write(`FAILED: ${text}\n`);
      process.stdout.write(`${summaryLine(summary)}\n`);
    });
  }
}

/** The closing line: skipped tests are named only when there are some. */
function summaryLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function firstLine(error: { readonly message: string } | undefined): string {
  return error?.message.split('\n', 1)[0] ?? 'no error was reported';
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
