import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ametrine, startAmetrine } from './cli.js';
import { makeProject, type Project } from './project.js';

const PROPERTIES = `
org.quartz.scheduler.instanceName = MyServiceScheduler
org.quartz.threadPool.threadCount = 4
org.quartz.scheduler.classLoadHelper.roots = ./jobs
org.quartz.jobStore.class = org.quartz.impl.jdbcjobstore.JobStoreTX
org.quartz.jobStore.driverDelegateClass = org.quartz.impl.jdbcjobstore.StdJDBCDelegate
org.quartz.jobStore.dataSource = db
org.quartz.dataSource.db.URL = jdbc:sqlite:./jobs.db
org.quartz.dataSource.db.password = hunter2
org.quartz.plugin.jobHistory.class = org.quartz.plugins.history.LoggingJobHistoryPlugin
`;
const entry = { job: { job: 'Hello', key: 'greeting' }, triggers: [{ every: '20ms' }] };

describe('a quartz.properties', () => {
  let project: Project;
  beforeEach(() => {
    project = makeProject();
    project.write('quartz.properties', PROPERTIES);
  });
  afterEach(() => project[Symbol.dispose]());

  test('runs what is stored under its scheduler’s name, and shows the lines of its plugins', async () => {
    const json = {
      name: 'MyServiceScheduler',
      store: { type: 'sqlite', path: 'jobs.db' },
      jobs: { dir: 'jobs' },
    };
    project.write('a.json', { ...json, schedule: [entry] });
    await using first = startAmetrine(['run', 'a.json'], project.folder);
    await first.line(/^hello world$/);
    first.process.kill('SIGTERM');
    await first.ended;

    await using cli = startAmetrine(['run', 'quartz.properties'], project.folder);
    expect(await cli.line(/starting/)).toContain(
      'starting MyServiceScheduler with the sqlite ./jobs.db store',
    );
    await cli.line(/^hello world$/);
    expect(await cli.line(/ log Job DEFAULT\.greeting ended at .* with the result null$/)).not.toBe('');
    cli.process.kill('SIGTERM');
    expect(await cli.ended).toEqual({ code: 0, signal: null });
  });

  test('is explained, key by key, without its secrets', () => {
    const { status, stdout, stderr } = ametrine(['config', 'check', 'quartz.properties'], {
      cwd: project.folder,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('3: org.quartz.threadPool.threadCount = 4: honoured: `concurrency`');
    expect(stdout).toMatch(/driverDelegateClass = .*: accepted: The URL says which database it is/);
    expect(stdout).toContain('9: org.quartz.dataSource.db.password = (hidden): honoured');
    expect(stdout).toContain('"type": "sqlite"');
    expect(stdout).toContain('quartz.properties is in order: 0 jobs');
    expect(stdout).not.toContain('hunter2');
  });

  test('is explained with what it has from the environment as references', () => {
    project.write('quartz.properties', `${PROPERTIES}\norg.quartz.context.key.mail = \${env:MAIL_LOGIN}`);
    const { stdout } = ametrine(['config', 'check', 'quartz.properties'], {
      cwd: project.folder,
      env: { ...process.env, MAIL_LOGIN: 'correct horse' },
    });
    expect(stdout).toContain('"mail": "${env:MAIL_LOGIN}"');
    expect(stdout).not.toContain('correct horse');
  });

  test('with a store of the application: a class that the command line names', () => {
    const text = PROPERTIES.replace('org.quartz.impl.jdbcjobstore.JobStoreTX', 'megacorp.JobStore');
    project.write('quartz.properties', text);
    const store = import.meta.resolve('../../store-jdbc/dist/sqlite.js');
    project.write('store.js', `export { SqliteJobStore as JobStore } from ${JSON.stringify(store)};`);
    const check = ['config', 'check', 'quartz.properties'];
    const { status, stdout, stderr } = ametrine(
      [...check, '--class', 'megacorp.JobStore=./store.js#JobStore'],
      {
        cwd: project.folder,
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('"type": "megacorp.JobStore"');
    const without = ametrine(check, { cwd: project.folder });
    expect(without.status).toBe(2);
    expect(without.stderr).toContain('nothing is called "megacorp.JobStore"');
  });

  test.each([
    ['org.quartz.threadPool.threadCuont = 4', 'did you mean org.quartz.threadPool.threadCount?'],
    ['org.quartz.scheduler.instanceId = ${env:NOT_SET_HERE}', 'NOT_SET_HERE is not set'],
    ['org.quartz.x = \\u12', 'line 1: '],
  ])('is refused: %s', (text, reason) => {
    project.write('bad.properties', text);
    for (const args of [
      ['config', 'check', 'bad.properties'],
      ['run', 'bad.properties'],
    ]) {
      const { status, stderr } = ametrine(args, { cwd: project.folder });
      expect(stderr).toContain(reason);
      expect(status).toBe(2);
    }
  });

  test('a JSON file is checked too, whatever it schedules', () => {
    project.write('a.json', { store: { type: 'memory' }, jobs: { dir: 'jobs' }, schedule: [entry] });
    const { status, stdout } = ametrine(['config', 'check', 'a.json'], { cwd: project.folder });
    expect(stdout).toContain('a.json is in order: 1 jobs and 0 calendars');
    expect(status).toBe(0);
  });

  test('a JSON file may schedule nothing, as a quartz.properties does', () => {
    project.write('a.json', { store: { type: 'sqlite', path: 'jobs.db' }, jobs: { dir: 'jobs' } });
    const { status, stdout } = ametrine(['config', 'check', 'a.json'], { cwd: project.folder });
    expect(stdout).toContain('a.json is in order: 0 jobs and 0 calendars');
    expect(status).toBe(0);
  });
});
