// The store of this service: the one that Ametrine brings, and one method.
import { MongoDBJobStore } from '@ametrine/store-mongodb';
import { withGeneratedClasses } from './generated-classes.js';

export class JobStore extends MongoDBJobStore {
  /** @type {import('@ametrine/core').JobClassResolver | null} */
  #resolver = null;

  /** @override */
  getJobClassResolver() {
    this.#resolver ??= withGeneratedClasses(super.getJobClassResolver());
    return this.#resolver;
  }
}
