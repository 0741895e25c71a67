/**
 * Under which address a module is imported.
 *
 * @module
 */

/**
 * Node keeps every module that it has imported, also one that failed: a file that was caught half written, or that was
 * wrong and has been put right, would stay wrong until the process ends. A changed file needs another address.
 */
export class ModuleVersions {
  readonly #reload: boolean;
  /** Files that gave no class, as they were when they first did not. */
  readonly #failed = new Map<string, string>();

  /** @param reload - whether a module is loaded anew whenever its file changed */
  constructor(reload: boolean) {
    this.#reload = reload;
  }

  /** What `importModule` takes as the version; empty for the module that Node has, if it has one. */
  of({ path, version }: { readonly path: string; readonly version: string }): string {
    if (this.#reload) return version;
    const failed = this.#failed.get(path);
    return failed === undefined || failed === version ? '' : version;
  }

  /** Notes that a file, as it is now, failed to load or had no such class. */
  failed({ path, version }: { readonly path: string; readonly version: string }): void {
    if (!this.#failed.has(path)) this.#failed.set(path, version);
  }
}
