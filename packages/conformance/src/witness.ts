/**
 * The few operations of a case that explain its failure, in words.
 *
 * @module
 */
import { inspect } from 'node:util';
import { DEFAULT_GROUP } from '@ametrine/core';
import { T0 } from './factories.js';
import type { Operation } from './history.js';

/** The most operations that a witness holds. */
const MOST_STEPS = 6;
const READS = /^(get|list|count|has|is)[A-Z]|^capabilities$/;
const SETTING_UP = /^(initialize|schedulerStarted|store[A-Z].*)$/;

/**
 * Picks the operations that matter: those that change something, the failed ones and the last; of many, rather the
 * steps than the setting up, and rather those that speak of what the failure speaks of.
 *
 * @param about - the text of the failure
 * @returns one line each, oldest first
 */
export function witnessOf(operations: readonly Operation[], about: string): readonly string[] {
  const last = operations.at(-1);
  const telling = operations.filter((op) => op === last || op.outcome.kind !== 'ok' || !READS.test(op.call));
  const words = new Set(`${about} ${last === undefined ? '' : describe(last)}`.match(/[\w-]+/g) ?? []);
  const weight = (op: Operation): number =>
    (op === last ? 4 : 0) +
    (SETTING_UP.test(op.call) ? 0 : 2) +
    (namesIn(op.args).some((name) => words.has(name)) ? 1 : 0);
  return [...telling]
    .sort((a, b) => weight(b) - weight(a) || b.invoked - a.invoked)
    .slice(0, MOST_STEPS)
    .sort((a, b) => a.invoked - b.invoked)
    .map(showStep);
}

/** One operation in a line: when, by whom, what, and what came of it. */
export function showStep(operation: Operation): string {
  const at = timeOf(operation.args);
  return `${(at === null ? '' : `t=${offset(at)}`).padEnd(10)} ${operation.node} ${describe(operation)}`;
}

function describe({ call, args, outcome }: Operation): string {
  // What a node is initialized with is the kit's own business.
  const given = call === 'initialize' ? [] : args.map((arg) => brief(arg)).filter((text) => text !== '');
  return `${call}(${given.join(', ')}) → ${describeOutcome(call, outcome)}`;
}

function describeOutcome(call: string, outcome: Operation['outcome']): string {
  switch (outcome.kind) {
    case 'pending':
      return 'still under way';
    case 'ok':
      return outcome.value === undefined && !READS.test(call) ? 'ok' : brief(outcome.value);
    case 'error':
      return `! ${describeError(outcome.error)}`;
  }
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return brief(error);
  const code = (error as { code?: unknown }).code;
  return cut(`${typeof code === 'string' ? `${code}: ` : ''}${error.message.split('\n', 1)[0]}`);
}

/** The `now` of a call's arguments, epoch ms. */
function timeOf(args: readonly unknown[]): number | null {
  for (const arg of args) if (isRecord(arg) && typeof arg['now'] === 'number') return arg['now'];
  return null;
}

/** An instant as cases count it: from their beginning. */
function offset(at: number): string {
  const ms = at - T0;
  const size = Math.abs(ms);
  const [value, unit] =
    size !== 0 && size % 3_600_000 === 0
      ? [ms / 3_600_000, ' h']
      : size !== 0 && size % 60_000 === 0
        ? [ms / 60_000, ' min']
        : size >= 1000
          ? [ms / 1000, ' s']
          : [ms, size === 0 ? '' : ' ms'];
  return `${ms > 0 ? '+' : ''}${value}${unit}`;
}

/** A value in a few words: keys for jobs and triggers, offsets for instants. Empty for what its line shows already. */
function brief(value: unknown, depth = 0): string {
  if (Array.isArray(value)) {
    const shown = value.slice(0, 4).map((item) => brief(item, depth + 1));
    return `[${[...shown, ...(value.length > 4 ? [`… ${value.length} in all`] : [])].join(', ')}]`;
  }
  if (!isRecord(value)) return cut(inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY }));
  if (isRecord(value['bundle'])) return `fired ${brief(value['bundle'], depth + 1)}`;
  if (isRecord(value['trigger']) && typeof value['fireInstanceId'] === 'string') {
    const instruction = typeof value['instruction'] === 'string' ? ` ${value['instruction']}` : '';
    return `${brief(value['trigger'], depth + 1)}${instruction} #${value['fireInstanceId'].slice(-6)}`;
  }
  if (isKey(value['key'])) return describeKeyed(value, value['key']);
  if (isKey(value)) return nameOf(value);
  return describeFields(value, depth);
}

function describeKeyed(value: Readonly<Record<string, unknown>>, key: NamedKey): string {
  if (typeof value['jobClass'] === 'string') {
    const flags = ['nonConcurrent', 'requestsRecovery', 'persistDataAfterExecution'].filter(
      (flag) => value[flag] === true,
    );
    return `job ${[nameOf(key), ...(value['durable'] === false ? ['not durable'] : []), ...flags].join(' ')}`;
  }
  if (!('nextFireAt' in value)) return nameOf(key);
  const next = value['nextFireAt'];
  return `trigger ${nameOf(key)} ${typeof next === 'number' ? `next ${offset(next)}` : 'without a next fire'}`;
}

function describeFields(value: Readonly<Record<string, unknown>>, depth: number): string {
  const fields = Object.entries(value).flatMap(([name, field]) => {
    if (name === 'now' || field === undefined) return [];
    if (typeof field === 'number' && /At$|^noLaterThan$/.test(name)) return [`${name} ${offset(field)}`];
    return [`${name} ${depth > 2 ? '…' : brief(field, depth + 1)}`];
  });
  return fields.length === 0 ? '' : cut(`{ ${fields.join(', ')} }`);
}

interface NamedKey {
  readonly group: string;
  readonly name: string;
}

function isKey(value: unknown): value is NamedKey {
  return isRecord(value) && typeof value['group'] === 'string' && typeof value['name'] === 'string';
}

function nameOf({ group, name }: NamedKey): string {
  return group === DEFAULT_GROUP ? name : `${group}.${name}`;
}

/** The names of all keys within a value. */
function namesIn(value: unknown, depth = 0): readonly string[] {
  if (depth > 4 || typeof value !== 'object' || value === null) return [];
  const own = isKey(value) ? [value.name] : [];
  return [...own, ...Object.values(value).flatMap((inner) => namesIn(inner, depth + 1))];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}
