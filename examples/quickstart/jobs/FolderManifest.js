import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes the SHA-256 of every file of a folder into a manifest, and counts what changed since the last one. */
export default class FolderManifest {
  /** @param {import('@ametrine/core').JobExecutionContext<{ inbox: string, manifest: string }>} context */
  async execute({ data: { inbox, manifest }, jobData }) {
    const before = await readManifest(manifest);
    const names = (await readdir(inbox)).sort();
    const now = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await sha256(join(inbox, name))])),
    );
    const changed = new Set([...Object.keys(before), ...names].filter((name) => before[name] !== now[name]))
      .size;
    await writeFile(`${manifest}.new`, `${JSON.stringify(now, null, 2)}\n`);
    await rename(`${manifest}.new`, manifest);

    // What is changed in jobData is stored when the run ends, and is there in the next run, in this process or another.
    jobData.runs = Number(jobData.runs ?? 0) + 1;
    jobData.changes = Number(jobData.changes ?? 0) + changed;
    return `${names.length} files, ${changed} changed (run ${jobData.runs}, ${jobData.changes} changes so far)`;
  }
}

/** @param {string} file */
async function sha256(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * @param {string} file
 * @returns {Promise<Record<string, string>>}
 */
async function readManifest(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return {};
    throw error;
  }
}
