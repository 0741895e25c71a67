import { isSchedulerError } from '@ametrine/core';
import { describe, expect, it } from 'vitest';
import { DynamicMongoDBJobStore, MongoDBJobStore, type MongoStoreOptions } from '../../src/index.js';
import { checkMongoOptions, defaultDbName } from '../../src/options.js';

const SECRET = 'hunter2';

function refusal(options: unknown): { readonly field: unknown; readonly message: string } {
  try {
    new MongoDBJobStore(options as MongoStoreOptions);
  } catch (error) {
    if (isSchedulerError(error, 'ERR_INVALID_ARGUMENT'))
      return { field: error.details.field, message: error.message };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('options of the store', () => {
  it.each<[string, unknown, string]>([
    ['an unknown one', { uri: 'mongodb://a', databaseName: 'x' }, 'options.databaseName'],
    ['neither address nor client', {}, 'options.addresses'],
    ['uri and addresses', { uri: 'mongodb://a', addresses: 'b' }, 'options.addresses'],
    ['a uri of something else', { uri: 'http://a' }, 'options.uri'],
    ['an address with a path', { addresses: 'a/b' }, 'options.addresses'],
    ['an empty list', { addresses: [] }, 'options.addresses'],
    ['a user without a password', { addresses: 'a', username: 'u' }, 'options.password'],
    ['a password without a user', { addresses: 'a', password: SECRET }, 'options.username'],
    ['a prefix with a dollar', { addresses: 'a', collectionPrefix: 'a$b' }, 'options.collectionPrefix'],
    ['an empty prefix', { addresses: 'a', collectionPrefix: '' }, 'options.collectionPrefix'],
    ['a database with a slash', { addresses: 'a', dbName: 'a/b' }, 'options.dbName'],
    ['unacknowledged writes', { addresses: 'a', writeConcern: { w: 0 } }, 'options.writeConcern.w'],
    [
      'an unknown part of the write concern',
      { addresses: 'a', writeConcern: { fsync: true } },
      'options.writeConcern.fsync',
    ],
    ['a timeout of nothing', { addresses: 'a', timeoutMs: 0 }, 'options.timeoutMs'],
    ['a text as flag', { addresses: 'a', tls: 'yes' }, 'options.tls'],
    ['something else as client', { client: {} }, 'options.client'],
    ['something else as database', { db: {} }, 'options.db'],
    [
      'a client with an address',
      { client: { db() {}, startSession() {} }, uri: 'mongodb://a' },
      'options.uri',
    ],
  ])('refuses %s by name', (_, options, field) => {
    expect(refusal(options).field).toBe(field);
  });

  it('shows no credentials when it refuses', () => {
    for (const options of [
      { uri: `mongo://me:${SECRET}@a` },
      { uri: `mongodb://me:${SECRET}@a`, addresses: 'b' },
      { addresses: `me:${SECRET}@a` },
      { addresses: ['a', `me:${SECRET}@a/x`] },
      { addresses: 'a', password: SECRET },
      { addresses: 'a', username: 'me', password: [SECRET] },
    ]) {
      expect(refusal(options).message).not.toContain(SECRET);
    }
  });

  it.each<[string, string | readonly string[], string]>([
    ['one', '127.0.0.1', 'mongodb://127.0.0.1/'],
    ['several with commas', 'db1:27017, db2:27018', 'mongodb://db1:27017,db2:27018/'],
    ['a list', ['db1', 'db2:27018'], 'mongodb://db1,db2:27018/'],
    ['version 6', '[::1]:27017', 'mongodb://[::1]:27017/'],
  ])('takes addresses: %s', (_, addresses, uri) => {
    expect(checkMongoOptions({ addresses }).connection?.uri).toBe(uri);
  });

  it('waits for a majority and the journal unless told otherwise', () => {
    expect(checkMongoOptions({ addresses: 'a' }).writeConcern).toEqual({ w: 'majority', journal: true });
    expect(new MongoDBJobStore({ addresses: 'a' }).capabilities.durability).toBe('disk');
    const relaxed = new MongoDBJobStore({ addresses: 'a', writeConcern: { w: 'majority', j: false } });
    expect(relaxed.capabilities.durability).toBe('process');
  });

  it.each<[string, string]>([
    ['mongodb://a', 'ametrine'],
    ['mongodb://a/', 'ametrine'],
    ['mongodb://a/billing', 'billing'],
    ['mongodb://u:p@a,b/billing?replicaSet=r', 'billing'],
    ['mongodb+srv://a/?w=1', 'ametrine'],
  ])('finds the database in %s', (uri, name) => {
    expect(defaultDbName(uri)).toBe(name);
  });

  it('promises to wake other nodes where the address says that there is a replica set', () => {
    const wakeup = (options: MongoStoreOptions): string => new MongoDBJobStore(options).capabilities.wakeup;
    expect(wakeup({ uri: 'mongodb://a/?replicaSet=rs0' })).toBe('push');
    expect(wakeup({ addresses: 'a,b', clientOptions: { replicaSet: 'rs0' } })).toBe('push');
    expect(wakeup({ addresses: 'a' })).toBe('poll');
  });
});

describe('options of the store that finds classes in modules', () => {
  it('refuses to be without folders', () => {
    for (const jobClassRoots of [undefined, [], 7]) {
      expect(() => new DynamicMongoDBJobStore({ addresses: 'a', jobClassRoots } as never)).toThrow(
        /jobClassRoots/,
      );
    }
  });

  it('refuses unknown options by name, and takes a folder or several', () => {
    expect(
      () => new DynamicMongoDBJobStore({ addresses: 'a', jobClassRoots: 'jobs', root: 'x' } as never),
    ).toThrow(/options\.root /);
    new DynamicMongoDBJobStore({ addresses: 'a', jobClassRoots: 'jobs' });
    new DynamicMongoDBJobStore({ addresses: 'a', jobClassRoots: ['jobs', 'more'], reloadJobClasses: true });
  });
});
