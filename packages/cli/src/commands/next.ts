/**
 * `ametrine next`: when a cron expression fires.
 *
 * @module
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { EXIT_OK, usageError } from '../exit-code.js';
import { checkTimeZone, type FireTimesRequest, fireTimes, readRequest } from '../fire-times.js';
import { NEXT_USAGE } from '../usage.js';

/** The streams a command talks through. */
export interface CommandStreams {
  readonly input: Readable;
  readonly output: Writable;
}

const DEFAULT_COUNT = 5;

/**
 * Runs the command.
 *
 * @param args - what stands behind `next` on the command line
 * @returns the exit code
 * @throws SchedulerError for a wrong option or expression
 */
export async function next(args: readonly string[], { input, output }: CommandStreams): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      tz: { type: 'string' },
      from: { type: 'string' },
      count: { type: 'string', short: 'n' },
      json: { type: 'boolean' },
      unix: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    output.write(NEXT_USAGE);
    return EXIT_OK;
  }
  const [expression, ...rest] = positionals;
  if (expression === undefined)
    throw usageError('ametrine next needs a cron expression, or "-" to read many');
  if (rest.length > 0) {
    throw usageError(`ametrine next takes one expression; put it in quotes: '${positionals.join(' ')}'`);
  }
  const asked = {
    ...(values.tz === undefined ? {} : { timeZone: values.tz }),
    ...(values.from === undefined ? {} : { from: values.from }),
    ...(values.count === undefined ? {} : { n: readCount(values.count) }),
    ...(values.unix === true ? { dialect: 'unix' } : {}),
  };
  if (expression === '-') {
    // Checked before the first line, so that a bad option is a usage error and not the answer to every line.
    const defaults = readRequest({ expression: '', ...asked }, requestDefaults('UTC'));
    checkTimeZone(defaults.timeZone);
    await answerLines(input, output, defaults);
    return EXIT_OK;
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const times = fireTimes(readRequest({ expression, ...asked }, requestDefaults(zone)));
  if (values.json === true) output.write(`${JSON.stringify(times)}\n`);
  else output.write(times.map((time) => `${time}\n`).join(''));
  return EXIT_OK;
}

function requestDefaults(timeZone: string): Omit<FireTimesRequest, 'expression'> {
  return { timeZone, from: null, n: DEFAULT_COUNT, dialect: 'quartz' };
}

/** An option's digits as a number; anything else is left for the check of the request to refuse. */
function readCount(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** Answers each line as it comes; one bad line spoils no other. */
async function answerLines(
  input: Readable,
  output: Writable,
  defaults: Omit<FireTimesRequest, 'expression'>,
): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    if (!output.write(`${JSON.stringify(answer(line, defaults))}\n`)) await once(output, 'drain');
  }
}

function answer(
  line: string,
  defaults: Omit<FireTimesRequest, 'expression'>,
): { readonly times: readonly string[] } | { readonly error: string } {
  try {
    return { times: fireTimes(readRequest(JSON.parse(line), defaults)) };
  } catch (error) {
    if (error instanceof SyntaxError) return { error: `not a line of JSON: ${error.message}` };
    // The caret that a parse error draws under the expression is for terminals.
    return { error: (error instanceof Error ? error.message : String(error)).split('\n', 1).join() };
  }
}
