/**
 * A server of this process alone: on a free port of 127.0.0.1, in a temporary folder, and gone with the process.
 *
 * @module
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, isFree } from './free-port.mjs';
import { guardFolder, guardProcess, releaseFolder, releaseProcess } from './guard.mjs';

/**
 * @typedef {import('./server.mjs').Server} Server
 * @typedef {import('./server.mjs').ServerOrigin} ServerOrigin
 */

/**
 * @typedef {object} Place Where a server lives.
 * @property {string} folder its own, removed when it is stopped
 * @property {number} port
 * @property {Account} account who runs it
 */

/**
 * @typedef {{ uid?: number, gid?: number }} Account Nothing in it: the user of this process.
 */

/**
 * @typedef {object} Recipe How to run a server.
 * @property {string} name of the product, for messages
 * @property {ServerOrigin} origin
 * @property {string} command its binary
 * @property {(place: Place) => readonly string[]} args
 * @property {(place: Place) => void | Promise<void>} [prepare] makes its files, once
 * @property {string} [user] who runs it when this process is root's
 * @property {(place: Place) => string} url
 * @property {(url: string) => Promise<string>} ask resolves to the server's version as soon as it answers
 * @property {NodeJS.Signals} [stopSignal] what makes it shut down in order; SIGTERM when absent
 * @property {number} [port] where it listens when nobody else does
 */

/** A start takes half a second; this long on a machine that is busy with other things. */
const START_LIMIT_MS = 60_000;
const ASK_EVERY_MS = 25;
const STOP_LIMIT_MS = 20_000;
const ATTEMPTS = 3;
/** What an error shows of a server's log. */
const LOG_LINES = 20;
const LOG_LINE_LENGTH = 200;

/** @param {string | undefined} user @returns {Account} */
function accountOf(user) {
  if (user === undefined || userInfo().uid !== 0) return {};
  const id = (/** @type {string} */ flag) =>
    Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }));
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * @param {string} user
 * @returns {string | null} why a server cannot be run by this user
 */
export function whyNoAccount(user) {
  try {
    accountOf(user);
    return null;
  } catch {
    return `it cannot be run by root, and this machine has no user ${user}`;
  }
}

/** @implements {Server} */
export class PrivateServer {
  /** @type {Recipe} */ #recipe;
  /** @type {Place} */ #place;
  /** @type {import('node:child_process').ChildProcess | null} */ #child = null;
  #version = '';
  #stopped = false;

  /**
   * @param {Recipe} recipe
   * @param {Place} place
   */
  constructor(recipe, place) {
    this.#recipe = recipe;
    this.#place = place;
  }

  /**
   * @param {Recipe} recipe
   * @returns {Promise<PrivateServer>} a server that answers
   */
  static async start(recipe) {
    const account = accountOf(recipe.user);
    for (let attempt = 1; ; attempt++) {
      const folder = mkdtempSync(join(tmpdir(), `ametrine-${recipe.name.toLowerCase()}-`));
      guardFolder(folder);
      if (account.uid !== undefined) chownSync(folder, account.uid, account.gid ?? account.uid);
      const isWanted = recipe.port !== undefined && attempt === 1 && (await isFree(recipe.port));
      const port = isWanted ? (recipe.port ?? 0) : await freePort();
      const server = new PrivateServer(recipe, { folder, port, account });
      try {
        await recipe.prepare?.(server.#place);
        await server.restart();
        return server;
      } catch (error) {
        await server.stop();
        // Somebody else may have taken the port since it was found free.
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  get host() {
    return '127.0.0.1';
  }

  get port() {
    return this.#place.port;
  }

  get url() {
    return this.#recipe.url(this.#place);
  }

  get version() {
    return this.#version;
  }

  get origin() {
    return this.#recipe.origin;
  }

  /** Its process; null while it does not run. */
  get pid() {
    return this.#child?.pid ?? null;
  }

  /** Its files; the server's log is `server.log` there. */
  get folder() {
    return this.#place.folder;
  }

  /** Ends it as a loss of power would end a process: SIGKILL. What it had not written is lost. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Starts it again on its port with its files; one that still runs shuts down in order before. */
  async restart() {
    if (this.#stopped) throw new Error(`${this.#recipe.name} is stopped and its files are removed`);
    await this.#end(this.#recipe.stopSignal ?? 'SIGTERM');
    const limit = performance.now() + START_LIMIT_MS;
    for (;;) {
      const problem = await this.#run(limit);
      if (problem === null) return;
      // After a SIGKILL the children of the last one may need a moment to notice and let go of what is shared.
      const letsGo = /shared memory block|lock file .* already exists|is another .* running|Unable to lock/;
      if (!letsGo.test(problem) || performance.now() > limit) throw new Error(problem);
      await pause(100);
    }
  }

  /** Freezes it as it is (SIGSTOP): connections stay open and nobody gets an answer, as behind a dead network. */
  suspend() {
    this.#child?.kill('SIGSTOP');
  }

  /** Lets a frozen server go on where it stood. */
  resume() {
    this.#child?.kill('SIGCONT');
  }

  /** Shuts it down and removes its files. A second call does nothing. */
  async stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    this.resume();
    await this.#end(this.#recipe.stopSignal ?? 'SIGTERM');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    releaseFolder(this.folder);
  }

  async [Symbol.asyncDispose]() {
    await this.stop();
  }

  /**
   * Starts the process and waits until it answers.
   *
   * @param {number} limit
   * @returns {Promise<string | null>} why it did not
   */
  async #run(limit) {
    const { command, args, ask, name } = this.#recipe;
    const log = join(this.folder, 'server.log');
    const output = openSync(log, 'w');
    const child = spawn(command, args(this.#place), {
      ...this.#place.account,
      cwd: this.folder,
      stdio: ['ignore', output, output],
      // Out of the terminal's process group: Ctrl-C is for the tests, who then end their servers.
      detached: true,
    });
    closeSync(output);
    /** @type {Error | null} */
    let failure = null;
    child.on('error', (error) => {
      failure = error;
    });
    this.#child = child;
    if (child.pid !== undefined) guardProcess(child.pid);
    child.unref();
    child.once('exit', () => {
      if (this.#child === child) this.#child = null;
      if (child.pid !== undefined) releaseProcess(child.pid);
    });
    /** @type {unknown} */
    let answer = null;
    while (performance.now() < limit && failure === null && this.#child === child) {
      try {
        this.#version = await ask(this.url);
        return null;
      } catch (error) {
        answer = error;
      }
      await pause(ASK_EVERY_MS);
    }
    const facts = failure ?? (this.#child === child ? `it does not answer (${answer})` : 'it ended');
    await this.#end('SIGKILL');
    return `${name} does not start: ${facts}\n${command} ${args(this.#place).join(' ')}\n${tail(log)}`;
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#child;
    if (child === null || child.pid === undefined) return;
    const exit = once(child, 'exit');
    child.ref();
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exit;
    clearTimeout(force);
  }
}

/** @param {string} file a log, of which a line may be a stack trace in JSON */
function tail(file) {
  const lines = readFileSync(file, 'utf8').split('\n').slice(-LOG_LINES);
  return lines.map((line) => line.slice(0, LOG_LINE_LENGTH)).join('\n');
}
