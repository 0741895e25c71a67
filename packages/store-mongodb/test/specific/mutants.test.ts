import { allCases, type Harness, runCase } from '@ametrine/conformance';
import type { Collection, Db, Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyUnavailable } from '../../../../test/servers/mongodb.mjs';
import type { Connection } from '../../src/connection.js';

/** One operation as the store hands it to the driver. */
interface Operation {
  readonly collection: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** An operation with one thing wrong, and cases of which one must notice. */
interface Mutant {
  readonly what: string;
  readonly collection: 'triggers' | 'jobs' | 'schedulers';
  readonly methods: readonly string[];
  /** Changes a copy of the arguments in place; of a bulk write, each of its operations. Answers whether it did. */
  readonly breaks: (part: Document, args: readonly Document[]) => boolean;
  readonly cases: readonly string[];
}

/** Takes a field out. */
function drops(from: Document | undefined, field: string): boolean {
  if (from?.[field] === undefined) return false;
  delete from[field];
  return true;
}

const mutants: readonly Mutant[] = [
  {
    what: 'a claim does not insist on the trigger that was read',
    collection: 'triggers',
    methods: ['bulkWrite', 'updateMany'],
    breaks: ({ updateOne, version }, [filter, update]) =>
      version === undefined
        ? updateOne?.update.$push?.runs !== undefined && drops(updateOne.filter, 'version')
        : claimIn(update) !== undefined && drops(filter, 'version'),
    cases: ['CON-03/race', 'CLU-01/race', 'CLU-18/race'],
  },
  {
    what: 'a claim does not take its job for itself',
    collection: 'triggers',
    methods: ['bulkWrite'],
    breaks: ({ updateOne }) => drops(updateOne?.update.$set, 'exclusive'),
    cases: ['CLU-02', 'CON-04', 'CON-04/race', 'FIR-13/nodes', 'CON-03/race'],
  },
  {
    what: 'a claim keeps another token than it answers',
    collection: 'triggers',
    methods: ['bulkWrite', 'updateMany'],
    breaks: ({ updateOne }, [, update]) => {
      const run = updateOne?.update.$push?.runs ?? claimIn(update);
      if (run === undefined) return false;
      run.id = 'token';
      return true;
    },
    cases: ['FIR-01', 'COM-01', 'ACQ-25'],
  },
  {
    what: 'a release takes a run back',
    collection: 'triggers',
    methods: ['bulkWrite'],
    breaks: ({ updateOne }) => drops(updateOne?.filter.runs?.$elemMatch, 'firedAt'),
    cases: ['ACQ-29', 'ACQ-30', 'ACQ-31'],
  },
  {
    what: 'the end of a run leaves the run',
    collection: 'triggers',
    methods: ['updateMany'],
    breaks: (_, [, update]) => Array.isArray(update?.['$set']?.runs) && drops(update['$set'], 'runs'),
    cases: ['COM-11', 'COM-12', 'COM-01'],
  },
  {
    what: 'data are written to a job that does not keep them',
    collection: 'jobs',
    methods: ['bulkWrite'],
    breaks: ({ updateOne }) => drops(updateOne?.filter, 'persistsData'),
    cases: ['COM-15', 'COM-16', 'COM-17'],
  },
  {
    what: 'a trigger stored in a paused group waits',
    collection: 'triggers',
    methods: ['updateOne'],
    breaks: (_, [, letIn]) => {
      const state = letIn?.[0]?.$replaceWith?.$mergeObjects?.[1];
      if (state === undefined) return false;
      state.state = 'waiting';
      return true;
    },
    cases: ['PAU-12', 'TRG-12', 'PAU-10'],
  },
];

/** The run that a claim adds, in the one statement for claims that are alike. */
function claimIn(update: Document | undefined): Document | undefined {
  return update?.[1]?.$set?.runs?.$concatArrays?.[1]?.[0];
}

const reason = await whyUnavailable();
const HARNESS = '../../../conformance/harnesses/mongodb.mjs';

describe.skipIf(reason !== null)(`broken operations${reason === null ? '' : ` (${reason})`}`, () => {
  let harness: Harness;
  beforeAll(async () => {
    // It starts the server.
    harness = ((await import(HARNESS)) as { readonly default: Harness }).default;
  });
  const found = new Set<string>();
  afterAll(() => {
    expect([...found].sort()).toEqual(mutants.map(({ what }) => what).sort());
  });

  it.each(mutants)('are noticed: $what', { timeout: 180_000 }, async (mutant) => {
    const broken = breaking(harness, mutant, () => found.add(mutant.what));
    const seen: string[] = [];
    for (const id of mutant.cases) {
      for (const kase of allCases.filter((each) => each.id === id || each.id === `${id}+due`)) {
        const result = await runCase(broken, kase, { deadlineMs: 20_000 });
        seen.push(`${kase.id} ${result.outcome}`);
        if (result.outcome === 'fail') return;
      }
    }
    expect.fail(`nobody noticed: ${seen.join(', ')}`);
  });
});

/** The harness with a store that asks for the broken operation. */
function breaking(harness: Harness, mutant: Mutant, told: () => void): Harness {
  const mutate = ({ collection, method, args }: Operation): readonly unknown[] => {
    if (!mutant.methods.includes(method) || !collection.endsWith(`_${mutant.collection}`)) return args;
    const own = structuredClone(args) as Document[];
    const parts: readonly Document[] = method === 'bulkWrite' ? (own[0] as Document[]) : [own[0] as Document];
    const broken = parts.map((part) => mutant.breaks(part, own));
    if (broken.includes(true)) told();
    return own;
  };
  return {
    ...harness,
    async openNamespace() {
      const namespace = await harness.openNamespace();
      return {
        ...namespace,
        async openNode(options) {
          const node = await namespace.openNode(options);
          const store = node.store as unknown as { openConnection(life: string): Promise<Connection> };
          const open = store.openConnection.bind(store);
          store.openConnection = async (life) => {
            const connection = await open(life);
            return { ...connection, db: brokenDb(connection.db, mutate) };
          };
          return node;
        },
      };
    },
  };
}

type Mutate = (operation: Operation) => readonly unknown[];

function brokenDb(db: Db, mutate: Mutate): Db {
  return wrapped(db, (method, args) => {
    const result = Reflect.apply(db[method as 'collection'], db, args) as unknown;
    return method === 'collection' ? brokenCollection(result as Collection, mutate) : result;
  });
}

function brokenCollection(collection: Collection, mutate: Mutate): Collection {
  return wrapped(collection, (method, args) =>
    Reflect.apply(
      collection[method as 'find'],
      collection,
      mutate({ collection: collection.collectionName, method, args }) as Parameters<Collection['find']>,
    ),
  );
}

/** An object whose methods are called by way of `call`. */
function wrapped<T extends object>(target: T, call: (method: string, args: unknown[]) => unknown): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (...args: unknown[]) => call(String(name), args) : value;
    },
  });
}
