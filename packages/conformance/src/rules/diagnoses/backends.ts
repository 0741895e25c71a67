/**
 * Likely causes that only one kind of backend knows: its traps, by the rules that they break.
 *
 * @module
 */
import type { BackendFamily } from './diagnosis.js';

/** By rule id, then by kind of backend. */
export const backendCauses: Readonly<Record<string, Partial<Record<BackendFamily, readonly string[]>>>> = {
  'JS-LIF-01': {
    postgres: [
      'two nodes create the schema at once: take an advisory lock (CREATE … IF NOT EXISTS races too)',
    ],
    mysql: ['DDL commits the open transaction, so that half a migration stays: lock with GET_LOCK'],
    mongodb: ['createIndex on a collection that another node creates at the same time'],
  },
  'JS-LIF-04': {
    redis: ['QUIT of the subscriber’s connection waits for ever while it is reconnecting: disconnect it'],
    postgres: ['a LISTEN connection that pool.end() does not know of'],
  },
  'JS-LIF-07': {
    redis: ['the subscriber’s socket, or its reconnect timer'],
    mongodb: ['a change stream that is not closed before the client'],
    postgres: ['idle clients of the pool: allowExitOnIdle, or end the pool'],
  },
  'JS-STO-03': {
    mysql: ['INSERT … ON DUPLICATE KEY UPDATE, or REPLACE, where an existing key must be refused'],
    mongodb: ['an upsert whose E11000 is not translated'],
  },
  'JS-STO-07': {
    redis: ['MULTI does not roll back: check everything before the first write of the script'],
    mongodb: ['bulkWrite outside a transaction stops half way'],
    mysql: ['a table that is not InnoDB has no transactions'],
  },
  'JS-STO-09': {
    postgres: ['a btree index entry has at most some 2700 bytes: limit the names, not the error'],
    mysql: ['an index key has at most 3072 bytes, four to a character in utf8mb4'],
  },
  'JS-GET-05': {
    mysql: [
      'TIMESTAMP ends in 2038 and has no milliseconds: BIGINT',
      'BIGINT read as a text, or as a rounded number',
    ],
    postgres: ['int8 comes back from the driver as a text', 'timestamptz has microseconds, and Date has not'],
    redis: ['a sorted set’s score is a double; a number formatted with %g loses digits'],
    mongodb: ['Long and Int32 come back as objects without promoteLongs'],
  },
  'JS-CAL-03': {
    redis: ['the due index is not moved with the trigger: ZADD in the same script'],
  },
  'JS-PAU-01': {
    redis: ['the trigger stays in the due set when it is paused: ZREM in the same script'],
  },
  'JS-PAU-02': {
    redis: ['the resumed trigger is not put back into the due set'],
  },
  'JS-ACQ-05': {
    redis: ['members of one score are ordered by byte: the member must sort by priority, group and name'],
    mongodb: ['a sort without the collation of the index, or one that is done in memory after the limit'],
    sqlite: ['a column with COLLATE NOCASE'],
  },
  'JS-ACQ-08': {
    postgres: [
      'SKIP LOCKED locks triggers, not jobs: two nodes take two triggers of one job; lock the job’s row too',
    ],
    mysql: [
      'REPEATABLE READ shows the snapshot of the first read: read with FOR UPDATE, or use READ COMMITTED',
    ],
    mongodb: [
      'two claims of different triggers of one job do not conflict: let both write the job’s document',
    ],
    redis: ['the set of busy jobs is read before the script and not in it'],
  },
  'JS-ACQ-09': {
    redis: ['cjson.decode raises an error that ends the whole script: pcall it'],
    postgres: ['one row that cannot be cast fails the whole statement, and aborts the transaction'],
  },
  'JS-ACQ-11': {
    redis: ['KEYS, SCAN or SMEMBERS on the hot path'],
    mongodb: ['the index does not begin with the fields that are compared for equality'],
    postgres: [
      'a partial index whose WHERE the query does not repeat',
      'dead rows at the front of the due index',
    ],
    mysql: ['ORDER BY with mixed directions that the index does not have'],
  },
  'JS-FIR-02': {
    postgres: [
      'UPDATE … WHERE id without AND claim_id: a row that another node took is updated all the same',
    ],
    mysql: ['affectedRows counts rows that were changed, not found, unless CLIENT_FOUND_ROWS is set'],
    mongodb: [
      'retryWrites repeats an update that had been carried out: look for the token, not for modifiedCount',
    ],
    redis: ['a script that is repeated after a lost answer: let it know its own token'],
  },
  'JS-FIR-06': {
    mysql: ['a non-locking read in REPEATABLE READ does not see the run that another node has begun'],
    mongodb: ['a read outside the session of the transaction'],
  },
  'JS-CMP-02': {
    redis: ['DEL of the execution’s key without a look at its token'],
    mongodb: ['findOneAndDelete by trigger, not by token'],
  },
  'JS-CMP-07': {
    postgres: ['jsonb || merges, and jsonb normalizes: replace a text or bytea whole'],
    mysql: ['JSON_MERGE_PATCH merges and drops nulls; a JSON column reorders keys'],
    mongodb: ['$set of single fields leaves those that went away'],
    redis: ['HSET leaves the fields that went away'],
  },
  'JS-SIG-01': {
    postgres: ['own nodes are told before COMMIT; NOTIFY itself waits for it'],
    redis: [
      'PUBLISH before the write of the same script is heard only after it, PUBLISH before the script at once',
    ],
    mongodb: ['signals sent from inside withTransaction, which may run its work again'],
  },
  'JS-SIG-02': {
    postgres: ['LISTEN is lost with its connection: listen again, and look once'],
    redis: ['pub/sub forgets what is published while the subscriber reconnects: look once afterwards'],
    mongodb: ['a change stream that is not resumed by its token'],
  },
  'JS-REC-06': {
    redis: ['recovery made of several scripts'],
    mongodb: ['recovery outside a transaction on a standalone server: fence it by a lock document'],
  },
  'JS-CLU-03': {
    redis: ['TIME read by the client and not in the script'],
    postgres: ['now() is the time at which the transaction began: clock_timestamp()'],
    mysql: ['NOW() is cut to seconds, and in the session’s time zone: UTC_TIMESTAMP(3)'],
    mongodb: ['new Date() of the host in place of $$NOW'],
  },
  'JS-CLU-05': {
    mongodb: ['reads from secondaries, or a read concern weaker than majority'],
    mysql: ['a connection that keeps a REPEATABLE READ transaction open between calls'],
    redis: ['reads from replicas'],
    sqlite: ['a statement that was not reset keeps the old snapshot'],
  },
  'JS-DAT-01': {
    postgres: ['jsonb: keys are reordered, numbers are rounded; bigint and bytes need a notation'],
    mysql: ['utf8 holds three bytes a character: utf8mb4', 'a JSON column turns large integers into doubles'],
    redis: ['cjson rounds integers beyond 2^53, and turns empty lists into objects'],
    mongodb: ['Date, Long and Binary of the driver in place of bigint and Uint8Array', 'ignoreUndefined'],
  },
};
