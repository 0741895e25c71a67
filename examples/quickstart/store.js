import { fileURLToPath } from 'node:url';
import { ModuleJobClassResolver } from '@ametrine/core';
import { SqliteJobStore } from '@ametrine/store-jdbc/sqlite';

/**
 * A stored job knows the name of its class only. This store finds the class by its file: `FolderManifest` is
 * jobs/FolderManifest.js. A file that is added while the scheduler runs is found as well.
 */
export class QuickstartJobStore extends SqliteJobStore {
  #resolver = new ModuleJobClassResolver({ roots: [fileURLToPath(new URL('./jobs', import.meta.url))] });

  getJobClassResolver() {
    return this.#resolver;
  }
}
