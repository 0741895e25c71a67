/**
 * `ametrine config check`: what a configuration file means.
 *
 * @module
 */
import { dirname, extname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { explainProperties, type KeyNote, schedulerOptionsFrom, showConfigured } from '@ametrine/config';
import { silentLogger } from '@ametrine/core';
import { readConfig } from '../config-file.js';
import { readSources, SOURCE_OPTIONS } from '../config-sources.js';
import { EXIT_OK, usageError } from '../exit-code.js';
import { checkJobClasses, inlineClasses } from '../job-classes.js';
import { CONFIG_USAGE } from '../usage.js';
import { oneLine } from '../view/plain-text.js';

/**
 * Runs the command.
 *
 * @param args - what stands behind `config` on the command line
 * @returns the exit code
 * @throws SchedulerError for a wrong command line or configuration
 */
export async function config(
  args: readonly string[],
  output: { write(text: string): unknown },
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...SOURCE_OPTIONS, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    output.write(CONFIG_USAGE);
    return EXIT_OK;
  }
  const [verb, file, ...rest] = positionals;
  if (verb !== 'check' || file === undefined || rest.length > 0)
    throw usageError('expected ametrine config check <file>');

  const sources = readSources(values);
  const notes = extname(file) === '.properties' ? (await explainProperties(file, sources)).notes : [];
  for (const note of notes) output.write(`${noteLine(note)}\n`);
  const checked = await readConfig(file, Date.now(), sources);
  output.write(`${shownJson(checked.scheduler, referencesIn(notes))}\n`);
  const jobs = inlineClasses(checked);
  const options = await schedulerOptionsFrom(checked.scheduler, {
    ...sources,
    file,
    env: checked.env,
    baseDir: dirname(resolve(file)),
    logger: silentLogger,
    jobs,
  });
  await checkJobClasses(checked, jobs, options.jobClassResolver, file);
  const { schedule, calendars } = checked;
  const counts = `${schedule.length} jobs and ${calendars.size} calendars to be scheduled`;
  output.write(`${file} is in order: ${counts}\n`);
  return EXIT_OK;
}

function noteLine({ line, key, value, fate, says }: KeyNote): string {
  return oneLine(`${line ?? '-'}: ${key} = ${value}: ${fate}: ${says}`);
}

/** What comes from the environment may be secret whatever it is called: its variables, by what they hold. */
function referencesIn(notes: readonly KeyNote[]): ReadonlyMap<string, string> {
  const references = new Map<string, string>();
  for (const [reference, name = ''] of notes.flatMap(({ value }) => [
    ...value.matchAll(/\$\{env:([^}]+)\}/g),
  ]))
    references.set(process.env[name] ?? '', reference);
  return references;
}

/** The configuration with its secrets hidden. */
function shownJson(value: unknown, references: ReadonlyMap<string, string>): string {
  return JSON.stringify(
    value,
    (key, item: unknown) => {
      if (typeof item === 'function') return `(${item.name})`;
      return typeof item === 'string' ? showConfigured(key, references.get(item) ?? item) : item;
    },
    2,
  );
}
