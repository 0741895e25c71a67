// Where this service writes job classes while it runs: no program has ever imported them.
import { join } from 'node:path';
import { CascadingResolver, ModuleJobClassResolver } from '@ametrine/core';

/** The folder of the generated classes. */
export const folder = join(process.env.QUARTZITE_DATA ?? 'data/quartzite', 'generated');

/**
 * A resolver that asks another one first, and then looks among the generated classes.
 *
 * @param {import('@ametrine/core').JobClassResolver} first
 * @returns {import('@ametrine/core').JobClassResolver}
 */
export function withGeneratedClasses(first) {
  return new CascadingResolver([first, new ModuleJobClassResolver({ roots: [folder] })]);
}
