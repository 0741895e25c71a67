import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { SqliteJobStore, type SqliteStoreOptions } from '../../src/sqlite.js';

const closed = new Database(':memory:');
closed.close();
const open = new Database(':memory:');

const WRONG: readonly (readonly [field: string, options: unknown, remedy: string])[] = [
  ['options', undefined, 'an object'],
  ['options', './schedules.db', 'an object'],
  ['options.path', {}, 'the path of a file'],
  ['options.path', { path: '' }, 'the path of a file'],
  ['options.path', { path: '  ' }, 'the path of a file'],
  ['options.path', { path: 7 }, 'the path of a file'],
  ['options.path', { path: 'file:x.db?mode=memory' }, 'the path of a file'],
  ['options.path', { path: 'x\0.db' }, 'the path of a file'],
  ['options.path', { path: 'x.db', database: open }, 'not both'],
  ['options.database', { database: 'x.db' }, 'better-sqlite3'],
  ['options.database', { database: null }, 'better-sqlite3'],
  ['options.database', { database: closed }, 'an open one'],
  ['options.synchronous', { path: 'x.db', synchronous: 'off' }, "'normal' or 'full'"],
  ['options.synchronous', { path: 'x.db', synchronous: true }, "'normal' or 'full'"],
  ['options.synchronous', { database: open, synchronous: 'full' }, 'whose own setting counts'],
  ['options.tablePrefix', { path: 'x.db', tablePrefix: '' }, 'letters'],
  ['options.tablePrefix', { path: 'x.db', tablePrefix: '1st_' }, 'letters'],
  ['options.tablePrefix', { path: 'x.db', tablePrefix: 'a b' }, 'letters'],
  ['options.tablePrefix', { path: 'x.db', tablePrefix: 'a";DROP TABLE x;--' }, 'letters'],
  ['options.tablePrefix', { path: 'x.db', tablePrefix: 'x'.repeat(32) }, 'at most 31'],
  ['options.tablePrefix', { path: 'x.db', tablePrefix: null }, 'letters'],
  ['options.busyTimeoutMs', { path: 'x.db', busyTimeoutMs: -1 }, '0 or more'],
  ['options.busyTimeoutMs', { path: 'x.db', busyTimeoutMs: 1.5 }, '0 or more'],
  ['options.busyTimeoutMs', { path: 'x.db', busyTimeoutMs: '5s' }, '0 or more'],
  ['options.misfireThresholdMs', { path: 'x.db', misfireThresholdMs: 0 }, 'at least 1'],
  ['options.tablePrefx', { path: 'x.db', tablePrefx: 'a_' }, "did you mean 'tablePrefix'"],
  ['options.filename', { path: 'x.db', filename: 'x.db' }, 'one of the keys'],
];

describe('options', () => {
  it.each(WRONG)('%s of %j: expected %s', (field, options, remedy) => {
    let error: unknown;
    try {
      new SqliteJobStore(options as SqliteStoreOptions);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringContaining(remedy) as string,
      details: { field },
    });
  });

  it('of the longest prefix, and none at all, are fine', () => {
    expect(() => new SqliteJobStore({ path: 'x.db', tablePrefix: 'x'.repeat(31) })).not.toThrow();
    expect(() => new SqliteJobStore({ path: 'x.db' })).not.toThrow();
  });
});
