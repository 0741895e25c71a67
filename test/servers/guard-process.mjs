// The program of the guard: see guard.mjs.
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** @type {Set<number>} */
const pids = new Set();
/** @type {Set<string>} */
const folders = new Set();

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    pids.delete(pid);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { add, drop } = JSON.parse(line);
  if (add?.pid !== undefined) pids.add(add.pid);
  if (add?.folder !== undefined) folders.add(add.folder);
  if (drop?.pid !== undefined) pids.delete(drop.pid);
  if (drop?.folder !== undefined) folders.delete(drop.folder);
}

for (let round = 0; round < 100 && pids.size > 0; round++) {
  for (const pid of pids) kill(pid);
  await pause(20);
}
for (const folder of folders)
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
