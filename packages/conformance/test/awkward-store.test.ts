/**
 * A store that is awkward but legal passes everything.
 *
 * @module
 */
import { registerConformance } from '../src/bindings/vitest.js';
import { awkwardHarness } from './awkward-store.js';

registerConformance(awkwardHarness);
