import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** At this pace the files of the quickstart take about eight seconds: time enough for a kill -9 in the middle. */
const BYTES_PER_SECOND = 70_000;
const CHUNK_BYTES = 16_384;

/**
 * Copies a folder. A backup that was cut short goes on where it was: the folder is named for the time it was due at,
 * which is the same when the run is repeated, and a file counts as copied only under its final name.
 */
export default class NightlyBackup {
  /** @param {import('@ametrine/core').JobExecutionContext<{ inbox: string, backups: string }>} context */
  async execute({ data: { inbox, backups }, signal, scheduledFireAt, recovering }) {
    const folder = join(backups, scheduledFireAt.toISOString().replaceAll(':', '-'));
    await mkdir(folder, { recursive: true });
    const names = (await readdir(inbox)).sort();
    let kept = 0;
    for (const name of names) {
      if (existsSync(join(folder, name))) kept += (await stat(join(folder, name))).size;
      else kept += await copyRest(join(inbox, name), join(folder, name), signal);
    }
    const how = recovering ? `recovered, ${kept} bytes were there already` : 'complete';
    return `${names.length} files in ${folder} (${how})`;
  }
}

/**
 * @param {string} source
 * @param {string} target
 * @param {AbortSignal} signal
 * @returns {Promise<number>} how many bytes an earlier run had copied
 */
async function copyRest(source, target, signal) {
  const part = `${target}.part`;
  const start = existsSync(part) ? (await stat(part)).size : 0;
  const rest = createReadStream(source, { start, highWaterMark: CHUNK_BYTES });
  await pipeline(rest, slowly, createWriteStream(part, { flags: 'a' }), { signal });
  await rename(part, target);
  return start;
}

/** @param {AsyncIterable<Buffer>} chunks */
async function* slowly(chunks) {
  for await (const chunk of chunks) {
    await pause((chunk.length / BYTES_PER_SECOND) * 1000);
    yield chunk;
  }
}
