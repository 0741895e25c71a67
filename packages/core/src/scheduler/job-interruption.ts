/**
 * Why a run's signal was aborted.
 *
 * @module
 */

/** The reason of an aborted `context.signal`. A job may throw it on: it is reported like any error. */
export class JobInterruption extends Error {
  override readonly name: string = 'JobInterruption';
  /** Who asked: a call of `interrupt()` or `interruptRun()`, or a shutdown. */
  readonly by: 'interrupt' | 'shutdown';

  constructor(by: 'interrupt' | 'shutdown') {
    super(
      by === 'interrupt'
        ? 'The run was interrupted'
        : 'The run was interrupted because its scheduler shuts down',
    );
    this.by = by;
  }
}
