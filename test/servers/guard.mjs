/**
 * Ends the servers of a process that cannot end them any more.
 *
 * The first server starts one guard, a process in a session of its own, which listens at a pipe. When the pipe breaks,
 * however its other end died, it kills every server that it was told of and removes their folders.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** @type {import('node:stream').Writable | null} */
let pipe = null;

/**
 * @param {{ add?: { pid?: number, folder?: string }, drop?: { pid?: number, folder?: string } }} message
 */
function tell(message) {
  pipe ??= startGuard();
  pipe.write(`${JSON.stringify(message)}\n`);
}

function startGuard() {
  const guard = spawn(process.execPath, [fileURLToPath(new URL('guard-process.mjs', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  // It must not keep the process alive that it watches.
  guard.unref();
  /** @type {import('node:net').Socket} */ (guard.stdin).unref();
  return guard.stdin;
}

/** @param {number} pid a server that must not outlive this process */
export function guardProcess(pid) {
  tell({ add: { pid } });
}

/** @param {number} pid a server that has ended */
export function releaseProcess(pid) {
  tell({ drop: { pid } });
}

/** @param {string} folder what must be removed when this process ends */
export function guardFolder(folder) {
  tell({ add: { folder } });
}

/** @param {string} folder what is removed */
export function releaseFolder(folder) {
  tell({ drop: { folder } });
}
