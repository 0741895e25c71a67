/**
 * The keys about the store.
 *
 * @module
 */
import {
  readFlag,
  readList,
  readWhole,
  remember,
  type Setter,
  setStoreText,
  setStoreWhole,
  setWhole,
  wrongValue,
} from './draft.js';
import { accepted, honoured, ofStores, type QuartzKey, refused } from './key.js';

const NO_LOCKS = 'Triggers are claimed one by one and fenced: there is no lock to be chosen';
const NO_LOCK_TIMES = 'Claims are fenced and end with their node: nothing runs out while a job runs';
const BY_THE_STORE = 'The store retries by itself, with growing pauses, for as long as its patience says';
const PEM =
  'Java’s key stores are not readable here; give PEM files in mongoUri: tlsCAFile, tlsCertificateKeyFile';

/** Quartz’s tables may be there too, and some names would be the same. */
const setTablePrefix: Setter = (draft, { text }) => {
  if (text !== 'QRTZ_') draft.store['tablePrefix'] = `${text}ametrine_`;
};

const setHosts =
  (option: string): Setter =>
  (draft, value) => {
    draft.store[option] = readList(value).map((address) => {
      const [, host, port] = /^(.*?)(?::(\d{1,5}))?$/.exec(address) ?? [];
      if (host === undefined || host === '')
        throw wrongValue(value, 'hosts separated by commas: host:port,host:port');
      return { host, port: Number(port ?? 6379) };
    });
  };

const clientOption =
  (name: string, read: (value: Parameters<Setter>[1]) => number | boolean): Setter =>
  (draft, value) => {
    draft.facts.set(`client ${name}`, String(read(value)));
  };

const whole = (value: Parameters<Setter>[1]): number => readWhole(value, 0);

/** `jobStore.…`. */
export const storeKeys: readonly QuartzKey[] = [
  honoured(
    'jobStore.class',
    'org.quartz.simpl.RAMJobStore',
    '`store.type`: Quartz’s names of its stores, ours, a class handed over, or one of a module',
    remember('store'),
  ),
  honoured(
    'jobStore.misfireThreshold',
    '60000',
    '`misfireThresholdMs`',
    setStoreWhole('misfireThresholdMs', 1),
  ),
  ...ofStores(
    ['jdbc', 'mongodb', 'redis'],
    [
      accepted('jobStore.isClustered', 'false', 'Nodes that share a database are always a cluster'),
      honoured(
        'jobStore.clusterCheckinInterval',
        '7500',
        '`checkInIntervalMs`',
        setWhole('checkInIntervalMs', 100),
      ),
    ],
  ),
  ...ofStores(
    ['jdbc'],
    [
      honoured(
        'jobStore.dataSource',
        '',
        'the `dataSource.NAME` that says where the data are',
        remember('dataSource'),
      ),
      accepted(
        'jobStore.driverDelegateClass',
        'org.quartz.impl.jdbcjobstore.StdJDBCDelegate',
        'The URL says which database it is',
      ),
      accepted('jobStore.driverDelegateInitString', '', 'The URL says which database it is'),
      honoured(
        'jobStore.tablePrefix',
        'QRTZ_',
        '`tablePrefix`: the value with `ametrine_` behind it, lest our tables meet Quartz’s; `QRTZ_` is the default',
        setTablePrefix,
      ),
      accepted('jobStore.useProperties', 'false', 'Data are stored as text always, types included'),
      honoured(
        'jobStore.maxMisfiresToHandleAtATime',
        '20',
        '`maxMisfiresPerPass`',
        setStoreWhole('maxMisfiresPerPass', 1),
      ),
      accepted('jobStore.dbRetryInterval', '15000', BY_THE_STORE),
      accepted('jobStore.acquireTriggersWithinLock', 'false', NO_LOCKS),
      accepted('jobStore.lockOnInsert', 'true', NO_LOCKS),
      accepted('jobStore.useDBLocks', 'false', NO_LOCKS),
      accepted('jobStore.lockHandler.class', '', NO_LOCKS),
      accepted('jobStore.lockHandler.maxRetry', '3', NO_LOCKS),
      accepted('jobStore.lockHandler.retryPeriod', '1000', NO_LOCKS),
      accepted('jobStore.selectWithLockSQL', '', NO_LOCKS),
      accepted('jobStore.txIsolationLevelSerializable', 'false', 'Each step is as isolated as it has to be'),
      accepted('jobStore.dontSetAutoCommitFalse', 'false', 'The store begins its own transactions'),
      accepted(
        'jobStore.doubleCheckLockMisfireHandler',
        'true',
        'Misfires are handled where triggers are claimed',
      ),
      accepted('jobStore.makeThreadsDaemons', 'false', 'The store has no threads'),
      accepted('jobStore.threadsInheritInitializersClassLoadContext', 'false', 'The store has no threads'),
      accepted('jobStore.useEnhancedStatements', 'false', 'There is one set of statements'),
      refused('jobStore.nonManagedTXDataSource', '', 'There is no container; use JobStoreTX'),
      accepted('jobStore.dontSetNonManagedTXConnectionAutoCommitFalse', 'false', 'There is no container'),
      accepted('jobStore.txIsolationLevelReadCommitted', 'false', 'Each step is as isolated as it has to be'),
    ],
  ),
  ...ofStores(
    ['mongodb'],
    [
      honoured('jobStore.mongoUri', '', '`uri`', setStoreText('uri')),
      honoured('jobStore.addresses', '', '`addresses`', setStoreText('addresses')),
      honoured('jobStore.dbName', '', '`dbName`', setStoreText('dbName')),
      honoured('jobStore.authDbName', '', '`authSource`', setStoreText('authSource')),
      honoured('jobStore.username', '', '`username`', setStoreText('username')),
      honoured(
        'jobStore.password',
        '',
        '`password`; better a reference such as `${env:MONGO_PASSWORD}`',
        setStoreText('password'),
      ),
      honoured(
        'jobStore.collectionPrefix',
        'quartz_',
        '`collectionPrefix`',
        setStoreText('collectionPrefix'),
      ),
      accepted('jobStore.triggerTimeoutMillis', '600000', NO_LOCK_TIMES),
      accepted('jobStore.jobTimeoutMillis', '600000', NO_LOCK_TIMES),
      accepted('jobStore.jobDataAsBase64', 'true', 'Data are stored readable, types included'),
      accepted(
        'jobStore.checkInErrorHandler.class',
        '',
        'A node that cannot check in goes on trying, and is fenced when it comes too late',
      ),
      honoured(
        'jobStore.mongoOptionMaxConnections',
        '',
        '`clientOptions.maxPoolSize`',
        clientOption('maxPoolSize', whole),
      ),
      honoured(
        'jobStore.mongoOptionConnectTimeoutMillis',
        '',
        '`clientOptions.connectTimeoutMS`',
        clientOption('connectTimeoutMS', whole),
      ),
      honoured(
        'jobStore.mongoOptionReadTimeoutMillis',
        '',
        '`clientOptions.socketTimeoutMS`',
        clientOption('socketTimeoutMS', whole),
      ),
      accepted('jobStore.mongoOptionSocketKeepAlive', '', 'Connections are always kept alive'),
      honoured('jobStore.mongoOptionEnableSSL', 'false', '`tls`', (draft, value) => {
        draft.store['tls'] = readFlag(value);
      }),
      honoured(
        'jobStore.mongoOptionSslInvalidHostNameAllowed',
        'false',
        '`clientOptions.tlsAllowInvalidHostnames`',
        clientOption('tlsAllowInvalidHostnames', readFlag),
      ),
      ...[
        'TrustStorePath',
        'TrustStorePassword',
        'TrustStoreType',
        'KeyStorePath',
        'KeyStorePassword',
        'KeyStoreType',
      ].map((option) => refused(`jobStore.mongoOption${option}`, '', PEM)),
      accepted(
        'jobStore.mongoOptionWriteConcernTimeoutMillis',
        '5000',
        'The store chooses the write concern: a majority',
      ),
      accepted('jobStore.mongoOptionWriteConcernW', '', 'The store chooses the write concern: a majority'),
    ],
  ),
  ...ofStores(
    ['redis'],
    [
      honoured(
        'jobStore.host',
        'localhost',
        'the host of `url`, or several as `nodes` and `sentinels`',
        remember('host'),
      ),
      honoured('jobStore.port', '6379', 'the port in `url`', remember('port')),
      honoured('jobStore.database', '0', 'the database in `url`', remember('database')),
      honoured(
        'jobStore.password',
        '',
        '`password`; better a reference such as `${env:REDIS_PASSWORD}`',
        setStoreText('password'),
      ),
      honoured('jobStore.ssl', 'false', '`tls`', (draft, value) => {
        if (readFlag(value)) draft.store['tls'] = true;
      }),
      honoured('jobStore.keyPrefix', '', '`keyPrefix`', setStoreText('keyPrefix')),
      accepted('jobStore.keyDelimiter', ':', 'Names may hold any character: nothing is split at a delimiter'),
      honoured('jobStore.redisCluster', 'false', 'whether `host` means `nodes`', remember('redisCluster')),
      honoured(
        'jobStore.redisSentinel',
        'false',
        'whether `host` means `sentinels`',
        remember('redisSentinel'),
      ),
      honoured(
        'jobStore.masterGroupName',
        '',
        '`name`: what the Sentinels call the primary',
        setStoreText('name'),
      ),
      accepted('jobStore.lockTimeout', '30000', NO_LOCK_TIMES),
      accepted('jobStore.conTimeout', '3000', BY_THE_STORE),
      accepted('jobStore.soTimeout', '3000', BY_THE_STORE),
      accepted('jobStore.releaseTriggersInterval', '', NO_LOCK_TIMES),
      accepted('jobStore.instanceIdFilePath', '', 'Give scheduler.instanceId a value instead'),
    ],
  ),
];

/** Fills in the hosts of a Redis store. */
export const setNodes: Setter = setHosts('nodes');
/** Fills in the Sentinels of a Redis store. */
export const setSentinels: Setter = setHosts('sentinels');
