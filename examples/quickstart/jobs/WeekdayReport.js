import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a report about a folder, one file per run. */
export default class WeekdayReport {
  /** @param {import('@ametrine/core').JobExecutionContext<{ inbox: string, reports: string }>} context */
  async execute({ data: { inbox, reports }, scheduledFireAt }) {
    const lines = [];
    let total = 0;
    for (const name of (await readdir(inbox)).sort()) {
      const { size, mtime } = await stat(join(inbox, name));
      total += size;
      lines.push(`${String(size).padStart(10)}  ${mtime.toISOString()}  ${name}`);
    }
    await mkdir(reports, { recursive: true });
    // Named for the time that it was due at: a report that is late, or made twice, is still the same report.
    const file = join(reports, `${scheduledFireAt.toISOString().replaceAll(':', '-')}.txt`);
    const title = `Report of ${scheduledFireAt.toISOString()}: ${lines.length} files, ${total} bytes`;
    await writeFile(file, `${title}\n\n${lines.join('\n')}\n`);
    return file;
  }
}
