import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ametrine } from './cli.js';

test.each([['--help'], ['-h'], ['help']])('%s prints the commands', (option) => {
  const { status, stdout, stderr } = ametrine([option]);
  expect(stdout).toMatch(/^Usage: ametrine/);
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test.each([['run'], ['next']])('%s --help prints how to use it', (command) => {
  const { status, stdout } = ametrine([command, '--help']);
  expect(stdout).toMatch(new RegExp(`^Usage: ametrine ${command}`));
  expect(status).toBe(0);
});

test('--version prints the version of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  expect(ametrine(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

test('no command at all is a wrong call that shows the help', () => {
  const { status, stdout, stderr } = ametrine([]);
  expect(stderr).toMatch(/^Usage: ametrine/);
  expect(stdout).toBe('');
  expect(status).toBe(2);
});

test.each([
  ['rum', 'did you mean run?'],
  ['nxt', 'did you mean next?'],
  ['frobnicate', 'see ametrine --help'],
  ['constructor', 'see ametrine --help'],
])('the unknown command %s is refused: %s', (command, suggestion) => {
  const { status, stdout, stderr } = ametrine([command]);
  expect(stderr).toBe(`ametrine: there is no command ${command}; ${suggestion}\n`);
  expect(stdout).toBe('');
  expect(status).toBe(2);
});
