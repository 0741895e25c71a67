/**
 * A configuration as the keys of a `quartz.properties` fill it in, one after another.
 *
 * @module
 */
import { configError, showConfigured } from '../config-error.js';

/** A class with the properties that follow its name. */
export interface ClassWithProperties {
  className: string | null;
  readonly properties: Record<string, string>;
}

/** One key of the file, as a rule reads it. */
export interface PropertyValue {
  readonly file: string;
  /** All of the key, `org.quartz.` included. */
  readonly key: string;
  /** Without blanks around it, references to the environment resolved. */
  readonly text: string;
  /** What stands for `NAME` in the rule's key. */
  readonly name: string;
  /** What stands for `*` in it. */
  readonly property: string;
}

/** What was filled in so far. */
export class Draft {
  /** Fields of the scheduler's configuration. */
  readonly scheduler: Record<string, unknown> = {};
  /** Options of the store. */
  readonly store: Record<string, unknown> = {};
  readonly context: Record<string, unknown> = {};
  readonly dataSources: Map<string, Record<string, string>> = new Map();
  readonly plugins: Map<string, ClassWithProperties> = new Map();
  readonly jobListeners: Map<string, ClassWithProperties> = new Map();
  readonly triggerListeners: Map<string, ClassWithProperties> = new Map();
  /** Everything about where classes come from. */
  readonly loading: {
    className?: string;
    roots?: readonly string[];
    reload?: boolean;
    packages?: readonly string[];
    threads?: boolean;
  } = {};
  /** Single facts that only together mean something. */
  readonly facts: Map<string, string> = new Map();
}

/** Fills something in. */
export type Setter = (draft: Draft, value: PropertyValue) => void;

/** The error for a value that its key does not take. */
export function wrongValue({ file, key, text }: PropertyValue, expected: string): Error {
  return configError(file, key, `is ${showConfigured(key, text)}; expected ${expected}`);
}

export function readWhole(value: PropertyValue, least: number): number {
  const number = Number(value.text);
  if (/^-?\d+$/.test(value.text) && Number.isSafeInteger(number) && number >= least) return number;
  throw wrongValue(value, `a whole number of at least ${least}`);
}

export function readFlag(value: PropertyValue): boolean {
  const text = value.text.toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  throw wrongValue(value, 'true or false');
}

export function readList(value: PropertyValue): readonly string[] {
  const items = value.text.split(',').map((item) => item.trim());
  if (items.every((item) => item !== '')) return items;
  throw wrongValue(value, 'a list separated by commas');
}

/** Sets a field of the scheduler's configuration. */
export const setText =
  (field: string): Setter =>
  (draft, { text }) => {
    draft.scheduler[field] = text;
  };

/** Sets a number in the scheduler's configuration. */
export const setWhole =
  (field: string, least: number): Setter =>
  (draft, value) => {
    draft.scheduler[field] = readWhole(value, least);
  };

/** Sets an option of the store. */
export const setStoreText =
  (option: string): Setter =>
  (draft, { text }) => {
    draft.store[option] = text;
  };

/** Sets a number among the options of the store. */
export const setStoreWhole =
  (option: string, least: number): Setter =>
  (draft, value) => {
    draft.store[option] = readWhole(value, least);
  };

/** Remembers a fact for later. */
export const remember =
  (fact: string): Setter =>
  (draft, { text }) => {
    draft.facts.set(fact, text);
  };

type Named = 'plugins' | 'jobListeners' | 'triggerListeners';

/** The entry of a name, made when it is first mentioned. */
export function entryOf(draft: Draft, kind: Named, name: string): ClassWithProperties {
  const known = draft[kind].get(name);
  if (known !== undefined) return known;
  const entry: ClassWithProperties = { className: null, properties: {} };
  draft[kind].set(name, entry);
  return entry;
}

/** Sets the class of a plugin or a listener. */
export const setClass =
  (kind: Named): Setter =>
  (draft, { name, text }) => {
    entryOf(draft, kind, name).className = text;
  };

/** Sets a property of a plugin or a listener. */
export const setProperty =
  (kind: Named): Setter =>
  (draft, { name, property, text }) => {
    entryOf(draft, kind, name).properties[property] = text;
  };

/** Sets a property of a data source. */
export const setSource =
  (property: string): Setter =>
  (draft, { name, text }) => {
    const source = draft.dataSources.get(name) ?? {};
    draft.dataSources.set(name, { ...source, [property]: text });
  };
