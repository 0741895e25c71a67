/**
 * Stores that find job classes in modules without any subclass.
 *
 * @module
 */
import { CascadingResolver } from '../resolvers/cascading-resolver.js';
import {
  ModuleJobClassResolver,
  type ModuleJobClassResolverOptions,
} from '../resolvers/module-job-class-resolver.js';
import type { JobClassResolver } from './job-class.js';
import type { JobStoreSupport } from './job-store-support.js';

/** What a dynamic store takes beside the options of the store that it is. */
export interface DynamicOptions {
  /** Where job classes may come from that nobody registered, also such as do not exist yet. */
  readonly jobModules: ModuleJobClassResolverOptions;
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

    constructor({ jobModules, ...options }: DynamicOptions) {
      super(options);
      this.#modules = new ModuleJobClassResolver(jobModules);
    }

    protected override getJobClassResolver(): JobClassResolver {
      return new CascadingResolver([super.getJobClassResolver(), this.#modules]);
    }
  }
  Object.defineProperty(Dynamic, 'name', { value: `Dynamic${Store.name}` });
  return Dynamic as unknown as DynamicJobStore<Options, Store>;
}
