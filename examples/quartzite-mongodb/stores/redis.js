// The store of this service: the one that Ametrine brings, and one method.
import { RedisJobStore } from '@ametrine/store-redis';
import { withGeneratedClasses } from './generated-classes.js';

export class JobStore extends RedisJobStore {
  /** @type {import('@ametrine/core').JobClassResolver | null} */
  #resolver = null;

  /** @override */
  getJobClassResolver() {
    this.#resolver ??= withGeneratedClasses(super.getJobClassResolver());
    return this.#resolver;
  }
}
