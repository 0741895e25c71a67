// The store of this service: the one that Ametrine brings, and one method.
import { MySqlJobStore } from '@ametrine/store-jdbc/mysql';
import { withGeneratedClasses } from './generated-classes.js';

export class JobStore extends MySqlJobStore {
  /** @type {import('@ametrine/core').JobClassResolver | null} */
  #resolver = null;

  /** @override */
  getJobClassResolver() {
    this.#resolver ??= withGeneratedClasses(super.getJobClassResolver());
    return this.#resolver;
  }
}
