import { registerConformance } from '@ametrine/conformance/vitest';
import harness from '../../conformance/harnesses/mariadb.mjs';

registerConformance(harness);
