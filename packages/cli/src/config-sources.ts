/**
 * What the command line adds to a configuration file.
 *
 * @module
 */
import { usageError } from './exit-code.js';

/** Where classes come from that a file names. */
export interface ConfigSources {
  readonly classes?: Readonly<Record<string, string>>;
  readonly moduleRoots?: readonly string[];
}

interface SourceOption {
  readonly type: 'string';
  readonly multiple: true;
}

/** Options for `parseArgs`. */
export const SOURCE_OPTIONS: { readonly class: SourceOption; readonly 'module-root': SourceOption } = {
  class: { type: 'string', multiple: true },
  'module-root': { type: 'string', multiple: true },
};

/**
 * Reads `--class name=./module.js#Class` and `--module-root folder`.
 *
 * @throws SchedulerError `ERR_INVALID_ARGUMENT`
 */
export function readSources(values: {
  readonly class?: readonly string[] | undefined;
  readonly 'module-root'?: readonly string[] | undefined;
}): ConfigSources {
  const { class: classes = [], 'module-root': moduleRoots } = values;
  const pairs = classes.map((text): [string, string] => {
    const at = text.indexOf('=');
    if (at <= 0 || at === text.length - 1)
      throw usageError(`--class ${text} is not of the form name=./module.js#Class`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return {
    ...(pairs.length === 0 ? {} : { classes: Object.fromEntries(pairs) }),
    ...(moduleRoots === undefined ? {} : { moduleRoots }),
  };
}
