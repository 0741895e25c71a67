import {
  MongoBulkWriteError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';
import { describe, expect, it } from 'vitest';
import { networkFault, storeError } from '../../src/errors.js';

const server = (code: number, message = 'no'): Error => new MongoServerError({ code, message });

describe('what errors of the driver become', () => {
  it.each<[string, unknown, string, boolean]>([
    ['a broken connection', new MongoNetworkError('closed'), 'ERR_STORE_UNAVAILABLE', true],
    ['silence', new MongoNetworkTimeoutError('timed out'), 'ERR_STORE_UNAVAILABLE', true],
    ['a socket that ended', Object.assign(new Error('x'), { code: 'EPIPE' }), 'ERR_STORE_UNAVAILABLE', true],
    ['no server', new MongoServerSelectionError('refused', {} as never), 'ERR_STORE_UNAVAILABLE', true],
    ['a primary that stepped down', server(189), 'ERR_STORE_UNAVAILABLE', true],
    ['a member that is not the primary', server(10107), 'ERR_STORE_UNAVAILABLE', true],
    ['a shutdown', server(11600), 'ERR_STORE_UNAVAILABLE', true],
    ['a write concern that was not met in time', server(64), 'ERR_STORE_UNAVAILABLE', true],
    ['a write conflict', server(112), 'ERR_STORE_BUSY', true],
    ['a full disk', server(14031), 'ERR_STORE_FULL', true],
    ['a full disk by its text', server(8, 'write failed: No space left on device'), 'ERR_STORE_FULL', true],
    ['wrong credentials', server(18), 'ERR_STORE_UNAVAILABLE', false],
    ['missing rights', server(13), 'ERR_STORE_UNAVAILABLE', false],
    ['a document that is too large', server(10334), 'ERR_STORE_FAILED', false],
    ['a duplicate', server(11000), 'ERR_STORE_FAILED', false],
    ['anything else', new Error('surprise'), 'ERR_STORE_FAILED', false],
  ])('%s', (_, error, code, retryable) => {
    const found = storeError(error, 'storeJob');
    expect({ code: found.code, retryable: found.retryable }).toEqual({ code, retryable });
    expect(found.message).toContain('storeJob');
    expect(found.cause).toBe(error);
  });

  it('knows which of them leave the fate of a write open', () => {
    expect(networkFault(new MongoNetworkError('closed'))).not.toBeNull();
    expect(networkFault(server(11600))).not.toBeNull();
    expect(networkFault(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).not.toBeNull();
    expect(networkFault(server(112))).toBeNull();
    expect(networkFault(server(11000))).toBeNull();
  });

  it('shows no credentials of an address', () => {
    const found = storeError(new Error('cannot parse mongodb://me:hunter2@db1/x'), 'initialize');
    expect(found.message).not.toContain('hunter2');
    expect(found.message).toContain('mongodb://***@db1/x');
  });

  it('reads the code of a bulk write as that of its first failure', () => {
    const error = new MongoBulkWriteError(
      { message: 'E11000', code: 11000, writeErrors: [] } as never,
      {} as never,
    );
    expect(networkFault(error)).toBeNull();
  });
});
