/**
 * Starts some servers; when one does not start, none stays.
 *
 * @template {{ stop(): Promise<void> }} T
 * @param {number} count
 * @param {(index: number) => Promise<T>} start
 * @returns {Promise<T[]>}
 */
export async function startAll(count, start) {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => start(index)));
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return started;
  await stopAll(started);
  throw failed.reason;
}

/** @param {readonly { stop(): Promise<void> }[]} servers */
export async function stopAll(servers) {
  await Promise.all(servers.map((server) => server.stop()));
}
