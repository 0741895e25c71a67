// What happens, as lines for people.

/** @param {string} text */
export function say(text) {
  console.log(`${clock(Date.now())}  ${text}`);
}

/**
 * An instant as the clock on the wall shows it, with its day unless that is today.
 *
 * @param {number} at epoch ms
 */
export function clock(at) {
  const date = new Date(at);
  const time = date.toTimeString().slice(0, 8);
  return date.toDateString() === new Date().toDateString() ? time : `${date.toDateString()} ${time}`;
}

/**
 * Listeners that write a line for each thing that happens.
 *
 * @param {(triggers: readonly import('@ametrine/core').Trigger[]) => void} onRecovery
 * @returns {import('@ametrine/core').InitialListeners}
 */
export function logListeners(onRecovery) {
  return {
    jobs: [
      {
        name: 'log',
        jobToBeExecuted({ job, trigger, recovering, recovers }) {
          const why =
            recovers === null ? trigger.key.name : `again, for the run of ${clock(recovers.firedAt)}`;
          say(`${job.key.name} started (${why})${recovering ? ' as a recovery' : ''}`);
        },
        jobWasExecuted({ job, result, runTimeMs, nextFireAt }, error) {
          const outcome =
            error === null ? `done in ${showMs(runTimeMs ?? 0)}: ${result}` : `FAILED: ${error.message}`;
          const next = nextFireAt === null ? '' : `; next ${whenDue(nextFireAt.getTime())}`;
          say(`${job.key.name} ${outcome}${next}`);
        },
      },
    ],
    triggers: [
      {
        name: 'log',
        triggerMisfired: ({ jobKey, key, nextFireAt }) =>
          say(`${jobKey.name} missed its time ${nextFireAt === null ? '' : clock(nextFireAt)} (${key.name})`),
      },
    ],
    scheduler: [
      {
        instanceRecovered({ recovering, abandoned, released }) {
          onRecovery(recovering);
          const again = recovering.map(({ jobKey, recovers }) => {
            return recovers === null
              ? jobKey.name
              : `${jobKey.name}, cut short after its start at ${clock(recovers.firedAt)}`;
          });
          const facts = [
            again.length === 0 ? 'no run has to be repeated' : `runs again: ${again.join('; ')}`,
            abandoned === 0 ? '' : `${count(abandoned, 'lost run')} did not ask to be repeated`,
            released === 0 ? '' : `${count(released, 'trigger')} had been claimed and not fired`,
          ];
          say(`Recovered after a crash: ${facts.filter((fact) => fact !== '').join('; ')}`);
        },
        schedulerError: (message, error) => say(`Problem: ${message}: ${error.message}`),
      },
    ],
  };
}

/** @param {number} at epoch ms */
function whenDue(at) {
  return at > Date.now() ? clock(at) : 'at once, overdue';
}

/** @param {number} ms */
function showMs(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/**
 * @param {number} number
 * @param {string} what
 */
function count(number, what) {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
