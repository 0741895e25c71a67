/**
 * The help texts.
 *
 * @module
 */

/** What `ametrine --help` prints. */
export const USAGE = `Usage: ametrine <command> [options]

Commands:
  run <config>          start a scheduler from a configuration file
  config check <file>   explain what a configuration file means
  next <expression>     print when a cron expression fires next
  next -                answer many expressions: JSON lines in, JSON lines out
  schema <action> ...   print, make or check the tables of an SQL store

Options:
  -h, --help            show this help, or that of a command
  -v, --version         show the version
`;

/** What `ametrine run --help` prints. */
export const RUN_USAGE = `Usage: ametrine run <config>

Starts a scheduler from a configuration file: JSON, an ES module (.mjs, .js; .ts where Node runs it) whose default
export is the configuration, or a quartz.properties. Shows a live view on a terminal and log lines elsewhere.

SIGINT (Ctrl-C) or SIGTERM stops it once the running jobs are done; a second signal stops it at once.

Options:
      --log             log lines on a terminal too
      --class <n>=<m>   the class that the file calls <n> is <m>, such as ./job-store.js#JobStore
      --module-root <d> modules that the file names may lie under this folder (default: the file's own)
  -h, --help            show this help
`;

/** What `ametrine config --help` prints. */
export const CONFIG_USAGE = `Usage: ametrine config check <file>

Explains what a configuration file means: of a quartz.properties what becomes of every key, then the configuration as
JSON. Makes the store and the plugins, which check their options, and opens nothing. Secrets are hidden.

Options:
      --class <n>=<m>   the class that the file calls <n> is <m>, such as ./job-store.js#JobStore
      --module-root <d> modules that the file names may lie under this folder (default: the file's own)
  -h, --help            show this help
`;

/** What `ametrine next --help` prints. */
export const NEXT_USAGE = `Usage: ametrine next '<expression>' [options]
       ametrine next - [options]

Prints the next fire times of a cron expression, in UTC, one a line. With "-" it reads JSON lines such as
  {"expression":"0 0 12 * * ?","timeZone":"Europe/Berlin","from":"2026-01-01T00:00:00Z","n":3}
and answers each with one line, {"times":[...]} or {"error":"..."}. All but the expression may be left out; a
line may also carry "dialect": "quartz" or "unix". Blank lines get no answer.

Options:
      --tz <zone>       IANA time zone whose wall clock counts (default: the system's; with "-": UTC)
      --from <instant>  ISO 8601; times strictly after it are printed (default: now)
  -n, --count <n>       how many (default: 5)
      --json            print one JSON array
      --unix            the expression has unix's five fields (default: Quartz's six or seven)
  -h, --help            show this help
`;

/** What `ametrine schema --help` prints. */
export const SCHEMA_USAGE = `Usage: ametrine schema print <kind> [options]
       ametrine schema up <database> [options]
       ametrine schema status <database> [options]

The tables of an SQL store. A store makes them itself where its database user may; these are for everybody else.
"print" writes the statements that make them, of kind mysql (MariaDB too), postgres or sqlite. "up" makes or upgrades
them, and "status" tells their version and exits with 1 when it is not the one that this release needs; <database> is
a connection string such as postgres://user@host/database or mysql://user@host/database, or the path of an SQLite
file. A password is best left to the environment (PGPASSWORD, MYSQL_PWD).

Options:
      --schema <name>        the schema of the tables (PostgreSQL alone; default: the first of the search path)
      --table-prefix <text>  what their names begin with (default: ametrine_)
  -h, --help                 show this help
`;
