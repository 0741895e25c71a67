import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CONFIG_KEYS } from '@ametrine/config';
import Ajv from 'ajv';
import { describe, expect, test } from 'vitest';

const path = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url));

describe('what is published beside the code', () => {
  const schema = JSON.parse(readFileSync(path('schema/ametrine.schema.json'), 'utf8'));

  test('the table of keys is the one that the code uses', () => {
    const args = [path('scripts/generate-key-table.mjs'), '--check'];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('the schema has the keys of a configuration, and those of a schedule', () => {
    expect(Object.keys(schema.properties).sort()).toEqual(
      [...Object.keys(CONFIG_KEYS), 'schedule', 'calendars'].sort(),
    );
  });

  test.each<[string, object, boolean]>([
    ['the least', { store: { type: 'memory' } }, true],
    ['no store', {}, false],
    ['an unknown key', { store: { type: 'memory' }, concurency: 1 }, false],
    ['folders', { store: { type: 'sqlite', path: 'x' }, jobs: { dir: ['a'], reload: true } }, true],
    ['classes by name', { store: { type: './s.js#S' }, jobs: { A: './a.js' } }, true],
    ['a plugin without a class', { store: { type: 'memory' }, plugins: { p: {} } }, false],
    [
      'a schedule',
      { store: { type: 'memory' }, schedule: [{ job: { job: 'A' }, triggers: [{ every: '1h' }] }] },
      true,
    ],
  ])('the schema judges %s', (_, config, valid) => {
    expect(new Ajv().compile(schema)(config)).toBe(valid);
  });
});
