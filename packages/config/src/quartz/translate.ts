/**
 * From a `quartz.properties` to a configuration.
 *
 * @module
 */
import { nearestKey } from '@ametrine/core';
import { configError, showConfigured } from '../config-error.js';
import { type Environment, withEnvironment } from '../environment.js';
import type { PropertyEntry } from '../properties.js';
import type { PluginConfig, SchedulerConfig, StoreConfig } from '../scheduler-config.js';
import { quartzPlugins, quartzStores, refusedPlugins, refusedStores, stockStore } from '../stock.js';
import { findKey, nearestQuartzKey, QUARTZ_PREFIX } from './all-keys.js';
import { type ClassWithProperties, Draft, type PropertyValue } from './draft.js';
import type { QuartzKey, StoreFamily } from './key.js';
import { completeStore } from './store-options.js';

/** What became of one entry of the file. */
export interface KeyNote {
  readonly key: string;
  /** The line of the file; null when there is none. */
  readonly line: number | null;
  readonly fate: QuartzKey['fate'] | 'overridden' | 'ignored';
  readonly says: string;
  /** As it may be shown: no secret. */
  readonly value: string;
}

/** A translated file. */
export interface Translation {
  readonly config: SchedulerConfig;
  /** In the order of the file. */
  readonly notes: readonly KeyNote[];
}

/** The store that a file names. */
export interface NamedStore {
  /** What becomes of `store.type`; null when the data source decides. */
  readonly type: string | null;
  /** Null when nothing is known of the class: then it takes whatever the file says. */
  readonly family: StoreFamily | null;
  /** A class of the application gets what the rules do not know as texts. */
  readonly isOwn: boolean;
}

/** Entries without their blanks, the last of each key, as the rules read them. */
export class QuartzProperties {
  readonly #file: string;
  readonly #env: Environment;
  readonly #entries: readonly PropertyEntry[];
  readonly #last = new Map<string, PropertyEntry>();

  constructor(file: string, entries: readonly PropertyEntry[], env: Environment) {
    this.#file = file;
    this.#env = env;
    this.#entries = entries;
    for (const entry of entries) this.#last.set(entry.key, entry);
  }

  /** The class of the store as it is written. */
  get storeClass(): string {
    const entry = this.#last.get(`${QUARTZ_PREFIX}jobStore.class`);
    return (entry === undefined ? '' : this.#text(entry)) || 'org.quartz.simpl.RAMJobStore';
  }

  /**
   * What the store is as far as its name tells; null for a class that has to be looked at.
   *
   * @throws SchedulerError `ERR_INVALID_CONFIG` for one of Quartz's that is refused
   */
  namedStore(): NamedStore | null {
    const name = this.storeClass;
    const refusal = Object.hasOwn(refusedStores, name) ? refusedStores[name] : undefined;
    if (refusal !== undefined)
      throw configError(this.#file, `${QUARTZ_PREFIX}jobStore.class`, `${name} is refused: ${refusal}`);
    const stock = stockStore(name);
    if (stock !== null) return { type: name, family: stock.store.family, isOwn: false };
    if (!Object.hasOwn(quartzStores, name)) return null;
    const type = quartzStores[name] ?? null;
    return { type, family: type === null ? 'jdbc' : (stockStore(type)?.store.family ?? null), isOwn: false };
  }

  /** @throws SchedulerError `ERR_INVALID_CONFIG`, naming the key */
  translate(store: NamedStore): Translation {
    const draft = new Draft();
    const notes = this.#entries.map((entry) => this.#apply(entry, draft, store));
    return { config: this.#config(draft, store), notes };
  }

  #apply(entry: PropertyEntry, draft: Draft, store: NamedStore): KeyNote {
    const { key } = entry;
    const note = (fate: KeyNote['fate'], says: string): KeyNote => ({
      key,
      line: entry.line > 0 ? entry.line : null,
      fate,
      says,
      value: showConfigured(key, entry.value.trim()),
    });
    if (this.#last.get(key) !== entry) return note('overridden', 'the key comes again further down');
    if (!key.startsWith(QUARTZ_PREFIX)) {
      if (this.#isMisspelt(key)) throw this.#unknown(key, store);
      return note('ignored', 'it does not begin with org.quartz., so it is not about the scheduler');
    }
    if (/(?:^|\.)__proto__(?:\.|$)/.test(key))
      throw configError(this.#file, key, 'holds __proto__, which is no name');
    const text = this.#text(entry);
    const short = key.slice(QUARTZ_PREFIX.length);
    const found = findKey(short, store.family);
    if (found === null) {
      const option = /^jobStore\.(.+)$/.exec(short)?.[1];
      if (option === undefined || !store.isOwn) throw this.#unknown(key, store);
      draft.store[option] = text;
      return note('honoured', `handed to the constructor of ${this.storeClass} as the option ${option}`);
    }
    const { rule, name, property } = found;
    // Quartz takes an empty value for none.
    if (text === '' && rule.fate !== 'refused') return note(rule.fate, 'empty: as if it were not there');
    const value: PropertyValue = { file: this.#file, key, text, name, property };
    if (rule.fate === 'refused' && !(rule.harmless ?? []).includes(text)) {
      throw configError(this.#file, key, `is refused: ${rule.says}`);
    }
    rule.set?.(draft, value);
    return note(rule.fate === 'refused' ? 'accepted' : rule.fate, rule.says);
  }

  /** The value, with the key it refers to and the environment filled in. */
  #text({ key, value }: PropertyEntry): string {
    const text = value.trim();
    const other = text.startsWith('$@') ? this.#last.get(text.slice(2).trim()) : undefined;
    if (text.startsWith('$@') && other === undefined)
      throw configError(this.#file, key, `refers to ${text.slice(2)}, which is not there`);
    return withEnvironment(this.#file, key, (other ?? { value: text }).value.trim(), this.#env);
  }

  #isMisspelt(key: string): boolean {
    const head = key.split('.').slice(0, 2).join('.');
    return nearestKey(head, ['org.quartz']) !== null;
  }

  #unknown(key: string, { family }: NamedStore): Error {
    const nearest = nearestQuartzKey(key, family);
    const elsewhere = findKey(key.slice(QUARTZ_PREFIX.length), null);
    if (elsewhere !== null && key.startsWith(QUARTZ_PREFIX)) {
      const families = elsewhere.rule.families?.join(', ') ?? '';
      return configError(
        this.#file,
        key,
        `is a key of other stores (${families}), not of ${this.storeClass}`,
      );
    }
    const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
    return configError(this.#file, key, `is not known${hint}`);
  }

  #config(draft: Draft, store: NamedStore): SchedulerConfig {
    const { loading } = draft;
    const { type, options } = completeStore(this.#file, draft, store);
    const interrupts = this.#interruption(draft);
    const isStockLoader = loading.className?.startsWith('org.quartz.simpl.') ?? true;
    const { roots, reload, packages, threads } = loading;
    if (threads === true && roots === undefined) {
      const key = `${QUARTZ_PREFIX}scheduler.classLoadHelper.roots`;
      throw configError(this.#file, key, 'is missing; threads load job classes from modules');
    }
    const { concurrency } = draft.scheduler;
    return {
      name: 'QuartzScheduler',
      ...draft.scheduler,
      ...(interrupts === null ? {} : { interruptJobsOnShutdown: interrupts }),
      ...(Object.keys(draft.context).length === 0 ? {} : { context: draft.context }),
      store: { ...options, type } satisfies StoreConfig,
      ...(roots === undefined
        ? {}
        : {
            jobs: {
              dir: roots,
              ...(reload === undefined ? {} : { reload }),
              ...(packages === undefined ? {} : { packages }),
              ...(threads === true
                ? { threads: typeof concurrency === 'number' ? { threads: concurrency } : {} }
                : {}),
            },
          }),
      ...(isStockLoader || loading.className === undefined ? {} : { jobClassResolver: loading.className }),
      ...this.#named('plugins', 'plugin', draft.plugins),
      ...this.#named('jobListeners', 'jobListener', draft.jobListeners),
      ...this.#named('triggerListeners', 'triggerListener', draft.triggerListeners),
    };
  }

  #interruption({ facts }: Draft): 'always' | 'whenNotWaiting' | null {
    const [alone, waiting] = ['interrupt', 'interruptWithWait'].map(
      (fact) => facts.get(fact)?.toLowerCase() === 'true',
    );
    if (waiting === true) return 'always';
    return alone === true ? 'whenNotWaiting' : null;
  }

  #named(
    field: 'plugins' | 'jobListeners' | 'triggerListeners',
    prefix: string,
    entries: ReadonlyMap<string, ClassWithProperties>,
  ): Partial<SchedulerConfig> {
    if (entries.size === 0) return {};
    const configs: Record<string, PluginConfig> = {};
    for (const [name, { className, properties }] of entries) {
      const key = `${QUARTZ_PREFIX}${prefix}.${name}.class`;
      if (className === null)
        throw configError(this.#file, key, 'is missing, but other keys of it are there');
      const refusal = Object.hasOwn(refusedPlugins, className) ? refusedPlugins[className] : undefined;
      if (refusal !== undefined) throw configError(this.#file, key, `${className} is refused: ${refusal}`);
      const stock = Object.hasOwn(quartzPlugins, className) ? quartzPlugins[className] : undefined;
      configs[name] = { ...properties, class: stock ?? className };
    }
    return { [field]: configs };
  }
}
