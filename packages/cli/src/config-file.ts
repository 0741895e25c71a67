/**
 * Reads configuration files.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { configError, explainProperties } from '@ametrine/config';
import { type CheckedConfig, checkConfig } from './config.js';
import type { ConfigSources } from './config-sources.js';

const MODULES = ['.mjs', '.js', '.ts', '.mts'];

/**
 * Reads and checks a configuration file: JSON, a module whose default export is the configuration, or a
 * `quartz.properties`, which schedules nothing itself.
 *
 * @param file - as the user wrote it; errors name it so
 * @param now - epoch ms
 * @throws SchedulerError `ERR_INVALID_CONFIG`
 */
export async function readConfig(
  file: string,
  now: number,
  sources: ConfigSources = {},
): Promise<CheckedConfig> {
  const extension = extname(file);
  if (extension === '.json') return checkConfig(await readJson(file), file, now);
  if (MODULES.includes(extension)) return checkConfig(await importDefault(file), file, now);
  if (extension === '.properties') {
    const { config } = await explainProperties(file, sources);
    return { scheduler: config, env: null, schedule: [], calendars: new Map() };
  }
  throw configError(file, '', `is neither .json nor .properties nor one of ${MODULES.join(', ')}`);
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw configError(file, '', `cannot be read (${messageOf(error)})`, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw configError(file, '', `is not JSON (${messageOf(error)})`, error);
  }
}

async function importDefault(file: string): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    const remedy =
      (error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? `; Node ${process.versions.node} does not run TypeScript: use .mjs, .json, or Node 22.18 or newer`
        : '';
    throw configError(file, '', `cannot be loaded (${messageOf(error)})${remedy}`, error);
  }
  if (module.default === undefined) throw configError(file, '', 'has no default export');
  return module.default;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
