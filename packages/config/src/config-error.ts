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

const SECRET = /passw|pwd|passphrase|secret|token|credential|(?:private|api|access)[-_.]?key/i;
/** What stands before the last `@` of an address, also of Oracle's (`jdbc:oracle:thin:user/password@host`). */
const BEFORE_HOST = /(\/\/|jdbc:\w+:\w+:)\S*@/gi;
/** Secret parameters, behind `?`, `&` or `;`. */
const PARAMETER = /([?&;][^=&;]*(?:passw|pwd|secret|token)[^=&;]*=)[^&;#]*/gi;

/** A configured value as messages and explanations may show it. */
export function showConfigured(key: string, value: unknown): string {
  if (SECRET.test(key)) return '(hidden)';
  if (typeof value !== 'string') return JSON.stringify(value) ?? String(value);
  return value.replace(PARAMETER, '$1(hidden)').replace(BEFORE_HOST, '$1(hidden)@');
}
