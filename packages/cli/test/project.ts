/**
 * A folder with a configuration and job classes, as a user of `ametrine run` has it.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary folder, gone when it is disposed of. */
export interface Project extends Disposable {
  readonly folder: string;
  /** Writes a file; what is not text is written as JSON. */
  write(file: string, content: unknown): void;
}

/** A job that prints and ends. */
export const HELLO = `export default class Hello {
  execute({ data }) { console.log('hello ' + (data.name ?? 'world')); }
}`;

/** A job that runs until its input says that it may end: `touch` the file named in its data. */
export const WAITER = `import { watch, existsSync } from 'node:fs';
import { dirname } from 'node:path';
export default async function Waiter({ data }) {
  console.log('waiter runs');
  await new Promise((resolve) => {
    const look = () => { if (existsSync(data.until)) { watcher.close(); resolve(); } };
    const watcher = watch(dirname(data.until), look);
    look();
  });
  console.log('waiter ends');
}`;

/** Makes a project with the jobs Hello and Waiter in `jobs/`. */
export function makeProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'ametrine-run-'));
  const write = (file: string, content: unknown): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  };
  write('package.json', { type: 'module' });
  write('jobs/Hello.js', HELLO);
  write('jobs/Waiter.js', WAITER);
  return { folder, write, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
