/**
 * Several resolvers as one.
 *
 * @module
 */
import { invalidArgument } from '../errors.js';
import type { JobClass, JobClassResolver } from '../spi/job-class.js';

/** Asks one resolver after another; the first that has the class wins. One that throws ends the search. */
export class CascadingResolver implements JobClassResolver {
  readonly #resolvers: readonly JobClassResolver[];

  /** @param resolvers - in the order in which they are asked */
  constructor(resolvers: readonly JobClassResolver[]) {
    if (!Array.isArray(resolvers)) throw invalidArgument('resolvers', resolvers, 'an array of resolvers');
    for (const [index, resolver] of resolvers.entries()) {
      const resolves = typeof (resolver as JobClassResolver | null)?.resolve === 'function';
      if (!resolves)
        throw invalidArgument(`resolvers[${index}]`, resolver, 'a resolver: an object with resolve()');
    }
    this.#resolvers = [...resolvers];
  }

  get description(): string {
    return this.#resolvers.map((resolver) => resolver.description).join('; then ');
  }

  *names(): Iterable<string> {
    for (const resolver of this.#resolvers) yield* resolver.names?.() ?? [];
  }

  /** Answers at once as long as those that are asked do. */
  resolve(jobClass: string): JobClass | null | Promise<JobClass | null> {
    return this.#ask(jobClass, 0);
  }

  #ask(jobClass: string, from: number): JobClass | null | Promise<JobClass | null> {
    for (let index = from; index < this.#resolvers.length; index++) {
      const found = this.#resolvers[index]?.resolve(jobClass) ?? null;
      if (found instanceof Promise) return found.then((late) => late ?? this.#ask(jobClass, index + 1));
      if (found !== null) return found;
    }
    return null;
  }
}
