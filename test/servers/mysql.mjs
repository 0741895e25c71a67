/**
 * A MySQL 8 server, which is not MariaDB. Given by `AMETRINE_TEST_MYSQL_URL`, or a container: no system that the tests
 * know of has one to install beside MariaDB.
 *
 * @module
 */
import { fromContainer } from './container.mjs';
import { askMysql } from './mariadb.mjs';
import { fromEnvironment, startFirst, whyNone } from './server.mjs';

/** @typedef {import('./server.mjs').ServerNeeds & { durable?: boolean, flags?: readonly string[] }} MysqlOptions */

/**
 * @param {MysqlOptions} options as those of MariaDB
 * @returns {import('./server.mjs').Source[]}
 */
function sources({ durable = false, flags = [], ...needs }) {
  return [
    fromEnvironment('AMETRINE_TEST_MYSQL_URL', needs, askMysql),
    fromContainer(() => ({
      image: 'mysql:8.4',
      port: 3306,
      environment: { MYSQL_ALLOW_EMPTY_PASSWORD: '1' },
      command: [...(durable ? [] : ['--innodb-flush-log-at-trx-commit=2']), ...flags],
      url: (port) => `mysql://root@127.0.0.1:${port}/ametrine`,
      ask: askMysql,
    })),
  ];
}

/**
 * @param {MysqlOptions} [options]
 * @returns {Promise<import('./server.mjs').Server>} `url` names the database `ametrine` and the user root
 */
export function startMysql(options = {}) {
  return startFirst('MySQL 8', sources(options));
}

/**
 * @param {MysqlOptions} [options]
 * @returns {Promise<string | null>}
 */
export function whyUnavailable(options = {}) {
  return whyNone('MySQL 8', sources(options));
}
