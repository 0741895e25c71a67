// Writes the tables of README.md that tell how the databases differ: out of the stores' capabilities, the dialects, the
// migrations, the package's peer dependencies, and the round trips that a test counts. With --check it writes nothing
// and fails when they are stale. Needs the build.
import { readFileSync, writeFileSync } from 'node:fs';
import { mysqlDialect } from '../dist/dialects/mysql.js';
import { postgresDialect } from '../dist/dialects/postgres.js';
import { sqliteDialect } from '../dist/dialects/sqlite.js';
import { MySqlJobStore } from '../dist/mysql.js';
import { PostgresJobStore } from '../dist/postgres.js';
import { SqliteJobStore } from '../dist/sqlite.js';

const readme = new URL('../README.md', import.meta.url);
const { peerDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

// None of them connects before it is opened.
const databases = [
  {
    title: 'SQLite',
    driver: 'better-sqlite3',
    dialect: sqliteDialect,
    capabilities: new SqliteJobStore({ path: 'schedules.db' }).capabilities,
  },
  {
    title: 'PostgreSQL',
    driver: 'pg',
    dialect: postgresDialect(null),
    capabilities: new PostgresJobStore({ connection: 'postgres://localhost/app' }).capabilities,
  },
  {
    title: 'MySQL, MariaDB',
    driver: 'mysql2',
    dialect: mysqlDialect,
    capabilities: new MySqlJobStore({ connection: 'mysql://localhost/app' }).capabilities,
  },
];

/** @typedef {typeof databases[number]} Database */

const WAKEUPS = { push: 'it is told', poll: 'it asks', local: 'there are none' };
const CLOCKS = { caller: "the caller's", server: "the server's" };

/** @type {readonly (readonly [string, (database: Database) => string])[]} */
const rows = [
  ['driver', ({ driver }) => `\`${driver}\` ${peerDependencies[driver].replaceAll('||', 'or')}`],
  ['durability', ({ capabilities }) => `\`${capabilities.durability}\``],
  ['several nodes', ({ capabilities }) => (capabilities.clustering ? 'yes' : 'no')],
  ['how a node hears of the others', ({ capabilities }) => WAKEUPS[capabilities.wakeup]],
  [
    "in the application's transaction",
    ({ capabilities }) => (capabilities.transactions === 'join' ? 'yes' : 'no'),
  ],
  ['clock that decides who is alive', ({ capabilities }) => CLOCKS[capabilities.livenessClock]],
  ['precision of instants', ({ capabilities }) => `${capabilities.timestampPrecisionMs} ms`],
  ['longest name', ({ capabilities }) => String(capabilities.maxNameLength)],
  ['largest data of a job or trigger', ({ capabilities }) => `${capabilities.maxDataBytes / 2 ** 20} MiB`],
  ['the due index is read by', ({ dialect }) => `\`${dialect.dueAt.text}\``],
  ['version of the schema', ({ dialect }) => String(dialect.migrations.length)],
];

/** What differs between MySQL and MariaDB: what stands in comments that only one of them reads. */
function differencesOfServers() {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { script } of mysqlDialect.migrations)
    for (const [, mysql, mariadb] of script.matchAll(/\/\*!\d+ (.*?) \*\/\/\*M!\d+ (.*?) \*\//g)) {
      const cells = `\`${mysql}\` | \`${mariadb}\``;
      counts.set(cells, (counts.get(cells) ?? 0) + 1);
    }
  return [...counts].map(([cells, count]) => `| ${count} | ${cells} |`);
}

/** @typedef {{ readonly call: string, readonly trips: number, readonly nonConcurrent: number }} RoundTrips */

/** @param {string} database */
function roundTrips(database) {
  const file = new URL(`../test/specific/${database}-round-trips.json`, import.meta.url);
  /** @type {readonly RoundTrips[]} */
  const calls = Object.values(JSON.parse(readFileSync(file, 'utf8')));
  return [
    '| Call | Round trips | For jobs that must not run twice |',
    '| --- | --- | --- |',
    ...calls.map(({ call, trips, nonConcurrent }) => `| ${call} | ${trips} | ${nonConcurrent} |`),
  ];
}

/** @type {Readonly<Record<string, readonly string[]>>} */
const sections = {
  databases: [
    `| | ${databases.map(({ title }) => title).join(' | ')} |`,
    '| --- | --- | --- | --- |',
    ...rows.map(([title, cell]) => `| ${title} | ${databases.map(cell).join(' | ')} |`),
  ],
  'round trips of PostgreSQL': roundTrips('postgres'),
  'round trips': roundTrips('mysql'),
  servers: ['| Times in the DDL | MySQL | MariaDB |', '| --- | --- | --- |', ...differencesOfServers()],
};

const before = readFileSync(readme, 'utf8');
let after = before;
for (const [name, lines] of Object.entries(sections)) {
  const begin = `<!-- generated: ${name} -->`;
  const end = `<!-- end: ${name} -->`;
  const [head, rest] = after.split(begin);
  const [, tail] = rest?.split(end) ?? [];
  if (tail === undefined) throw new Error(`README.md lacks the marks ${begin} and ${end}`);
  after = `${head}${begin}\n\n${lines.join('\n')}\n\n${end}${tail}`;
}

if (!process.argv.includes('--check')) writeFileSync(readme, after);
else if (after !== before) {
  console.error('README.md is stale: run node packages/store-jdbc/scripts/generate-differences.mjs');
  process.exitCode = 1;
}
