/**
 * Stores that find job classes in modules without any subclass.
 *
 * @module
 */
import { invalidArgument } from '../errors.js';
import { CascadingResolver } from '../resolvers/cascading-resolver.js';
import { ModuleJobClassResolver } from '../resolvers/module-job-class-resolver.js';
import type { JobClassResolver } from './job-class.js';
import type { JobStoreSupport } from './job-store-support.js';

/** What a dynamic store takes beside the options of the store that it is. */
export interface DynamicOptions {
  /** The folders that modules of job classes may come from; absolute, or from the working directory. */
  readonly jobClassRoots: string | readonly string[];
  /** Load a module anew when its file changed; for development. @defaultValue false */
  readonly reloadJobClasses?: boolean | undefined;
  /** Packages that job classes may come from too. @defaultValue none */
  readonly jobClassPackages?: readonly string[] | undefined;
}

/** The class of a dynamic store. */
export type DynamicJobStore<Options, Store> = new (options: Options & DynamicOptions) => Store;

/**
 * Makes of a store's class one whose job classes are found first as the store finds them, then in modules. It is named
 * `Dynamic` and the name of the store.
 *
 * @example
 * export const DynamicAcmeJobStore: DynamicJobStore<AcmeOptions, AcmeJobStore> = dynamicJobStore(AcmeJobStore);
 */
export function dynamicJobStore<Options, Store extends JobStoreSupport>(
  Store: new (options: Options) => Store,
): DynamicJobStore<Options, Store> {
  // biome-ignore lint/suspicious/noExplicitAny: TypeScript takes only such a constructor for that of a mixin's base.
  const Base = Store as unknown as new (...args: any[]) => JobStoreSupport;
  abstract class Dynamic extends Base {
    readonly #modules: ModuleJobClassResolver;

    constructor(given: DynamicOptions) {
      if (typeof given !== 'object' || given === null)
        throw invalidArgument('options', given, 'an object with jobClassRoots');
      const { jobClassRoots, reloadJobClasses, jobClassPackages, ...options } = given;
      const roots = typeof jobClassRoots === 'string' ? [jobClassRoots] : jobClassRoots;
      if (!Array.isArray(roots) || roots.length === 0)
        throw invalidArgument('options.jobClassRoots', jobClassRoots, 'a folder, or a list of folders');
      super(options);
      this.#modules = new ModuleJobClassResolver({
        roots,
        reload: reloadJobClasses,
        packages: jobClassPackages,
      });
    }

    protected override getJobClassResolver(): JobClassResolver {
      return new CascadingResolver([super.getJobClassResolver(), this.#modules]);
    }
  }
  Object.defineProperty(Dynamic, 'name', { value: `Dynamic${Store.name}` });
  return Dynamic as unknown as DynamicJobStore<Options, Store>;
}
