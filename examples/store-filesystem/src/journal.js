/**
 * An append-only file of committed changes: what makes the example durable.
 *
 * One line is one transaction. A line counts only when it is whole, so a process that dies while writing leaves a
 * torn last line, which the next start cuts off: a transaction is there entirely or not at all.
 */
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { SchedulerError } from '@ametrine/core';

/** @typedef {[table: string, key: string, value: unknown][]} Changes `null` as the value removes the key. */

export class Journal {
  #file;
  #lock;

  /** Opens the journal of a folder and replays it. @param {string} folder @param {(changes: Changes) => void} apply */
  constructor(folder, apply) {
    mkdirSync(folder, { recursive: true });
    this.#lock = join(folder, 'lock');
    takeLock(this.#lock);
    const path = join(folder, 'journal.jsonl');
    this.#file = openSync(path, 'a+');
    const text = readFileSync(path, 'utf8');
    const whole = text.lastIndexOf('\n') + 1;
    if (whole < text.length) ftruncateSync(this.#file, Buffer.byteLength(text.slice(0, whole)));
    for (const line of text.slice(0, whole).split('\n')) if (line !== '') apply(JSON.parse(line));
  }

  /** Makes a transaction durable; when it returns, the disk has it. @param {Changes} changes */
  append(changes) {
    writeSync(this.#file, `${JSON.stringify(changes)}\n`);
    fsyncSync(this.#file);
  }

  close() {
    closeSync(this.#file);
    rmSync(this.#lock, { force: true });
  }
}

/** One process at a time. The lock of a process that is gone is taken over. @param {string} path */
function takeLock(path) {
  const mine = `${path}.${process.pid}`;
  try {
    const holder = Number(readFileSync(path, 'utf8'));
    if (holder !== process.pid && isAlive(holder)) {
      throw new SchedulerError(
        'ERR_STORE_BUSY',
        `The folder is in use by process ${holder}; this store serves one`,
        {
          retryable: true,
        },
      );
    }
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const file = openSync(mine, 'w');
  writeSync(file, String(process.pid));
  closeSync(file);
  renameSync(mine, path);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
