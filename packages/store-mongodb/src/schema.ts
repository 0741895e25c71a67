/**
 * Whose the collections are, and of which version.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core/spi';
import type { Collection, Document } from 'mongodb';
import { type Collections, SCHEMA_VERSION } from './collections.js';

const NAMESPACE_NOT_FOUND = 26;

/**
 * Notes the version of the schema, or refuses one that this release does not know, and collections that are somebody
 * else's: quartz-mongodb's have the same names under the same prefix.
 *
 * @throws SchedulerError `ERR_STORE_SCHEMA`
 */
export async function checkSchema(collections: Collections, prefix: string): Promise<void> {
  const { meta } = collections;
  const version = SCHEMA_VERSION;
  if ((await meta.findOne({ _id: 'schema' })) === null) await refuseForeign(collections, prefix);
  await meta.updateOne({ _id: 'schema' }, { $setOnInsert: { version } }, { upsert: true });
  const found = await meta.findOne({ _id: 'schema' });
  if (found?.version === version) return;
  throw new SchedulerError(
    'ERR_STORE_SCHEMA',
    `The collections ${prefix}_* are of version ${String(found?.version)}, this release knows ${version}; use a newer release`,
    { details: { version: Number(found?.version), known: version } },
  );
}

/** The version is noted before anything else: where there is none, nothing else of ours is there either. */
async function refuseForeign(
  { jobs, triggers, calendars, schedulers, meta }: Collections,
  prefix: string,
): Promise<void> {
  for (const collection of [jobs, triggers, calendars, schedulers] as unknown as Collection[]) {
    if (await isUntouched(collection)) continue;
    // Another node may have begun meanwhile.
    if ((await meta.findOne({ _id: 'schema' })) !== null) return;
    const { collectionName, dbName } = collection;
    throw new SchedulerError(
      'ERR_STORE_SCHEMA',
      `The collection ${collectionName} of the database ${dbName} is another program's, such as quartz-mongodb's; give the store a collectionPrefix of its own, such as ${prefix}_ametrine`,
      { details: { collection: collectionName, database: dbName } },
    );
  }
}

async function isUntouched(collection: Collection): Promise<boolean> {
  const hasDocuments = (await collection.findOne({}, { projection: { _id: 1 } })) !== null;
  return !hasDocuments && (await indexesOf(collection)).every(({ name }) => name === '_id_');
}

async function indexesOf(collection: Collection): Promise<readonly Document[]> {
  try {
    return await collection.indexes();
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === NAMESPACE_NOT_FOUND) return [];
    throw error;
  }
}
