import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ametrine, type RunningCli, startAmetrine } from './cli.js';
import { makeProject, type Project } from './project.js';

const memory = { store: { type: 'memory' }, jobs: { dir: './jobs' } };
const sqlite = { store: { type: 'sqlite', path: './jobs.db' }, jobs: { dir: './jobs' } };
const hello = { job: { job: 'Hello' }, triggers: [{ every: '20ms' }] };

describe('ametrine run', () => {
  let project: Project;
  let running: RunningCli[];
  const start = (file: string): RunningCli => {
    const cli = startAmetrine(['run', file], project.folder);
    running.push(cli);
    return cli;
  };
  const stop = async (cli: RunningCli, signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM'): Promise<void> => {
    cli.process.kill(signal);
    expect(await cli.ended).toEqual({ code: 0, signal: null });
  };
  beforeEach(() => {
    project = makeProject();
    running = [];
  });
  afterEach(async () => {
    for (const cli of running) await cli[Symbol.asyncDispose]();
    project[Symbol.dispose]();
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'runs what a JSON file says until %s, and tells it in plain lines',
    async (signal) => {
      project.write('a.json', { ...memory, name: 'demo', concurrency: 2, schedule: [hello] });
      const cli = start('a.json');
      expect(await cli.line(/starting/)).toMatch(
        /^\d{4}-\d\d-\d\dT[\d:.]+Z starting demo with the memory store$/,
      );
      await cli.line(/^hello world$/);
      expect(await cli.line(/ fired /)).toContain('fired DEFAULT.Hello by DEFAULT.Hello');
      await cli.line(/ done DEFAULT\.Hello in /);
      await stop(cli, signal);
      expect(cli.lines.at(-1)).toMatch(/ stopped$/);
      expect(cli.lines.join('')).not.toContain('\x1b');
    },
  );

  test.each([
    ['a class by name from a folder', `jobs: { dir: './jobs' }`, `'Hello'`, ''],
    ['a class by name from a module', `jobs: { Hello: './jobs/Hello.js' }`, `'Hello'`, ''],
    ['a class by name', `jobs: { Hello: Imported }`, `'Hello'`, `import Imported from './jobs/Hello.js';`],
    ['the class itself', `jobs: {}`, 'Imported', `import Imported from './jobs/Hello.js';`],
  ])('runs what a module says: %s', async (_, jobs, job, imports) => {
    const entry = `{ job: { job: ${job}, data: { name: 'module' } }, triggers: [{ every: 20 }] }`;
    project.write(
      'a.mjs',
      `${imports}\nexport default { store: { type: 'memory' }, ${jobs}, schedule: [${entry}] };`,
    );
    const cli = start('a.mjs');
    await cli.line(/^hello module$/);
    await stop(cli);
  });

  test('waits for the running jobs when it is asked to stop', async () => {
    const until = join(project.folder, 'go');
    const waiter = { job: { job: 'Waiter', data: { until } }, triggers: [{ every: '1h' }] };
    project.write('a.json', { ...memory, schedule: [waiter] });
    const cli = start('a.json');
    await cli.line(/^waiter runs$/);
    cli.process.kill('SIGTERM');
    await cli.line(/stopping: waiting for 1 running/);
    expect(cli.lines).not.toContain('waiter ends');
    project.write('go', '');
    expect(await cli.ended).toEqual({ code: 0, signal: null });
    expect(cli.lines).toContain('waiter ends');
    expect(cli.lines.at(-1)).toMatch(/ stopped$/);
  });

  test('a second signal ends it at once', async () => {
    const until = join(project.folder, 'never');
    const waiter = { job: { job: 'Waiter', data: { until } }, triggers: [{ every: '1h' }] };
    project.write('a.json', { ...memory, schedule: [waiter] });
    const cli = start('a.json');
    await cli.line(/^waiter runs$/);
    cli.process.kill('SIGTERM');
    await cli.line(/stopping/);
    cli.process.kill('SIGINT');
    expect(await cli.ended).toEqual({ code: 130, signal: null });
    expect(cli.lines).not.toContain('waiter ends');
  });

  test('tells of a failed job, of whatever it says in one line, and goes on', async () => {
    project.write(
      'jobs/Broken.js',
      `export default () => { throw new Error('no\\n2026 stopped\\u001b[2J'); }`,
    );
    project.write('a.json', {
      ...memory,
      schedule: [{ job: { job: 'Broken' }, triggers: [{ every: 20 }] }, hello],
    });
    const cli = start('a.json');
    expect(await cli.line(/ failed /)).toMatch(/ failed DEFAULT\.Broken: no 2026 stopped \[2J$/);
    await cli.line(/^hello world$/);
    await stop(cli);
    expect(cli.lines.filter((line) => line.includes(' error '))).toEqual([]);
  });

  test('keeps what the file did not change, from one start to the next', async () => {
    const nightly = {
      job: { job: 'Hello', key: 'nightly' },
      triggers: [{ cron: '0 0 0 * * ?', timeZone: 'UTC' }],
    };
    const over = { job: { job: 'Hello', key: 'past' }, triggers: [{ at: '2026-01-01' }] };
    const config = { ...sqlite, calendars: { holidays: { holidays: ['2026-12-25'] } } };
    project.write('a.json', { ...config, schedule: [hello, nightly, over] });
    const first = start('a.json');
    await first.line(/^hello world$/);
    expect(await first.line(/ schedule /)).toMatch(/schedule 2 triggers stored, 0 kept, 1 over already$/);
    await stop(first);

    const again = start('a.json');
    expect(await again.line(/ schedule /)).toMatch(/schedule 0 triggers stored, 2 kept, 1 over already$/);
    await again.line(/^hello world$/);
    await stop(again);

    const changed = {
      ...nightly,
      triggers: [{ cron: '0 0 1 * * ?', timeZone: 'UTC', calendar: 'holidays' }],
    };
    project.write('a.json', { ...config, schedule: [hello, changed] });
    const third = start('a.json');
    expect(await third.line(/ schedule /)).toMatch(/schedule 1 triggers stored, 1 kept$/);
    await stop(third);
  });

  test('says what it recovers of a run that was killed', async () => {
    const until = join(project.folder, 'go');
    const waiter = {
      job: { job: 'Waiter', requestsRecovery: true, data: { until } },
      triggers: [{ every: '1h' }],
    };
    project.write('a.json', { ...sqlite, schedule: [waiter] });
    const killed = start('a.json');
    await killed.line(/^waiter runs$/);
    killed.process.kill('SIGKILL');
    await killed.ended;
    const cli = start('a.json');
    expect(await cli.line(/ recovered /)).toMatch(
      /0 claims given back, 1 lost runs to run again, 0 lost for good$/,
    );
    await cli.line(/^waiter runs$/);
    project.write('go', '');
    await cli.line(/^waiter ends$/);
    await stop(cli);
  });
});

describe('ametrine run refuses', () => {
  let project: Project;
  beforeEach(() => {
    project = makeProject();
  });
  afterEach(() => project[Symbol.dispose]());

  const refused = (file: string, ...reasons: string[]): void => {
    const { status, stdout, stderr } = ametrine(['run', file], { cwd: project.folder });
    for (const reason of reasons) expect(stderr).toContain(reason);
    expect(stderr).toMatch(/^ametrine: /);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).not.toContain(' started');
    expect(status).toBe(2);
  };
  const trigger = (spec: object): object => ({ ...memory, schedule: [{ ...hello, triggers: [spec] }] });

  test.each<[string, unknown, ...string[]]>([
    ['no object', [], 'an array of 0'],
    ['an unknown key', { ...memory, schedule: [], jbos: {} }, 'jbos', "did you mean 'jobs'"],
    ['no store', { jobs: {}, schedule: [] }, 'store: is undefined'],
    [
      'an unknown store',
      { ...memory, store: { type: 'mongo' }, schedule: [] },
      'store.type: is "mongo"',
      'sqlite',
    ],
    [
      'a misspelt store key',
      { ...memory, store: { type: 'sqlite', pth: 'x' }, schedule: [] },
      'store.pth',
      "'path'",
    ],
    ['a store without a path', { ...memory, store: { type: 'sqlite' }, schedule: [] }, 'store.path'],
    [
      'a path for the memory',
      { ...memory, store: { type: 'memory', path: 'x' }, schedule: [] },
      'store.path',
    ],
    ['a schedule that is no list', { ...memory, schedule: {} }, 'schedule: is an object {}'],
    ['a job module that is no path', { ...memory, jobs: { Hello: 5 }, schedule: [] }, 'jobs.Hello: is 5'],
    [
      'a module elsewhere',
      { ...memory, jobs: { Hello: '../Hello.js' }, schedule: [] },
      'jobs.Hello',
      'outside',
    ],
    ['a missing folder', { ...memory, jobs: { dir: './nope' }, schedule: [] }, 'jobs.dir', 'nope'],
    [
      'a missing module',
      { ...memory, jobs: { Hello: './nope.js' }, schedule: [] },
      'jobs.Hello',
      './nope.js',
    ],
    [
      'a missing class',
      { ...memory, schedule: [{ job: { job: 'Helo' }, triggers: [{ every: 9 }] }] },
      'Helo',
    ],
    ['an empty name', { ...memory, name: '', schedule: [] }, 'name: is ""'],
    ['a fractional concurrency', { ...memory, concurrency: 1.5, schedule: [] }, 'concurrency: is 1.5'],
    ['an entry without a job', { ...memory, schedule: [{ triggers: [] }] }, 'schedule[0].job'],
    [
      'a misspelt entry',
      { ...memory, schedule: [{ ...hello, trigers: [] }] },
      'schedule[0].trigers',
      "'triggers'",
    ],
    [
      'a misspelt job key',
      { ...memory, schedule: [{ job: { job: 'Hello', durble: true } }] },
      'durble',
      "'durable'",
    ],
    [
      'a job that nothing fires',
      { ...memory, schedule: [{ job: { job: 'Hello' } }] },
      'schedule[0]',
      'durable',
    ],
    ['the same job twice', { ...memory, schedule: [hello, hello] }, 'schedule[1].job', 'DEFAULT.Hello'],
    ['a trigger without a time', trigger({ priority: 5 }), 'schedule[0].triggers[0]'],
    ['a bad cron expression', trigger({ cron: '0 0 25 * * ?' }), 'schedule[0].triggers[0]', 'hours'],
    ['a misspelt trigger key', trigger({ every: '1s', prioritty: 1 }), 'prioritty', "'priority'"],
    ['a bad duration', trigger({ every: 'often' }), 'every', 'often'],
    [
      'a bad calendar',
      { ...memory, calendars: { x: { weekly: ['FUNDAY'] } }, schedule: [] },
      'calendars.x',
      'FUNDAY',
    ],
    ['a calendar that is not there', trigger({ every: '1s', calendar: 'gone' }), 'schedule[0]', 'gone'],
  ])('%s', (_, config, ...reasons) => {
    project.write('bad.json', config);
    refused('bad.json', 'bad.json: ', ...reasons);
  });

  test('two triggers of one key', () => {
    const twice = [
      { key: 'x', every: 9 },
      { key: 'x', every: 9 },
    ];
    project.write('bad.json', { ...memory, schedule: [{ ...hello, triggers: twice }] });
    refused('bad.json', 'schedule[0].triggers[1]', 'DEFAULT.x');
  });

  test.each([
    ['a file that is not there', 'none.json', null, 'cannot be read'],
    ['text that is not JSON', 'bad.json', '{ "store": ', 'is not JSON'],
    ['a module that is not there', 'none.mjs', null, 'cannot be loaded'],
    ['a module that throws', 'bad.mjs', 'throw new Error("boom")', 'boom'],
    ['a module without a default export', 'bad.mjs', 'export const config = {};', 'no default export'],
    ['a file of another kind', 'bad.yaml', 'store: memory', '.json'],
    [
      'a class that does not load',
      'a.json',
      { ...memory, schedule: [{ job: { job: 'Bad' }, triggers: [{ every: 9 }] }] },
      'Bad',
    ],
  ])('%s', (_, file, content, reason) => {
    project.write('jobs/Bad.js', 'throw new Error("does not load");');
    if (content !== null) project.write(file, content);
    refused(file, `${file}: `, reason);
  });

  test.each([
    ['no file', []],
    ['two files', ['a.json', 'b.json']],
    ['an unknown option', ['a.json', '--quiet']],
  ])('%s', (_, args) => {
    const { status, stderr } = ametrine(['run', ...args], { cwd: project.folder });
    expect(stderr).toMatch(/^ametrine: /);
    expect(status).toBe(2);
  });

  test('a store that does not open, as a failure of the run', () => {
    project.write('a.json', {
      ...sqlite,
      store: { type: 'sqlite', path: './no/such/folder/jobs.db' },
      schedule: [hello],
    });
    const { status, stderr } = ametrine(['run', 'a.json'], { cwd: project.folder });
    expect(stderr).toMatch(/^ametrine: /);
    expect(status).toBe(1);
  });
});
