/**
 * `ametrine run`: a scheduler from a configuration file.
 *
 * @module
 */
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { schedulerOptionsFrom, showConfigured } from '@ametrine/config';
import { createScheduler, type Logger, type Scheduler } from '@ametrine/core';
import type { CheckedConfig } from '../config.js';
import { readConfig } from '../config-file.js';
import { type ConfigSources, readSources, SOURCE_OPTIONS } from '../config-sources.js';
import { EXIT_OK, usageError } from '../exit-code.js';
import { checkJobClasses, inlineClasses } from '../job-classes.js';
import { syncSchedule } from '../schedule-sync.js';
import { catchStopSignal, type StopSignal } from '../stop-signal.js';
import { RUN_USAGE } from '../usage.js';
import { LiveView } from '../view/live-view.js';
import { LogView } from '../view/log-view.js';
import type { RunFacts, RunView } from '../view/run-view.js';
import { watchScheduler } from '../watch-scheduler.js';

/**
 * Runs the command: until a signal stops it.
 *
 * @param args - what stands behind `run` on the command line
 * @returns the exit code
 * @throws SchedulerError for a wrong option or configuration, or a store that does not open
 */
export async function run(args: readonly string[], output: NodeJS.WriteStream): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...SOURCE_OPTIONS, log: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    output.write(RUN_USAGE);
    return EXIT_OK;
  }
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw usageError('ametrine run needs one configuration file');

  const sources = readSources(values);
  const config = await readConfig(file, Date.now(), sources);
  const log = new LateLog();
  const scheduler = await makeScheduler(config, file, sources, log);
  const view: RunView =
    output.isTTY && values.log !== true ? new LiveView(output, factsOf(scheduler)) : new LogView(output);
  log.to = (message) => view.show({ kind: 'log', message });
  const signal = catchStopSignal(() => view.close());
  try {
    await runUntilStopped(scheduler, config, file, view, signal);
    return EXIT_OK;
  } finally {
    signal.forget();
    view.close();
    await scheduler.shutdown({ wait: false });
  }
}

/** What plugins log goes to the view. Errors it shows by itself, as events. */
class LateLog implements Logger {
  to: (message: string) => void = () => {};
  debug(): void {}
  info(message: string): void {
    this.to(message);
  }
  warn(message: string): void {
    this.to(message);
  }
  error(): void {}
}

async function makeScheduler(
  config: CheckedConfig,
  file: string,
  sources: ConfigSources,
  logger: Logger,
): Promise<Scheduler> {
  const jobs = inlineClasses(config);
  const options = await schedulerOptionsFrom(config.scheduler, {
    ...sources,
    file,
    env: config.env,
    baseDir: dirname(resolve(file)),
    jobs,
    logger,
  });
  await checkJobClasses(config, jobs, options.jobClassResolver, file);
  return createScheduler(options);
}

/** A store in a few words. */
function describeStore({ type, path }: CheckedConfig['scheduler']['store']): string {
  return typeof path === 'string' ? `${type} ${showConfigured('path', path)}` : type;
}

async function runUntilStopped(
  scheduler: Scheduler,
  config: CheckedConfig,
  file: string,
  view: RunView,
  signal: StopSignal,
): Promise<void> {
  watchScheduler(scheduler, (event) => view.show(event));
  view.show({
    kind: 'starting',
    scheduler: scheduler.name,
    store: describeStore(config.scheduler.store),
  });
  const { stored, kept, over } = await syncSchedule(scheduler, config, file, Date.now());
  const summary = `${stored} triggers stored, ${kept} kept${over > 0 ? `, ${over} over already` : ''}`;
  view.show({ kind: 'scheduled', summary });
  if (!signal.received) {
    await scheduler.start();
    view.show({ kind: 'started' });
  }
  await signal.first;
  view.show({ kind: 'stopping', running: scheduler.currentlyExecuting().length });
  await scheduler.shutdown({ wait: true });
  view.show({ kind: 'stopped' });
}

function factsOf(scheduler: Scheduler): RunFacts {
  return {
    running: () =>
      scheduler
        .currentlyExecuting()
        .map(({ job, firedAt }) => ({ job: job.key, firedAt: firedAt.getTime() })),
    upcoming: async (limit) =>
      (await scheduler.listUpcomingTriggers(limit)).flatMap(({ key, nextFireAt }) =>
        nextFireAt === null ? [] : [{ trigger: key, fireAt: nextFireAt }],
      ),
  };
}
