/**
 * Making a scheduler from a `quartz.properties`.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import type { Scheduler } from '@ametrine/core';
import { configError } from './config-error.js';
import {
  type ConfiguredOptions,
  type ConfiguredParts,
  createConfigured,
  partsOf,
} from './create-configured.js';
import { loadClass } from './load-class.js';
import { decodeProperties, type PropertyEntry, parseProperties } from './properties.js';
import { type KeyNote, type NamedStore, QuartzProperties, type Translation } from './quartz/translate.js';
import { familyOfClass } from './stock.js';

/** Properties as an object: what a file would say, by key. */
export type PropertiesObject = Readonly<Record<string, string | number | boolean>>;

/** What a `quartz.properties` means here. */
export interface ExplainedProperties extends Translation {
  /** One for each entry, in the order of the file. */
  readonly notes: readonly KeyNote[];
}

/**
 * Makes a scheduler from a `quartz.properties` as Quartz has it, or from an object of its keys. The class of the store
 * may be Quartz's own, one of ours, one that is handed over in `classes` under the name that the file has for it, or
 * an export of a module: `./job-store.js#JobStore`.
 *
 * @param source - the path of a file, or an object
 * @throws SchedulerError `ERR_INVALID_CONFIG`, naming the key
 * @example
 * const scheduler = await createSchedulerFromProperties('quartz.properties', {
 *   classes: { 'megacorp.myservice.quartz.JobStore': JobStore },
 * });
 */
export async function createSchedulerFromProperties(
  source: string | PropertiesObject,
  options: ConfiguredOptions = {},
): Promise<Scheduler> {
  const parts = partsOf(options, typeof source === 'string' ? source : null);
  const { config } = await translate(source, parts);
  return createConfigured(config, { ...parts, env: null });
}

/**
 * Says what every key of a `quartz.properties` means, and which configuration it makes, without opening anything.
 *
 * @throws SchedulerError `ERR_INVALID_CONFIG`, naming the key
 */
export function explainProperties(
  source: string | PropertiesObject,
  options: ConfiguredOptions = {},
): Promise<ExplainedProperties> {
  return translate(source, partsOf(options, typeof source === 'string' ? source : null));
}

async function translate(source: string | PropertiesObject, parts: ConfiguredParts): Promise<Translation> {
  const properties = new QuartzProperties(parts.file, await entriesOf(source, parts), parts.env ?? {});
  return properties.translate(
    Object.hasOwn(parts.classes, properties.storeClass)
      ? await ownStore(properties, parts)
      : (properties.namedStore() ?? (await ownStore(properties, parts))),
  );
}

async function ownStore({ storeClass }: QuartzProperties, parts: ConfiguredParts): Promise<NamedStore> {
  const Store = await loadClass(parts, 'org.quartz.jobStore.class', storeClass);
  return { type: storeClass, family: familyOfClass(Store), isOwn: true };
}

async function entriesOf(
  source: string | PropertiesObject,
  parts: ConfiguredParts,
): Promise<PropertyEntry[]> {
  if (typeof source !== 'string') {
    return Object.entries(source).map(([key, value]) => ({ key, value: String(value), line: 0 }));
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw configError(parts.file, '', `cannot be read (${why})`, error);
  }
  try {
    return parseProperties(decodeProperties(bytes));
  } catch (error) {
    throw configError(parts.file, '', (error as Error).message, error);
  }
}
