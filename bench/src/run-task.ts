/**
 * Runs a task in a process of its own, so that nothing before it shows in its memory or CPU time.
 *
 * @module
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Task, TaskFailure, TaskResult } from './scenarios/scenario.js';

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url));

/** Resolves to the task's result; rejects when it fails or takes longer than `limitMs`. */
export function runTask(task: Task, limitMs: number): Promise<TaskResult> {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, [JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let result: TaskResult | TaskFailure | null = null;
    let complaint = '';
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limitMs);
    child.on('message', (message) => {
      result = message as TaskResult | TaskFailure;
    });
    child.stderr?.on('data', (text) => {
      complaint = (complaint + String(text)).slice(-4000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      if (late) reject(new Error(`took longer than ${limitMs / 1000} s`));
      else if (result !== null && 'failure' in result) reject(new Error(result.failure));
      else if (result !== null && code === 0) resolve(result);
      else reject(new Error(complaint.trim() || `ended with status ${code} and no result`));
    });
  });
}
