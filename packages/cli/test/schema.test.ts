import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as mariadb from '../../../test/servers/mariadb.mjs';
import { startPostgres, whyUnavailable } from '../../../test/servers/postgres.mjs';
import { ametrine } from './cli.js';

const folder = mkdtempSync(join(tmpdir(), 'ametrine-cli-schema-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('ametrine schema', () => {
  it('makes the tables of an SQLite file, and tells their version', () => {
    const file = join(folder, 'schedules.db');
    expect(ametrine(['schema', 'status', file])).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('not there'),
    });
    expect(ametrine(['schema', 'up', file]).stdout).toContain('upgraded from version 0 to');
    expect(ametrine(['schema', 'up', file]).stdout).toContain('up to date');
    expect(ametrine(['schema', 'status', file]).status).toBe(0);
  });

  it('refuses what it does not know', () => {
    expect(ametrine(['schema', 'print', 'oracle']).stderr).toContain('knows mysql, postgres, sqlite');
    expect(ametrine(['schema', 'down', 'x']).stderr).toContain('knows print, up and status');
    expect(ametrine(['schema', 'print', 'mysql', '--schema', 'x']).stderr).toContain('only PostgreSQL');
    expect(ametrine(['schema']).stderr).toContain('needs print, up or status');
  });
});

const reason = await whyUnavailable();

describe.skipIf(reason !== null)(
  `ametrine schema on PostgreSQL${reason === null ? '' : ` (${reason})`}`,
  () => {
    let server: Awaited<ReturnType<typeof startPostgres>>;
    let client: pg.Client;
    beforeAll(async () => {
      server = await startPostgres();
      client = new pg.Client({ connectionString: server.url });
      await client.connect();
    });
    afterAll(async () => {
      await client?.end();
      await server?.stop();
    });

    it('prints the statements that an administrator runs', async () => {
      const printed = ametrine([
        'schema',
        'print',
        'postgres',
        '--schema',
        'by_hand',
        '--table-prefix',
        'jobs_',
      ]);
      await client.query('CREATE SCHEMA by_hand');
      await client.query(printed.stdout);
      const status = ametrine([
        'schema',
        'status',
        server.url,
        '--schema',
        'by_hand',
        '--table-prefix',
        'jobs_',
      ]);
      expect(status).toMatchObject({ status: 0, stdout: expect.stringContaining('up to date') });
    });

    it('makes the tables by itself, once', () => {
      expect(ametrine(['schema', 'up', server.url]).stdout).toContain('upgraded from version 0');
      expect(ametrine(['schema', 'up', server.url]).stdout).toContain('up to date');
    });

    it('says what a user lacks who may not make tables', async () => {
      await client.query('CREATE ROLE modest LOGIN; CREATE SCHEMA locked');
      const url = server.url.replace('postgres@', 'modest@');
      const refused = ametrine(['schema', 'up', url, '--schema', 'locked']);
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toContain('ametrine schema print');
    });
  },
);

const noMariadb = await mariadb.whyUnavailable();

describe.skipIf(noMariadb !== null)(
  `ametrine schema on MariaDB${noMariadb === null ? '' : ` (${noMariadb})`}`,
  () => {
    let server: Awaited<ReturnType<typeof mariadb.startMariadb>>;
    let admin: Connection;
    beforeAll(async () => {
      server = await mariadb.startMariadb();
      admin = await createConnection({ uri: server.url, multipleStatements: true });
    });
    afterAll(async () => {
      await admin?.end();
      await server?.stop();
    });

    it('prints the statements that an administrator runs', async () => {
      const prefixed = ['--table-prefix', 'jobs_'];
      await admin.query(ametrine(['schema', 'print', 'mysql', ...prefixed]).stdout);
      const status = ametrine(['schema', 'status', server.url, ...prefixed]);
      expect(status).toMatchObject({ status: 0, stdout: expect.stringContaining('up to date') });
    });

    it('makes the tables by itself, once', () => {
      expect(ametrine(['schema', 'status', server.url])).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('not there'),
      });
      expect(ametrine(['schema', 'up', server.url]).stdout).toContain('upgraded from version 0');
      expect(ametrine(['schema', 'up', server.url]).stdout).toContain('up to date');
    });

    it('says what a user lacks who may not make tables, and takes the password from the environment', async () => {
      await admin.query(
        "CREATE USER modest@'%' IDENTIFIED BY 'pa ss'; GRANT SELECT ON ametrine.* TO modest@'%'",
      );
      const url = server.url.replace('root@', 'modest@');
      const refused = ametrine(['schema', 'up', url, '--table-prefix', 'locked_'], {
        env: { MYSQL_PWD: 'pa ss' },
      });
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toContain('ametrine schema print');
    });
  },
);
