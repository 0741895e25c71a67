// Something to work on: a few files, made at the first start. Change them, or put your own beside them.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @param {string} folder the data folder */
export async function createInbox(folder) {
  const inbox = join(folder, 'inbox');
  if (existsSync(inbox)) return;
  await mkdir(inbox);
  await writeFile(join(inbox, 'welcome.txt'), 'Change this file and watch FolderManifest notice it.\n');
  const orders = Array.from({ length: 20_000 }, (_, index) => `${index + 1},${(index * 7919) % 1000},EUR`);
  await writeFile(join(inbox, 'orders.csv'), `order,amount,currency\n${orders.join('\n')}\n`);
  const readings = Array.from({ length: 30_000 }, (_, index) => `${Math.sin(index / 500).toFixed(6)}`);
  await writeFile(join(inbox, 'readings.txt'), `${readings.join('\n')}\n`);
}
