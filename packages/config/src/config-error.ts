/**
 * Errors about configurations, which never show a secret.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core';

/**
 * Makes the error for a wrong place in a configuration.
 *
 * @param file - how the user calls the configuration
 * @param place - the path of the field, or the key; empty for the whole
 */
export function configError(file: string, place: string, problem: string, cause?: unknown): SchedulerError {
  return new SchedulerError('ERR_INVALID_CONFIG', `${file}: ${place === '' ? '' : `${place}: `}${problem}`, {
    details: { file, field: place },
    ...(cause === undefined ? {} : { cause }),
  });
}

const SECRET = /passw|passphrase|secret|token|credential|privatekey/i;
/** What stands between `//` and `@`, and secret parameters. */
const IN_URL = /(\/\/)[^/?#@]*@|([?&;][^=&;]*(?:passw|secret|token)[^=&;]*=)[^&;#]*/gi;

/** A configured value as messages and explanations may show it. */
export function showConfigured(key: string, value: unknown): string {
  if (SECRET.test(key)) return '(hidden)';
  if (typeof value !== 'string') return JSON.stringify(value) ?? String(value);
  return value.replace(IN_URL, (_, slashes?: string, parameter?: string) =>
    slashes === undefined ? `${parameter}(hidden)` : `${slashes}(hidden)@`,
  );
}
