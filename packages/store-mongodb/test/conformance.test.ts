import { registerConformance } from '@ametrine/conformance/vitest';
import { it } from 'vitest';
import { whyUnavailable } from '../../../test/servers/mongodb.mjs';

const reason = await whyUnavailable();

if (reason === null) {
  const { default: harness } = await import('../../conformance/harnesses/mongodb.mjs');
  registerConformance(harness);
} else {
  it.skip(`the store was NOT TESTED: ${reason}`, () => {});
}
