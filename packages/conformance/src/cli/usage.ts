/**
 * The help text and the exit codes.
 *
 * @module
 */
import { invalidArgument } from '@ametrine/core/spi';

/** Everything that was asked for was shown. */
export const EXIT_OK = 0;
/** A case failed or stayed inconclusive, or the run itself went wrong. */
export const EXIT_FAILED = 1;
/** The command line, the harness module or a report file is wrong. */
export const EXIT_USAGE = 2;

/** What `--help` prints. */
export const USAGE = `Usage: ametrine-conformance <harness module> [options]
       ametrine-conformance init <folder>
       ametrine-conformance explain <rule or case>
       ametrine-conformance html <conformance.json>... --output <file>

Proves a job store against the contract. The module's default export is a harness (see defineHarness).
The command init begins a store: it writes a package that runs red, and says what to write next.
The last line of the output is one JSON object: store, level, counts of the six outcomes, seconds, seed.

Options:
      --level <L1..L4>   run the cases up to this level (default: L4)
      --case <id,...>    only these cases, behaviours (ACQ-15), families (ACQ) or rules (JS-ACQ-08); may be repeated
      --seed <n>         replay the run with this seed (default: a random one, printed)
      --repeat <n>       run everything n times, with the seeds n, n+1, ... (default: 1)
      --report <path>    write conformance.json there; a folder also gets junit.xml, report.html and badge.json
      --junit <file>     write JUnit XML
      --html <file>      write the page
      --badge <file>     write the endpoint file of a shields.io badge
      --json             print each case's record as a line of JSON, and no text
      --store <name>     in place of a module: one of the stores of the kit's own repository
      --output <file>    where the command html writes (default: conformance.html)
  -h, --help             show this help
  -v, --version          show the version

Exit codes: 0 all was shown; 1 something failed or stayed inconclusive; 2 wrong use.
`;

/** An error about the command line. */
export function usageError(field: string, value: unknown, remedy: string): Error {
  return invalidArgument(field, value, remedy);
}

/** The exit code for an error that ends the program. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return EXIT_FAILED;
  const code = error.code;
  return code === 'ERR_INVALID_ARGUMENT' ||
    code === 'ERR_INVALID_CONFIG' ||
    code.startsWith('ERR_PARSE_ARGS_')
    ? EXIT_USAGE
    : EXIT_FAILED;
}
