/**
 * References to the environment, so that secrets stay out of files.
 *
 * @module
 */
import { configError } from './config-error.js';

/** Where `${env:NAME}` looks. */
export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{env:([^}]*)(\}?)/g;

/**
 * Puts the values of variables in the place of every `${env:NAME}`.
 *
 * @throws SchedulerError `ERR_INVALID_CONFIG` for a variable that is not set, naming it, and for a reference without end
 */
export function withEnvironment(file: string, place: string, text: string, env: Environment): string {
  return text.replace(REFERENCE, (_, name: string, end: string) => {
    if (name === '' || end === '')
      throw configError(
        file,
        place,
        'has a reference to the environment that is not of the form ${env:NAME}',
      );
    const value = env[name];
    if (value !== undefined) return value;
    throw configError(file, place, `the environment variable ${name} is not set`);
  });
}

/** {@link withEnvironment} for every text in a configuration, however deep. */
export function withEnvironmentDeep(file: string, place: string, value: unknown, env: Environment): unknown {
  if (typeof value === 'string') return withEnvironment(file, place, value, env);
  if (Array.isArray(value))
    return value.map((item, index) => withEnvironmentDeep(file, `${place}[${index}]`, item, env));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      withEnvironmentDeep(file, place === '' ? key : `${place}.${key}`, item, env),
    ]),
  );
}
