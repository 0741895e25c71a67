/**
 * The keys about the scheduler, its threads and its plugins.
 *
 * @module
 */
import {
  type Draft,
  readFlag,
  readList,
  readWhole,
  remember,
  type Setter,
  setClass,
  setProperty,
  setSource,
  setText,
  setWhole,
  wrongValue,
} from './draft.js';
import { accepted, honoured, type QuartzKey, refused } from './key.js';

const NO_THREADS = 'Jobs run on the event loop: there is no thread to be named, ranked or made a daemon';
const NO_RMI = 'Java’s remote calls do not exist here; call the scheduler in your process';
const NO_JMX = 'Java’s management beans do not exist here';

const setInstanceId: Setter = (draft, value) => {
  const { text } = value;
  if (text === 'SYS_PROP') throw wrongValue(value, 'AUTO, a name, or ${env:NAME} for one from outside');
  // Ours is unique by default, as AUTO’s is, and NON_CLUSTERED is the absence of a name.
  if (text !== 'AUTO' && text !== 'NON_CLUSTERED') draft.scheduler['instanceId'] = text;
};

const setIdleWait: Setter = (draft, value) => {
  if (value.text !== '-1') draft.scheduler['idleWaitMs'] = readWhole(value, 1000);
};

const setLoading =
  (set: (loading: Draft['loading'], value: Parameters<Setter>[1]) => void): Setter =>
  (draft, value) =>
    set(draft.loading, value);

const setStockOnly =
  (stock: readonly string[], remedy: string): Setter =>
  (_, value) => {
    if (!stock.includes(value.text)) throw wrongValue(value, remedy);
  };

/** `scheduler.…`, `context.…`, `threadPool.…`. */
export const schedulerKeys: readonly QuartzKey[] = [
  honoured('scheduler.instanceName', 'QuartzScheduler', '`name`', setText('name')),
  honoured(
    'scheduler.instanceId',
    'NON_CLUSTERED',
    '`instanceId`; `AUTO` and `NON_CLUSTERED` leave it to the scheduler, whose own is unique',
    setInstanceId,
  ),
  honoured(
    'scheduler.instanceIdGenerator.class',
    'org.quartz.simpl.SimpleInstanceIdGenerator',
    'only Quartz’s simple one, which does what the scheduler does by itself',
    setStockOnly(
      ['org.quartz.simpl.SimpleInstanceIdGenerator'],
      'org.quartz.simpl.SimpleInstanceIdGenerator; give scheduler.instanceId a value instead, such as ${env:HOSTNAME}',
    ),
  ),
  accepted('scheduler.threadName', '<name>_QuartzSchedulerThread', NO_THREADS),
  accepted('scheduler.makeSchedulerThreadDaemon', 'false', NO_THREADS),
  accepted('scheduler.threadsInheritContextClassLoaderOfInitializer', 'false', NO_THREADS),
  accepted('scheduler.skipUpdateCheck', 'false', 'Nothing is looked up on the network'),
  honoured('scheduler.idleWaitTime', '30000', '`idleWaitMs`; -1 is the default', setIdleWait),
  accepted(
    'scheduler.dbFailureRetryInterval',
    '15000',
    'Pauses between attempts begin short and grow by themselves',
  ),
  honoured('scheduler.batchTriggerAcquisitionMaxCount', '1', '`maxBatchSize`', setWhole('maxBatchSize', 1)),
  honoured(
    'scheduler.batchTriggerAcquisitionFireAheadTimeWindow',
    '0',
    '`batchTimeWindowMs`',
    setWhole('batchTimeWindowMs', 0),
  ),
  honoured(
    'scheduler.classLoadHelper.class',
    'org.quartz.simpl.CascadingClassLoadHelper',
    '`jobClassResolver`: a class with `resolve(name)`. Quartz’s own names mean the registered classes, then modules under the roots',
    setLoading((loading, { text }) => {
      loading.className = text;
    }),
  ),
  honoured(
    'scheduler.classLoadHelper.roots',
    '',
    '`jobs.dir`: folders, separated by commas, whose modules may be loaded. Only here, not in Quartz',
    setLoading((loading, value) => {
      loading.roots = readList(value);
    }),
  ),
  honoured(
    'scheduler.classLoadHelper.packages',
    '',
    '`jobs.packages`: packages that may be loaded. Only here, not in Quartz',
    setLoading((loading, value) => {
      loading.packages = readList(value);
    }),
  ),
  honoured(
    'scheduler.classLoadHelper.reload',
    '',
    '`jobs.reload`. Only here, not in Quartz',
    setLoading((loading, value) => {
      loading.reload = readFlag(value);
    }),
  ),
  honoured(
    'scheduler.jobFactory.class',
    'org.quartz.simpl.PropertySettingJobFactory',
    '`jobFactory`: a class with `newJob(jobClass, bundle)`. Quartz’s own names mean `new`; a job reads its data from the context, they are not set as properties',
    (draft, { text }) => {
      const stock = ['org.quartz.simpl.PropertySettingJobFactory', 'org.quartz.simpl.SimpleJobFactory'];
      if (!stock.includes(text)) draft.scheduler['jobFactory'] = text;
    },
  ),
  honoured(
    'scheduler.interruptJobsOnShutdown',
    'false',
    '`interruptJobsOnShutdown: "whenNotWaiting"`',
    remember('interrupt'),
  ),
  honoured(
    'scheduler.interruptJobsOnShutdownWithWait',
    'false',
    '`interruptJobsOnShutdown: "always"`',
    remember('interruptWithWait'),
  ),
  refused(
    'scheduler.wrapJobExecutionInUserTransaction',
    'false',
    'There are no container transactions; begin one in the job',
    ['false'],
  ),
  accepted('scheduler.userTransactionURL', '', 'There are no container transactions'),
  refused('scheduler.jmx.export', 'false', NO_JMX, ['false']),
  accepted('scheduler.jmx.objectName', '', NO_JMX),
  refused('scheduler.jmx.proxy', 'false', NO_JMX, ['false']),
  accepted('scheduler.jmx.proxy.class', '', NO_JMX),
  refused('scheduler.rmi.export', 'false', NO_RMI, ['false']),
  refused('scheduler.rmi.proxy', 'false', NO_RMI, ['false']),
  accepted('scheduler.rmi.registryHost', 'localhost', NO_RMI),
  accepted('scheduler.rmi.registryPort', '1099', NO_RMI),
  accepted('scheduler.rmi.serverPort', '-1', NO_RMI),
  accepted('scheduler.rmi.createRegistry', 'never', NO_RMI),
  accepted('scheduler.rmi.bindName', '', NO_RMI),
  honoured('context.key.NAME', '', '`context.NAME`', (draft, { name, text }) => {
    draft.context[name] = text;
  }),
  honoured(
    'threadPool.class',
    'org.quartz.simpl.SimpleThreadPool',
    'Quartz’s simple pool: jobs run on the event loop, `concurrency` at a time. `@ametrine/worker-threads`: they run in as many threads, from the modules of `scheduler.classLoadHelper.roots`',
    (draft, value) => {
      if (value.text === '@ametrine/worker-threads') draft.loading.threads = true;
      else if (value.text !== 'org.quartz.simpl.SimpleThreadPool')
        throw wrongValue(value, 'org.quartz.simpl.SimpleThreadPool or @ametrine/worker-threads');
    },
  ),
  honoured('threadPool.threadCount', '10', '`concurrency`', setWhole('concurrency', 1)),
  accepted('threadPool.threadPriority', '5', NO_THREADS),
  accepted('threadPool.threadNamePrefix', '', NO_THREADS),
  accepted('threadPool.makeThreadsDaemons', 'false', NO_THREADS),
  accepted('threadPool.threadsInheritGroupOfInitializingThread', 'true', NO_THREADS),
  accepted('threadPool.threadsInheritContextClassLoaderOfInitializingThread', 'false', NO_THREADS),
  refused(
    'threadExecutor.class',
    'org.quartz.impl.DefaultThreadExecutor',
    'There are no threads to be executed on',
    ['org.quartz.impl.DefaultThreadExecutor'],
  ),
  refused(
    'managementRESTService.enabled',
    'false',
    'There is no such service; put one in front of the scheduler’s own calls',
    ['false'],
  ),
  accepted('managementRESTService.bind', '0.0.0.0:9889', 'There is no such service'),
];

/** `plugin.…`, `jobListener.…`, `triggerListener.…`: a class, and whatever it takes. */
export const extensionKeys: readonly QuartzKey[] = [
  honoured(
    'plugin.NAME.class',
    '',
    '`plugins.NAME`: a stock plugin by Quartz’s name, a class handed over, or one of a module',
    setClass('plugins'),
  ),
  honoured('plugin.NAME.*', '', 'an option of that plugin, as a text', setProperty('plugins')),
  honoured('jobListener.NAME.class', '', '`jobListeners.NAME`', setClass('jobListeners')),
  honoured('jobListener.NAME.*', '', 'an option of that listener, as a text', setProperty('jobListeners')),
  honoured('triggerListener.NAME.class', '', '`triggerListeners.NAME`', setClass('triggerListeners')),
  honoured(
    'triggerListener.NAME.*',
    '',
    'an option of that listener, as a text',
    setProperty('triggerListeners'),
  ),
];

const OWN_CONNECTIONS = 'The driver of the store looks after its connections';

/** `dataSource.NAME.…`. */
export const dataSourceKeys: readonly QuartzKey[] = [
  accepted('dataSource.NAME.driver', '', 'The URL says which database it is'),
  honoured(
    'dataSource.NAME.URL',
    '',
    'the store and its connection: PostgreSQL, MySQL, MariaDB or SQLite',
    setSource('URL'),
  ),
  honoured('dataSource.NAME.user', '', 'the connection’s user', setSource('user')),
  honoured(
    'dataSource.NAME.password',
    '',
    'the connection’s password; better a reference such as `${env:DB_PASSWORD}`',
    setSource('password'),
  ),
  honoured(
    'dataSource.NAME.maxConnections',
    '10',
    '`maxConnections` of the store',
    setSource('maxConnections'),
  ),
  accepted('dataSource.NAME.validationQuery', '', OWN_CONNECTIONS),
  accepted('dataSource.NAME.validateOnCheckout', 'false', OWN_CONNECTIONS),
  accepted('dataSource.NAME.idleConnectionValidationSeconds', '50', OWN_CONNECTIONS),
  accepted('dataSource.NAME.discardIdleConnectionsSeconds', '0', OWN_CONNECTIONS),
  accepted('dataSource.NAME.provider', 'c3p0', OWN_CONNECTIONS),
  refused('dataSource.NAME.jndiURL', '', 'There is no naming service; write URL, user and password'),
  refused('dataSource.NAME.connectionProvider.class', '', 'Hand a pool to the store by code instead'),
];
