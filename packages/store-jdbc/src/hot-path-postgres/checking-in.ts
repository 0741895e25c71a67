/**
 * Checking in, in one round trip.
 *
 * @module
 */
import type { SteadyCheckIn } from '@ametrine/core/spi';
import type { SqlScope } from '../scope.js';
import type { Sql } from '../sql.js';

/**
 * Records a check-in by the server's clock, unless the node has no record any more, or another one's may have lapsed. Like
 * every step of the hot path it does not wait for transactions of the application.
 *
 * Rows: one, if it was recorded.
 */
export function checkInSteadily(scope: SqlScope, instanceId: string, request: SteadyCheckIn): Sql {
  const { sql, tables, schedulerId } = scope;
  const { checkInIntervalMs, graceMs, missingClasses } = request;
  return sql`WITH clock AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now)
    UPDATE ${tables.instances} AS i
    SET checked_in_at = clock.now, check_in_interval_ms = ${checkInIntervalMs}, missing_classes = ${JSON.stringify(missingClasses)}
    FROM clock WHERE i.scheduler_id = ${schedulerId} AND i.instance_id = ${instanceId}
      AND NOT EXISTS (SELECT 1 FROM ${tables.instances} AS o
        WHERE o.scheduler_id = ${schedulerId} AND o.instance_id <> ${instanceId}
          AND o.checked_in_at + o.check_in_interval_ms + ${graceMs}::bigint < clock.now)
    RETURNING 1`;
}
