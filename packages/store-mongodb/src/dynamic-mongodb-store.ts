/**
 * The store that finds job classes in modules, without a subclass.
 *
 * @module
 */
import { type JobClassResolver, ModuleJobClassResolver } from '@ametrine/core';
import { invalidArgument } from '@ametrine/core/spi';
import { MongoDBJobStore } from './mongodb-store.js';
import type { MongoStoreOptions } from './options.js';

/** Options of {@link DynamicMongoDBJobStore}. */
export type DynamicMongoStoreOptions = Omit<MongoStoreOptions, 'jobClassResolver'> & {
  /**
   * The folders that modules of job classes may come from, in the order in which they are searched; absolute, or from
   * the working directory. Nothing outside of them is ever loaded.
   */
  readonly jobClassRoots: string | readonly string[];
  /** Load a module anew when its file changed; for development. @defaultValue false */
  readonly reloadJobClasses?: boolean;
};

/**
 * A {@link MongoDBJobStore} that finds the class `SendInvoice` in `SendInvoice.js` under one of the folders it is given,
 * also when that file came after the process started.
 *
 * @example
 * ```ts
 * const store = new DynamicMongoDBJobStore({ addresses: '127.0.0.1', jobClassRoots: './jobs' });
 * ```
 */
export class DynamicMongoDBJobStore extends MongoDBJobStore {
  readonly #resolver: JobClassResolver;

  /** @throws SchedulerError `ERR_INVALID_ARGUMENT` that names the option */
  constructor(options: DynamicMongoStoreOptions) {
    if (typeof options !== 'object' || options === null)
      throw invalidArgument('options', options, 'an object with jobClassRoots');
    const { jobClassRoots, reloadJobClasses, ...rest } = options;
    super(rest as MongoStoreOptions);
    const roots = typeof jobClassRoots === 'string' ? [jobClassRoots] : jobClassRoots;
    if (!Array.isArray(roots) || roots.length === 0)
      throw invalidArgument('options.jobClassRoots', jobClassRoots, 'a folder, or a list of folders');
    this.#resolver = new ModuleJobClassResolver({ roots, reload: reloadJobClasses });
  }

  protected override getJobClassResolver(): JobClassResolver {
    return this.#resolver;
  }
}
