import { mkdir, mkdtemp, realpath, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobClassResolver, JobFunction } from '../spi/job-class.js';
import { CascadingResolver } from './cascading-resolver.js';
import { ModuleJobClassResolver } from './module-job-class-resolver.js';
import { RegistryResolver } from './registry-resolver.js';

const run: JobFunction = () => 'ran';
const other: JobFunction = () => 'other';
const wrong = (code = 'ERR_INVALID_ARGUMENT', field?: string): unknown =>
  expect.objectContaining({
    code,
    ...(field === undefined ? {} : { details: expect.objectContaining({ field }) }),
  });

describe('RegistryResolver', () => {
  it('finds what was registered, the latest of a name', () => {
    const resolver = new RegistryResolver({ run });
    expect(resolver.resolve('run')).toBe(run);
    resolver.register('run', other);
    expect(resolver.resolve('run')).toBe(other);
    expect(resolver.nameOf(other)).toBe('run');
    expect(resolver.nameOf(run)).toBeNull();
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('has no %s of its own', (name) => {
    expect(new RegistryResolver({ run }).resolve(name)).toBeNull();
  });

  it('says what it holds', () => {
    expect(new RegistryResolver().description).toContain('none');
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`job${index}`, run]));
    expect(new RegistryResolver(many).description).toMatch(/job0.*job9, and 2 more/);
  });

  it('refuses what is no class', () => {
    expect(() => new RegistryResolver({ run: 'no' as never })).toThrow(wrong());
    expect(() => new RegistryResolver().register('', run)).toThrow(wrong());
  });
});

describe('CascadingResolver', () => {
  const none: JobClassResolver = { description: 'nothing', resolve: () => null };
  const late: JobClassResolver = {
    description: 'late',
    resolve: async (name) => (name === 'late' ? run : null),
  };

  it('answers at once while those it asks do', () => {
    expect(new CascadingResolver([none, new RegistryResolver({ run })]).resolve('run')).toBe(run);
  });

  it('asks in order, over async ones too, and answers null when none has it', async () => {
    const resolver = new CascadingResolver([none, late, new RegistryResolver({ late: other, run })]);
    expect(await resolver.resolve('late')).toBe(run);
    expect(await resolver.resolve('run')).toBe(run);
    expect(await resolver.resolve('missing')).toBeNull();
  });

  it('ends with the first that throws', () => {
    const broken: JobClassResolver = {
      description: 'broken',
      resolve: () => {
        throw new Error('broken');
      },
    };
    expect(() => new CascadingResolver([broken, new RegistryResolver({ run })]).resolve('run')).toThrow(
      'broken',
    );
  });

  it('describes all of them, and refuses what is no resolver', () => {
    expect(new CascadingResolver([none, late]).description).toBe('nothing; then late');
    expect(() => new CascadingResolver([none, {} as never])).toThrow(
      wrong('ERR_INVALID_ARGUMENT', 'resolvers[1]'),
    );
    expect(() => new CascadingResolver('x' as never)).toThrow(wrong('ERR_INVALID_ARGUMENT', 'resolvers'));
  });
});

describe('ModuleJobClassResolver', () => {
  let folder: string;
  let jobs: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ametrine-jobs-'));
    jobs = join(folder, 'jobs');
    await mkdir(jobs);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const answer = async (resolver: ModuleJobClassResolver, name: string): Promise<unknown> => {
    const found = (await resolver.resolve(name)) as JobFunction | null;
    return found === null ? null : found(undefined as never);
  };

  it('finds a default export, a named export, and both kinds of CommonJS exports', async () => {
    await writeFile(join(jobs, 'ByDefault.mjs'), 'export default () => "default";');
    await writeFile(
      join(jobs, 'ByName.mjs'),
      'export const ByName = () => "named"; export const Other = () => "no";',
    );
    await writeFile(join(jobs, 'Common.cjs'), 'module.exports = () => "common";');
    await writeFile(join(jobs, 'CommonNamed.cjs'), 'module.exports = { CommonNamed: () => "common named" };');
    const resolver = new ModuleJobClassResolver({ roots: [jobs] });
    expect(await answer(resolver, 'ByDefault')).toBe('default');
    expect(await answer(resolver, 'ByName')).toBe('named');
    expect(await answer(resolver, 'Common')).toBe('common');
    expect(await answer(resolver, 'CommonNamed')).toBe('common named');
  });

  it('searches its roots in order, and sees classes that came after it', async () => {
    const second = join(folder, 'second');
    await mkdir(second);
    await writeFile(join(second, 'Late.mjs'), 'export default () => "second";');
    const resolver = new ModuleJobClassResolver({ roots: [join(folder, 'absent'), jobs, second] });
    expect(await resolver.resolve('New')).toBeNull();
    expect(await answer(resolver, 'Late')).toBe('second');
    await writeFile(join(jobs, 'New.mjs'), 'export default () => "new";');
    expect(await answer(resolver, 'New')).toBe('new');
  });

  it('reloads a changed module only when told to', async () => {
    const file = join(jobs, 'Changing.mjs');
    const write = async (version: number): Promise<void> => {
      await writeFile(file, `export default () => ${version};`);
      await utimes(file, version, version);
    };
    await write(1);
    const once = new ModuleJobClassResolver({ roots: [jobs] });
    const again = new ModuleJobClassResolver({ roots: [jobs], reload: true });
    expect([await answer(once, 'Changing'), await answer(again, 'Changing')]).toEqual([1, 1]);
    expect(await again.resolve('Changing')).toBe(await again.resolve('Changing'));
    await write(2);
    expect([await answer(once, 'Changing'), await answer(again, 'Changing')]).toEqual([1, 2]);
    await rm(file);
    expect(await again.resolve('Changing')).toBeNull();
  });

  it.each([
    '../Secret',
    '..',
    '.',
    '',
    'sub/../../Secret.mjs#default',
    'sub//Job',
    './Job',
    '/Job#Job',
    'https://example.org/job.js#Job',
    'data:text/javascript,export default 1',
    'node_modules/evil/index.js#Job',
    'a/NODE_MODULES/evil.js#Job',
    'Job#a.b',
    'Job#__proto__/x',
    'sub\\Job',
    '/etc/passwd',
    'C:Job',
    'C:\\Job',
    'file:///Job',
    'Job\0',
    'Job?x',
    'Job#x#y',
    '%2e%2e%2fSecret',
    '.hidden',
    'Job.',
    'a..b',
    'node:fs',
  ])('refuses the name %j', async (name) => {
    await writeFile(join(folder, 'Secret.mjs'), 'export default () => "secret";');
    const resolver = new ModuleJobClassResolver({ roots: [jobs] });
    await expect(resolver.resolve(name)).rejects.toThrow(wrong('ERR_JOB_CLASS_NOT_FOUND'));
  });

  it('follows symbolic links within the roots, and none out of them', async () => {
    await writeFile(join(folder, 'Secret.mjs'), 'export default () => "secret";');
    await symlink(join(folder, 'Secret.mjs'), join(jobs, 'Leak.mjs'));
    await mkdir(join(folder, 'jobs-evil'));
    await writeFile(join(folder, 'jobs-evil', 'Near.mjs'), 'export default () => "near";');
    await symlink(join(folder, 'jobs-evil', 'Near.mjs'), join(jobs, 'Near.mjs'));
    await writeFile(join(jobs, 'Inside.mjs'), 'export default () => "inside";');
    await symlink(join(jobs, 'Inside.mjs'), join(jobs, 'Alias.mjs'));
    const resolver = new ModuleJobClassResolver({ roots: [jobs] });
    await expect(resolver.resolve('Leak')).rejects.toThrow('lies outside');
    await expect(resolver.resolve('Near')).rejects.toThrow('lies outside');
    expect(await answer(resolver, 'Alias')).toBe('inside');
  });

  it('may itself be given a root that is a symbolic link', async () => {
    await writeFile(join(jobs, 'Inside.mjs'), 'export default () => "inside";');
    await symlink(jobs, join(folder, 'link'));
    expect(await answer(new ModuleJobClassResolver({ roots: [join(folder, 'link')] }), 'Inside')).toBe(
      'inside',
    );
  });

  it('finds a class by the path of its module, and by its export', async () => {
    await mkdir(join(jobs, 'mail'));
    await writeFile(
      join(jobs, 'mail', 'email.js'),
      'module.exports = { SendEmail: () => "sent", email: () => "by its name" };',
    );
    await writeFile(join(jobs, 'mail', 'main.mjs'), 'export default () => "default"; export class Send {}');
    const resolver = new ModuleJobClassResolver({ roots: [jobs] });
    expect(await answer(resolver, 'mail/email.js#SendEmail')).toBe('sent');
    expect(await answer(resolver, 'mail/email#SendEmail')).toBe('sent');
    expect(await answer(resolver, 'mail/email.js')).toBe('by its name');
    expect(await answer(resolver, 'mail/main.mjs')).toBe('default');
    expect(((await resolver.resolve('mail/main.mjs#Send')) as { name: string }).name).toBe('Send');
    expect(await resolver.resolve('mail/absent.js#SendEmail')).toBeNull();
    expect(await resolver.resolve('@acme/jobs#SendEmail')).toBeNull();
    await expect(resolver.resolve('mail/email.js#toString')).rejects.toThrow(
      "no 'toString' class or function",
    );
    await writeFile(join(jobs, 'mail', 'later.mjs'), 'export const Later = () => "later";');
    expect(await answer(resolver, 'mail/later.mjs#Later')).toBe('later');
  });

  it('imports from packages on its list, and from no other', async () => {
    for (const name of ['@acme/jobs', 'evil']) {
      const folder = join(jobs, 'node_modules', name);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'package.json'), JSON.stringify({ name, main: './index.cjs' }));
      await writeFile(join(folder, 'index.cjs'), `module.exports = { Run: () => ${JSON.stringify(name)} };`);
    }
    await symlink(join(jobs, 'node_modules', 'evil', 'index.cjs'), join(jobs, 'Link.cjs'));
    const resolver = new ModuleJobClassResolver({ roots: [jobs], packages: ['@acme/jobs'] });
    expect(await answer(resolver, '@acme/jobs#Run')).toBe('@acme/jobs');
    expect(await resolver.resolve('evil#Run')).toBeNull();
    await expect(resolver.resolve('Link')).rejects.toThrow('lies outside');
    await expect(resolver.resolve('@acme/jobs/absent.js#Run')).rejects.toThrow('does not give');
    expect(resolver.description).toContain('in the packages @acme/jobs');
  });

  it.each([
    ['was only half written', '.mjs', 'export default () => '],
    ['threw', '.mjs', 'throw new Error("not yet");'],
    ['had another class only', '.mjs', 'export const Other = () => "other";'],
    ['had another class only', '.cjs', 'exports.Other = () => "other";'],
  ])('finds a class whose file %s before (%s)', async (_, extension, before) => {
    const file = join(jobs, `Late${extension}`);
    await writeFile(file, before);
    const resolver = new ModuleJobClassResolver({ roots: [jobs] });
    await expect(resolver.resolve('Late')).rejects.toMatchObject({ code: 'ERR_JOB_CLASS_NOT_FOUND' });
    await expect(resolver.resolve('Late')).rejects.toMatchObject({ code: 'ERR_JOB_CLASS_NOT_FOUND' });
    const good = (said: string): string =>
      extension === '.cjs' ? `exports.Late = () => "${said}";` : `export const Late = () => "${said}";`;
    await writeFile(file, good('late'));
    expect(await answer(resolver, 'Late')).toBe('late');
    // Loaded once: what comes after is not looked at.
    await writeFile(file, good('much later'));
    expect(await answer(resolver, 'Late')).toBe('late');
  });

  it('does not wait for ever for a module that hangs', async () => {
    await writeFile(join(jobs, 'Hanging.mjs'), 'await new Promise(() => {}); export default () => 1;');
    const resolver = new ModuleJobClassResolver({ roots: [jobs], importTimeoutMs: 20 });
    await expect(resolver.resolve('Hanging')).rejects.toThrow('did not finish loading within 20 ms');
  });

  it('locates a module without loading it', async () => {
    await writeFile(join(jobs, 'Loud.mjs'), 'throw new Error("loaded");');
    const resolver = new ModuleJobClassResolver({ roots: [jobs] });
    expect((await resolver.locate('Loud'))?.path).toBe(await realpath(join(jobs, 'Loud.mjs')));
    expect(await resolver.locate('Absent')).toBeNull();
  });

  it('says why a module gives no class', async () => {
    await writeFile(join(jobs, 'Broken.mjs'), 'export default = ;');
    await writeFile(join(jobs, 'Throwing.mjs'), 'throw new Error("no database");');
    await writeFile(
      join(jobs, 'Empty.mjs'),
      'export const Other = () => 1; export default { not: "a class" };',
    );
    const resolver = new ModuleJobClassResolver({ roots: [jobs] });
    await expect(resolver.resolve('Broken')).rejects.toThrow('failed to load');
    await expect(resolver.resolve('Throwing')).rejects.toMatchObject({
      code: 'ERR_JOB_CLASS_NOT_FOUND',
      cause: { message: 'no database' },
    });
    await expect(resolver.resolve('Empty')).rejects.toThrow("neither a default nor a 'Empty' class");
  });

  it.each([
    [{ roots: [] }, 'options.roots'],
    [{ roots: 'jobs' }, 'options.roots'],
    [{ roots: ['jobs', ''] }, 'options.roots[1]'],
    [{ roots: ['jobs'], reload: 'yes' }, 'options.reload'],
    [{ roots: ['jobs'], reloads: true }, 'options.reloads'],
    [undefined, 'options'],
  ])('refuses the options %j', (options, field) => {
    expect(() => new ModuleJobClassResolver(options as never)).toThrow(wrong('ERR_INVALID_ARGUMENT', field));
  });
});
