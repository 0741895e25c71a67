/**
 * Statements about nodes.
 *
 * @module
 */
import type { InstanceRecord } from '@ametrine/core/spi';
import type { SqlScope } from '../scope.js';
import type { Sql, SqlEach } from '../sql.js';

/** Name, last check-in, interval and missing classes. */
export function selectInstances(scope: SqlScope): Sql {
  return scope.sql`SELECT instance_id, checked_in_at, check_in_interval_ms, missing_classes FROM ${scope.tables.instances}
    WHERE scheduler_id = ${scope.schedulerId}`;
}

export function insertInstance(scope: SqlScope, record: InstanceRecord): SqlEach {
  const { instanceId, checkedInAt, checkInIntervalMs, missingClasses } = record;
  const columns = ['scheduler_id', 'instance_id', 'checked_in_at', 'check_in_interval_ms', 'missing_classes'];
  return {
    text: scope.dialect.insertEach(scope.tables.instances, columns),
    rows: [[scope.schedulerId, instanceId, checkedInAt, checkInIntervalMs, JSON.stringify(missingClasses)]],
  };
}

export function deleteInstance(scope: SqlScope, instanceId: string): Sql {
  return scope.sql`DELETE FROM ${scope.tables.instances}
    WHERE scheduler_id = ${scope.schedulerId} AND instance_id = ${instanceId}`;
}
