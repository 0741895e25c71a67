// The servers that tests need, and what installs them on Debian.
import * as mariadb from '../test/servers/mariadb.mjs';
import * as mongodb from '../test/servers/mongodb.mjs';
import * as mysql from '../test/servers/mysql.mjs';
import * as pgbouncer from '../test/servers/pgbouncer.mjs';
import * as postgres from '../test/servers/postgres.mjs';
import * as redis from '../test/servers/redis.mjs';
import * as redisCluster from '../test/servers/redis-cluster.mjs';
import * as redisSentinel from '../test/servers/redis-sentinel.mjs';

/**
 * @typedef {object} TestServer
 * @property {() => Promise<string | null>} whyUnavailable What is missing here; null when it can be started.
 * @property {readonly string[]} debianPackages What installs it; none when Debian has none.
 * @property {boolean} mayBeMissing No package brings it everywhere: CI goes on without it, and says so.
 */

/** @type {Readonly<Record<ServerName, TestServer>>} */
export const testServers = {
  redis: { ...only(redis), debianPackages: ['redis-server'], mayBeMissing: false },
  'redis-cluster': { ...only(redisCluster), debianPackages: ['redis-server'], mayBeMissing: false },
  'redis-sentinel': { ...only(redisSentinel), debianPackages: ['redis-server'], mayBeMissing: false },
  postgres: { ...only(postgres), debianPackages: ['postgresql'], mayBeMissing: false },
  pgbouncer: { ...only(pgbouncer), debianPackages: ['pgbouncer'], mayBeMissing: true },
  mariadb: { ...only(mariadb), debianPackages: ['mariadb-server'], mayBeMissing: false },
  mysql: { ...only(mysql), debianPackages: [], mayBeMissing: true },
  mongodb: { ...only(mongodb), debianPackages: [], mayBeMissing: true },
  'mongodb-replset': {
    whyUnavailable: () => mongodb.whyReplicaSetUnavailable(),
    debianPackages: [],
    mayBeMissing: true,
  },
};

/**
 * @typedef {'redis' | 'redis-cluster' | 'redis-sentinel' | 'postgres' | 'pgbouncer' | 'mariadb' | 'mysql' | 'mongodb' | 'mongodb-replset'} ServerName
 */

/** @param {{ whyUnavailable: () => Promise<string | null> }} module */
function only({ whyUnavailable }) {
  return { whyUnavailable: () => whyUnavailable() };
}
