/**
 * MDL: the corpus of the model tier, one case for each sequence.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';
import { playable } from '../model/applicability.js';
import { corpus } from '../model/corpus.js';
import { play } from '../model/play.js';

/** The cases of the family. */
export const modelCases: readonly ConformanceCase[] = defineCases(
  corpus.map(({ id, title, rules, since, commands }) => ({
    id,
    title,
    rules,
    since,
    level: 'L4',
    needs: (harness) => playable(commands, harness),
    run: (ctx) => play(ctx, commands),
  })),
);
