import { registerConformance } from '@ametrine/conformance/vitest';
import harness from '../../conformance/harnesses/redis.mjs';

registerConformance(harness);
