/**
 * CAP: what a store says about itself. These have no behaviour in the catalogue; they guard the other cases.
 *
 * @module
 */
import { type ConformanceCase, defineCases } from '../case.js';

/** The cases of the family. */
export const capabilityCases: readonly ConformanceCase[] = defineCases([
  {
    id: 'CAP-01',
    title: 'the store’s capabilities equal the harness’s claim, before and after it is opened',
    rules: ['JS-CAP-01'],
    async run(ctx) {
      const { store, node } = await ctx.prepare();
      ctx.same(store.capabilities, ctx.claim, 'before');
      await node();
      ctx.same(store.capabilities, ctx.claim, 'after');
    },
  },
  {
    id: 'CAP-02',
    title: 'the capabilities are within the contract’s limits and do not contradict each other',
    rules: ['JS-CAP-01'],
    async run(ctx) {
      const { capabilities } = (await ctx.prepare()).store;
      ctx.holds(capabilities.maxNameLength >= 200, 'names of 200 code units', capabilities.maxNameLength);
      ctx.holds(capabilities.maxDataBytes >= 1024 * 1024, 'data of a mebibyte', capabilities.maxDataBytes);
      ctx.holds(capabilities.timestampPrecisionMs > 0, 'a precision', capabilities.timestampPrecisionMs);
      ctx.holds(capabilities.reacquireCostMs >= 0, 'a cost', capabilities.reacquireCostMs);
      ctx.same(
        capabilities.wakeup === 'local',
        !capabilities.clustering,
        'wakes are local, exactly when there are no other nodes',
      );
      ctx.holds(
        !capabilities.clustering || capabilities.durability !== 'none',
        'a cluster’s data outlive one of its nodes',
        capabilities,
      );
    },
  },
]);
