/**
 * Clients that are the user's, as the store sees them: what it needs of them, and nothing of one version of the driver.
 *
 * @module
 */

/** What the store needs of a `MongoClient` of driver 6.21 or 7. */
export interface MongoClientHandle {
  db(name?: string): MongoDbHandle;
  startSession(options?: object): object;
}

/** What the store needs of a `Db`. */
export interface MongoDbHandle {
  readonly databaseName: string;
  readonly client?: unknown;
  collection(name: string, options?: object): object;
}
