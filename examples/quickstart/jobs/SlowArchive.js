import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createGzip } from 'node:zlib';

/** At this pace the files of the quickstart take about six seconds. */
const BYTES_PER_SECOND = 90_000;
const CHUNK_BYTES = 16_384;

/** Compresses every file of a folder, slowly, to leave the disk to others. */
export default class SlowArchive {
  /** @param {import('@ametrine/core').JobExecutionContext<{ inbox: string, archive: string }>} context */
  async execute({ data: { inbox, archive }, signal, scheduledFireAt, firedAt }) {
    await mkdir(archive, { recursive: true });
    const names = await readdir(inbox);
    for (const name of names) {
      const target = join(archive, `${name}.gz`);
      const source = createReadStream(join(inbox, name), { highWaterMark: CHUNK_BYTES });
      await pipeline(source, slowly, createGzip(), createWriteStream(`${target}.new`), { signal });
      await rename(`${target}.new`, target);
    }
    const waited = Math.round((firedAt.getTime() - scheduledFireAt.getTime()) / 1000);
    return `${names.length} files${waited > 0 ? `, after waiting ${waited} s for the run before` : ''}`;
  }
}

/** @param {AsyncIterable<Buffer>} chunks */
async function* slowly(chunks) {
  for await (const chunk of chunks) {
    await pause((chunk.length / BYTES_PER_SECOND) * 1000);
    yield chunk;
  }
}
