/**
 * An application's folder with the packed packages installed, and nothing more: no registry, no workspace.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pack, readManifest, root } from '../../scripts/workspace.mjs';

/** A folder with packages installed in its node_modules. */
export interface InstalledApp {
  readonly folder: string;
  /** The published names of what was installed. */
  readonly packages: readonly string[];
  dispose(): void;
}

/**
 * Unpacks the tarballs of these packages (names of folders under `packages/`) into an empty application. Of other
 * packages it has exactly those that the tarballs declare, linked from where npm put them in this repository.
 */
export function installTarballs(names: readonly string[]): InstalledApp {
  // Resolved, because Node resolves links before it looks for node_modules above a file.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ametrine-app-')));
  const installed = names.map((name) => {
    const { tarball } = pack(join(root, 'packages', name), folder);
    const target = join(folder, 'node_modules', readManifest(join(root, 'packages', name)).name);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
    return readManifest(target);
  });
  const packages = installed.map(({ name }) => name);
  for (const { dependencies, peerDependencies } of installed) {
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      if (!packages.includes(name))
        link(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
  }
  return { folder, packages, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

function link(from: string, to: string): void {
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(from, to, 'dir');
}
