import { registerConformance } from '@ametrine/conformance/vitest';
import { it } from 'vitest';
import { whyReplicaSetUnavailable } from '../../../test/servers/mongodb.mjs';

const reason = await whyReplicaSetUnavailable();

if (reason === null) {
  const { default: harness } = await import('../../conformance/harnesses/mongodb-replset.mjs');
  registerConformance(harness);
} else {
  it.skip(`the store was NOT TESTED: ${reason}`, () => {});
}
