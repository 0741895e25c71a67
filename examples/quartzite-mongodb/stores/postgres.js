// The store of this service: the one that Ametrine brings, and one method.
import { PostgresJobStore } from '@ametrine/store-jdbc/postgres';
import { withGeneratedClasses } from './generated-classes.js';

export class JobStore extends PostgresJobStore {
  /** @type {import('@ametrine/core').JobClassResolver | null} */
  #resolver = null;

  /** @override */
  getJobClassResolver() {
    this.#resolver ??= withGeneratedClasses(super.getJobClassResolver());
    return this.#resolver;
  }
}
