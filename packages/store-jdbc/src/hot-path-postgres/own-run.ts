/**
 * Whether the run on a trigger's row is the one meant.
 *
 * @module
 */
import { RawSql } from '../sql.js';

/**
 * The run on the row of trigger `t` has the token of `i`. So written, lest a plan made while nothing ran look through all
 * executions instead of for the trigger's key: an equality would say that there is a run, which is that index's condition.
 */
export const OWN_RUN: RawSql = new RawSql('t.run_id IS NOT DISTINCT FROM i.token');
