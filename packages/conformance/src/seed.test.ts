import { describe, expect, it } from 'vitest';
import { isSeed, newSeed, SeededRandom, seedOfRepetition } from './seed.js';

const many = (random: SeededRandom): readonly number[] => Array.from({ length: 1000 }, () => random.next());

describe('SeededRandom', () => {
  it('gives the same numbers for the same seed and name, and others for another', () => {
    expect(many(new SeededRandom(1, 'ACQ-01'))).toEqual(many(new SeededRandom(1, 'ACQ-01')));
    expect(many(new SeededRandom(1, 'ACQ-01'))).not.toEqual(many(new SeededRandom(2, 'ACQ-01')));
    expect(many(new SeededRandom(1, 'ACQ-01'))).not.toEqual(many(new SeededRandom(1, 'ACQ-02')));
  });

  it('spreads over the whole range', () => {
    const numbers = many(new SeededRandom(7, 'x'));
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const share = numbers.filter((n) => Math.floor(n * 10) === tenth).length;
      expect(share).toBeGreaterThan(60);
      expect(share).toBeLessThan(140);
    }
  });

  it('draws integers within both ends, and picks and shuffles what it is given', () => {
    const random = new SeededRandom(3, 'x');
    expect(new Set(Array.from({ length: 200 }, () => random.integer(2, 4)))).toEqual(new Set([2, 3, 4]));
    const values = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(values).toContain(random.pick(values));
    const shuffled = random.shuffle(values);
    expect([...shuffled].sort()).toEqual(values);
    expect(shuffled).not.toEqual(values);
    expect(() => random.pick([])).toThrow(RangeError);
  });
});

describe('seeds', () => {
  it('are integers of 32 bits, also when they are repeated past the last', () => {
    expect([isSeed(newSeed()), isSeed(0), isSeed(0xffff_ffff)]).toEqual([true, true, true]);
    expect([isSeed(-1), isSeed(0x1_0000_0000), isSeed(0.5), isSeed(Number.NaN)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([seedOfRepetition(5, 0), seedOfRepetition(5, 2), seedOfRepetition(0xffff_ffff, 1)]).toEqual([
      5, 7, 0,
    ]);
  });
});
