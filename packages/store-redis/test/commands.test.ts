import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/generated/commands.js';

const folder = new URL('../src/commands/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.lua'));

describe('commands', () => {
  it.each(files)('%s says what it takes and answers', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    expect(text).toMatch(/^--\[\[\n/);
    expect(text).toContain('@keys');
    expect(text).toContain('ARGV');
    expect(text).toContain('Replies');
  });

  it('never look for keys: every one is given', () => {
    for (const { script } of Object.values(COMMANDS)) {
      expect(script).not.toMatch(/redis\.call\(\s*'(KEYS|SCAN|HSCAN|ZSCAN|SSCAN)'/);
      expect(script).not.toMatch(/redis\.call\(\s*'(?!INFO|PUBSUB)[A-Z]+',\s*(['"]|ARGV)/);
    }
  });
});
