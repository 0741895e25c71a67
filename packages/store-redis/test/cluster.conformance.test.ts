import { registerConformance } from '@ametrine/conformance/vitest';
import harness from '../../conformance/harnesses/redis-cluster.mjs';

registerConformance(harness);
