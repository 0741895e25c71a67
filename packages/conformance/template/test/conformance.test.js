import { registerConformance } from '@ametrine/conformance/node-test';
import harness from '../harness.js';

registerConformance(harness, { level: 'L1' });
