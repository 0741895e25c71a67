/**
 * What the subject uses of Sidequest, which is not installed with the benchmark: it needs a newer Node than the
 * oldest that Ametrine supports.
 *
 * @module
 */

/** Not a literal: the compiler must not look for it. */
export const SIDEQUEST: string = 'sidequest';

/** A job that is about to be stored. */
export interface SidequestBuilder {
  availableAt(at: Date): SidequestBuilder;
  enqueue(...args: readonly unknown[]): Promise<unknown>;
  schedule(cron: string, ...args: readonly unknown[]): Promise<unknown>;
}

/** The package. */
export interface SidequestModule {
  readonly Job: new () => object;
  readonly Sidequest: {
    configure(options: object): Promise<void>;
    start(options: object): Promise<void>;
    stop(): Promise<void>;
    build(job: new () => object): SidequestBuilder;
  };
}
