// Puts every package where `lerna publish` takes it from (`publish.directory` in lerna.json).
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, root, stage } from './workspace.mjs';

const staged = join(root, 'dist');
rmSync(staged, { recursive: true, force: true });
for (const { folder, manifest } of publishedPackages()) {
  stage(folder, join(staged, manifest.name));
  console.log(`${manifest.name} is ready to be published`);
}
