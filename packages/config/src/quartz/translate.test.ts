import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseProperties } from '../properties.js';
import { familyOfClass } from '../stock.js';
import { nearestQuartzKey, quartzKeys } from './all-keys.js';
import { type NamedStore, QuartzProperties, type Translation } from './translate.js';

const ENV = { SECRET: 'p@ss:w/rd', EMPTY: '' };

function translate(text: string, store?: NamedStore): Translation {
  const properties = new QuartzProperties('quartz.properties', parseProperties(text), ENV);
  return properties.translate(store ?? (properties.namedStore() as NamedStore));
}

const refusal = (text: string, store?: NamedStore): string => {
  try {
    translate(text, store);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_INVALID_CONFIG' });
    return (error as Error).message;
  }
  throw new Error('it was not refused');
};

const JDBC = `
  org.quartz.jobStore.class = org.quartz.impl.jdbcjobstore.JobStoreTX
  org.quartz.jobStore.dataSource = db
`;

describe('a quartz.properties', () => {
  test('that says nothing means a scheduler in memory under Quartz’s name', () => {
    expect(translate('').config).toEqual({ name: 'QuartzScheduler', store: { type: 'memory' } });
  });

  test('with everything about the scheduler', () => {
    const { config } = translate(`
      org.quartz.scheduler.instanceName = Billing
      org.quartz.scheduler.instanceId = node-1
      org.quartz.scheduler.idleWaitTime = 5000
      org.quartz.scheduler.batchTriggerAcquisitionMaxCount = 20
      org.quartz.scheduler.batchTriggerAcquisitionFireAheadTimeWindow = 100
      org.quartz.scheduler.interruptJobsOnShutdown = true
      org.quartz.scheduler.classLoadHelper.class = org.quartz.simpl.CascadingClassLoadHelper
      org.quartz.scheduler.classLoadHelper.roots = ./jobs, ./more
      org.quartz.scheduler.classLoadHelper.reload = true
      org.quartz.context.key.greeting = hello
      org.quartz.threadPool.class = org.quartz.simpl.SimpleThreadPool
      org.quartz.threadPool.threadCount = 4
      org.quartz.threadPool.threadPriority = 5
      org.quartz.jobStore.misfireThreshold = 1000
      org.quartz.plugin.history.class = org.quartz.plugins.history.LoggingJobHistoryPlugin
      org.quartz.plugin.history.jobSuccessMessage = done
      org.quartz.jobListener.mine.class = ./listeners.js#Mine
      org.quartz.jobListener.mine.level = 3
    `);
    expect(config).toEqual({
      name: 'Billing',
      instanceId: 'node-1',
      idleWaitMs: 5000,
      maxBatchSize: 20,
      batchTimeWindowMs: 100,
      interruptJobsOnShutdown: 'whenNotWaiting',
      jobs: { dir: ['./jobs', './more'], reload: true },
      context: { greeting: 'hello' },
      concurrency: 4,
      store: { type: 'memory', misfireThresholdMs: 1000 },
      plugins: { history: { class: 'LoggingJobHistoryPlugin', jobSuccessMessage: 'done' } },
      jobListeners: { mine: { class: './listeners.js#Mine', level: '3' } },
    });
  });

  test.each([
    ['jdbc:postgresql://db.example/app', 'postgres', { host: 'db.example', port: 5432, database: 'app' }],
    ['jdbc:postgresql:app', 'postgres', { host: 'localhost', port: 5432, database: 'app' }],
    [
      'jdbc:postgresql://[::1]:5433/a%20b?ssl=true',
      'postgres',
      { host: '::1', port: 5433, database: 'a b', ssl: true },
    ],
    [
      'jdbc:mysql://db:3307/app?useSSL=false&serverTimezone=UTC',
      'mysql',
      { host: 'db', port: 3307, database: 'app' },
    ],
    ['jdbc:mariadb://db/app', 'mysql', { host: 'db', port: 3306, database: 'app' }],
  ])('with %s means the store %s', (url, type, connection) => {
    const { config } = translate(`${JDBC}
      org.quartz.jobStore.tablePrefix = QRTZ_
      org.quartz.dataSource.db.driver = whatever
      org.quartz.dataSource.db.URL = ${url}
      org.quartz.dataSource.db.user = me
      org.quartz.dataSource.db.password = \${env:SECRET}
      org.quartz.dataSource.db.maxConnections = 7`);
    expect(config.store).toEqual({
      type,
      connection: { ...connection, user: 'me', password: 'p@ss:w/rd' },
      maxConnections: 7,
    });
  });

  test('with an SQLite URL, and a prefix that keeps clear of Quartz’s tables', () => {
    const text = `${JDBC}\norg.quartz.dataSource.db.URL = jdbc:sqlite:./jobs.db\norg.quartz.jobStore.tablePrefix = APP_`;
    expect(translate(text).config.store).toEqual({
      type: 'sqlite',
      path: './jobs.db',
      tablePrefix: 'APP_ametrine_',
    });
  });

  test.each([
    ['jdbc:oracle:thin:@db:1521:x', 'no database that has a store'],
    ['jdbc:h2:mem:test', 'no database that has a store'],
    ['jdbc:mysql://db/', 'names no database'],
    ['jdbc:mysql://a,b/app', 'several hosts'],
    ['jdbc:postgresql://me:s3cret@db/app?loggerLevel=TRACE', 'the parameter loggerLevel'],
    ['jdbc:postgresql://me:x/s3cret@db/app', 'is no URL'],
    ['jdbc:postgresql://me:s3cret%zz@db/app', 'write %25'],
    ['jdbc:postgresql://db:port/app?password=a@s3cret', 'is no URL'],
    ['jdbc:mysql:loadbalance://me:s3cret@db/app', 'asks for loadbalance'],
    ['jdbc:oracle:thin:me/s3cret@db:1521:x', 'no database that has a store'],
    ['jdbc:sqlserver://db;user=me;pwd=s3cret', 'no database that has a store'],
  ])('refuses %s and shows no password', (url, problem) => {
    const message = refusal(`${JDBC}\norg.quartz.dataSource.db.URL = ${url}`);
    expect(message).toContain('org.quartz.dataSource.db.URL');
    expect(message).toContain(problem);
    expect(message).not.toContain('s3cret');
  });

  test('for MongoDB, with a login', () => {
    const { config } = translate(`
      org.quartz.jobStore.class = com.novemberain.quartz.mongodb.MongoDBJobStore
      org.quartz.jobStore.addresses = a:27018,b
      org.quartz.jobStore.dbName = app
      org.quartz.jobStore.username = me
      org.quartz.jobStore.password = \${env:SECRET}
      org.quartz.jobStore.authDbName = admin
      org.quartz.jobStore.mongoOptionMaxConnections = 5
      org.quartz.jobStore.collectionPrefix = quartz`);
    expect(config.store).toEqual({
      type: 'mongodb',
      addresses: 'a:27018,b',
      dbName: 'app',
      username: 'me',
      password: 'p@ss:w/rd',
      authSource: 'admin',
      clientOptions: { maxPoolSize: 5 },
      collectionPrefix: 'quartz',
    });
  });

  test.each([
    [
      'host = cache\norg.quartz.jobStore.port = 6380\norg.quartz.jobStore.database = 2',
      { url: 'redis://cache:6380/2' },
    ],
    [
      'redisCluster = true\norg.quartz.jobStore.host = a, b:7001',
      {
        nodes: [
          { host: 'a', port: 6379 },
          { host: 'b', port: 7001 },
        ],
      },
    ],
    [
      'redisSentinel = true\norg.quartz.jobStore.host = a:26379\norg.quartz.jobStore.masterGroupName = main\norg.quartz.jobStore.ssl = true',
      { sentinels: [{ host: 'a', port: 26_379 }], name: 'main', tls: true },
    ],
  ])('for Redis: %s', (keys, options) => {
    const { config } = translate(`org.quartz.jobStore.class = net.joelinn.quartz.jobstore.RedisJobStore
      org.quartz.jobStore.keyPrefix = q
      org.quartz.jobStore.${keys}`);
    expect(config.store).toEqual({ type: 'redis', keyPrefix: 'q', ...options });
  });

  test('of a service that keeps its jobs in MongoDB, as it stands, with a subclass of the store', async () => {
    const text = `org.quartz.scheduler.instanceName = MyServiceScheduler
org.quartz.threadPool.threadCount = 4

## Use MongoDB-backed store to persistently store information about
# scheduled jobs, triggers and their state.
#
org.quartz.jobStore.class=megacorp.myservice.quartz.JobStore
org.quartz.jobStore.addresses=127.0.0.1
org.quartz.jobStore.dbName=myservice_production
org.quartz.jobStore.collectionPrefix=quartz

## Quartz plugins
#
org.quartz.plugin.triggHistory.class = org.quartz.plugins.history.LoggingTriggerHistoryPlugin
org.quartz.plugin.jobHistory.class = org.quartz.plugins.history.LoggingJobHistoryPlugin
`;
    const example = new URL('../../../../examples/quartzite-mongodb/quartz.properties', import.meta.url);
    expect(readFileSync(example, 'utf8')).toBe(text);
    class MongoDBJobStore {}
    class JobStore extends MongoDBJobStore {}
    const store = {
      type: 'megacorp.myservice.quartz.JobStore',
      family: familyOfClass(JobStore),
      isOwn: true,
    };
    expect(translate(text, store).config).toEqual({
      name: 'MyServiceScheduler',
      concurrency: 4,
      store: {
        type: 'megacorp.myservice.quartz.JobStore',
        addresses: '127.0.0.1',
        dbName: 'myservice_production',
        collectionPrefix: 'quartz',
      },
      plugins: {
        triggHistory: { class: 'LoggingTriggerHistoryPlugin' },
        jobHistory: { class: 'LoggingJobHistoryPlugin' },
      },
    });
  });

  test('hands what the rules do not know to a class of the application', () => {
    const store = { type: 'mine', family: null, isOwn: true };
    const { config, notes } = translate(
      'org.quartz.jobStore.class = mine\norg.quartz.jobStore.color = red',
      store,
    );
    expect(config.store).toEqual({ type: 'mine', color: 'red' });
    expect(notes[1]).toMatchObject({ fate: 'honoured', says: expect.stringContaining('the option color') });
  });

  test.each([
    ['org.quartz.threadPool.threadcount = 4', 'did you mean org.quartz.threadPool.threadCount?'],
    ['org.quartz.sheduler.instanceName = x', 'did you mean org.quartz.scheduler.instanceName?'],
    ['org.qaurtz.scheduler.instanceName = x', 'did you mean org.quartz.scheduler.instanceName?'],
    [`${JDBC}org.quartz.dataSource.db.URI = x`, 'did you mean org.quartz.dataSource.db.URL?'],
    ['org.quartz.jobStore.dbName = x', 'is a key of other stores (mongodb)'],
    [
      'org.quartz.jobStore.class = org.quartz.impl.jdbcjobstore.JobStoreTX',
      'org.quartz.jobStore.dataSource: is missing',
    ],
    [`${JDBC}`, 'org.quartz.dataSource.db.URL: is missing'],
    [
      'org.quartz.jobStore.class = org.quartz.impl.jdbcjobstore.JobStoreCMT',
      'there are no container transactions',
    ],
    [
      'org.quartz.plugin.x.class = org.quartz.plugins.xml.XMLSchedulingDataProcessorPlugin',
      'not read from XML',
    ],
    ['org.quartz.plugin.__proto__.class = x', 'is no name'],
    ['org.quartz.context.key.__proto__ = x', 'is no name'],
    ['org.quartz.scheduler.instanceName = ${env:SECRET', 'is not of the form ${env:NAME}'],
    ['org.quartz.scheduler.instanceName = ${env:}', 'is not of the form ${env:NAME}'],
    ['org.quartz.plugin.x.color = red', 'org.quartz.plugin.x.class: is missing'],
    ['org.quartz.scheduler.rmi.export = true', 'is refused: Java’s remote calls'],
    ['org.quartz.threadPool.threadCount = 0', 'is 0; expected a whole number of at least 1'],
    ['org.quartz.threadPool.threadCount = many', 'is many; expected a whole number'],
    ['org.quartz.threadPool.class = my.Pool', 'expected org.quartz.simpl.SimpleThreadPool'],
    ['org.quartz.scheduler.instanceName = ${env:NOT_SET}', 'the environment variable NOT_SET is not set'],
    ['org.quartz.scheduler.instanceName = $@nowhere', 'refers to nowhere, which is not there'],
  ])('refuses %s', (text, problem) => {
    expect(refusal(text)).toContain(problem);
  });

  test('says what became of every entry, and hides secrets', () => {
    const { notes } = translate(`${JDBC}
      my.own.key = 1
      org.quartz.scheduler.rmi.export = false
      org.quartz.threadPool.threadCount = 1
      org.quartz.threadPool.threadCount = 2
      org.quartz.dataSource.db.URL = jdbc:postgresql://u:hush@h/d?password=hush
      org.quartz.dataSource.db.password = hush`);
    expect(notes.map(({ key, fate }) => `${key.split('.').at(-1)} ${fate}`)).toEqual([
      'class honoured',
      'dataSource honoured',
      'key ignored',
      'export accepted',
      'threadCount overridden',
      'threadCount honoured',
      'URL honoured',
      'password honoured',
    ]);
    expect(notes.at(-1)?.line).toBe(10);
    expect(JSON.stringify(notes)).not.toContain('hush');
  });

  test('refers from one key to another', () => {
    const text =
      'org.quartz.scheduler.instanceName = A\norg.quartz.scheduler.instanceId = $@org.quartz.scheduler.instanceName';
    expect(translate(text).config).toMatchObject({ name: 'A', instanceId: 'A' });
  });
});

describe('the table of keys', () => {
  test('has each key once for a store, and a reason for each fate', () => {
    const seen = new Set<string>();
    for (const { key, says, fate, set, families } of quartzKeys) {
      expect(says, key).not.toBe('');
      expect(set !== undefined, key).toBe(fate === 'honoured');
      for (const family of families ?? ['all']) {
        expect(seen.has(`${family} ${key}`), key).toBe(false);
        seen.add(`${family} ${key}`);
      }
    }
  });

  test.each(quartzKeys.map((rule) => [rule.key, rule] as const))(
    'finds %s again when it is misspelt',
    (key, rule) => {
      if (key.endsWith('*') || key.endsWith('NAME')) return;
      const whole = `org.quartz.${key.replace('NAME', 'x')}`;
      const misspelt = `${whole.slice(0, -2)}${whole.at(-1)}`;
      const family = rule.families?.[0] ?? 'memory';
      const nearest = nearestQuartzKey(misspelt, family);
      expect(nearest).not.toBeNull();
    },
  );
});
