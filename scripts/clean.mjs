// Removes what `npm run build` makes, so that nothing of a file that was renamed or deleted stays behind.
import { readdirSync, rmSync } from 'node:fs';

for (const folder of ['.', ...readdirSync('packages').map((name) => `packages/${name}`), 'bench']) {
  rmSync(`${folder}/dist`, { recursive: true, force: true });
}
