/**
 * Job classes from a list.
 *
 * @module
 */
import { invalidArgument } from '../errors.js';
import type { JobClass, JobClassResolver } from '../spi/job-class.js';

/** Finds classes that were registered by name. Names are looked up as they are, never as properties of an object. */
export class RegistryResolver implements JobClassResolver {
  readonly #classes = new Map<string, JobClass>();

  /** @param classes - own properties only; throws `ERR_INVALID_ARGUMENT` for a value that is no class or function */
  constructor(classes: Readonly<Record<string, JobClass>> = {}) {
    for (const [name, jobClass] of Object.entries(classes)) this.register(name, jobClass);
  }

  get description(): string {
    const names = [...this.#classes.keys()];
    if (names.length === 0) return 'the registered classes (none)';
    const more = names.length > 10 ? `, and ${names.length - 10} more` : '';
    return `the registered classes (${names.slice(0, 10).join(', ')}${more})`;
  }

  /** Adds a class, or puts another in its place (HOK-03). */
  register(name: string, jobClass: JobClass): void {
    if (typeof name !== 'string' || name === '')
      throw invalidArgument('name', name, 'the name that jobs store');
    if (typeof jobClass !== 'function')
      throw invalidArgument(`jobs.${name}`, jobClass, 'a class or a function');
    this.#classes.set(name, jobClass);
  }

  /** The name by which a class was registered first; null when it was not. */
  nameOf(jobClass: JobClass): string | null {
    for (const [name, registered] of this.#classes) if (registered === jobClass) return name;
    return null;
  }

  names(): Iterable<string> {
    return this.#classes.keys();
  }

  resolve(jobClass: string): JobClass | null {
    return this.#classes.get(jobClass) ?? null;
  }
}
