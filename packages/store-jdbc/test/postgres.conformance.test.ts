import { registerConformance } from '@ametrine/conformance/vitest';
import harness from '../../conformance/harnesses/postgres.mjs';

registerConformance(harness);
