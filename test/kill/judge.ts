/**
 * Finds what the log of the kill test shows to be wrong. Each check answers complaints; none means all is well.
 *
 * @module
 */
import { chainOf, type LoggedRun, type LogLine, runsOf } from './kill-log.js';
import { jobs, triggers } from './workload.mjs';

/** When each life ended: epoch ms by the life's number. A life that still goes on ends now. */
export type LifeEnds = ReadonlyMap<number, number>;

/**
 * Uptime, over all lives since its last fire, that a due trigger may take beyond its period. What is stuck stays so for
 * ever; but a disk that others write to makes everything silent at once: for 5 s beside a writer of 4 GB.
 */
const SLACK_MS = 20_000;

/** Everything that is wrong; chains of recovery are judged to the end only when `final`. */
export function judge(lines: readonly LogLine[], ends: LifeEnds, final: boolean): string[] {
  const runs = runsOf(lines);
  return [
    ...lostTriggers(lines),
    ...problems(lines),
    ...doubleEnds(lines),
    ...overlaps(lines, runs),
    ...countersGoneBack(lines, runs),
    ...wrongChains(runs, final),
    ...silentTriggers(lines, runs, ends),
  ];
}

/** Every trigger is there at every start, and in a state from which it goes on by itself. */
function lostTriggers(lines: readonly LogLine[]): string[] {
  return lines.flatMap((line) => {
    if (line.event !== 'opened') return [];
    return Object.keys(triggers).flatMap((name) => {
      const state = line.states[name] ?? 'none';
      return state === 'normal' || state === 'blocked'
        ? []
        : [`life ${line.life}: trigger ${name} is in state ${state}`];
    });
  });
}

/** Nobody else is there who could make a completion stale, and nothing should fail. */
function problems(lines: readonly LogLine[]): string[] {
  return lines.flatMap((line) => {
    if (line.event === 'problem') return [`life ${line.life}: ${line.message}`];
    return line.event === 'stale'
      ? [`life ${line.life}: the completion of ${line.fireInstanceId} was stale`]
      : [];
  });
}

/** No fire instance starts, ends or is completed twice. */
function doubleEnds(lines: readonly LogLine[]): string[] {
  const seen = new Set<string>();
  return lines.flatMap((line) => {
    if (!('fireInstanceId' in line)) return [];
    const fact = `${line.event} of ${line.fireInstanceId}`;
    if (seen.has(fact)) return [`life ${line.life}: a second ${fact}`];
    seen.add(fact);
    return [];
  });
}

/** A non-concurrent job never runs twice at a time, its recovery runs included. */
function overlaps(lines: readonly LogLine[], runs: readonly LoggedRun[]): string[] {
  const jobOf = new Map(runs.map((run) => [run.fireInstanceId, run.job]));
  const running = new Map<string, string>();
  return lines.flatMap((line) => {
    if (line.event !== 'start' && line.event !== 'end') return [];
    const job = jobOf.get(line.fireInstanceId) ?? '';
    if (jobs[job]?.nonConcurrent !== true) return [];
    const place = `life ${line.life}: ${job}`;
    if (line.event === 'end') {
      running.delete(place);
      return [];
    }
    const other = running.get(place);
    running.set(place, line.fireInstanceId);
    return other === undefined ? [] : [`${place} began ${line.fireInstanceId} while ${other} was running`];
  });
}

/** A run reads at least what the last acknowledged completion left, and at most what the last end wanted to leave. */
function countersGoneBack(lines: readonly LogLine[], runs: readonly LoggedRun[]): string[] {
  const jobOf = new Map(runs.map((run) => [run.fireInstanceId, run.job]));
  const left = new Map<string, number>();
  const acknowledged = new Map<string, number>();
  const attempted = new Map<string, number>();
  return lines.flatMap((line) => {
    if (!('fireInstanceId' in line)) return [];
    const { fireInstanceId } = line;
    const job = jobOf.get(fireInstanceId) ?? '';
    if (line.event === 'end' && line.count !== undefined) {
      left.set(fireInstanceId, line.count);
      attempted.set(job, Math.max(line.count, attempted.get(job) ?? 0));
    } else if (line.event === 'completed' && left.has(fireInstanceId)) {
      acknowledged.set(job, left.get(fireInstanceId) ?? 0);
    } else if (line.event === 'start' && line.count !== undefined) {
      const [least, most] = [acknowledged.get(job) ?? 0, attempted.get(job) ?? 0];
      if (line.count < least || line.count > most) {
        return [
          `life ${line.life}: ${job} read the count ${line.count}, which should be ${least} to ${most}`,
        ];
      }
    }
    return [];
  });
}

/**
 * A run that was cut short is run again, once in each later life until one is completed, when its job asked for
 * it; a run that was completed is never repeated. One that had ended without the store's word may be either.
 */
function wrongChains(runs: readonly LoggedRun[], final: boolean): string[] {
  return [...groupedBy(runs, chainOf)].flatMap(([chain, links]) => {
    const complaints: string[] = [];
    for (const [index, run] of links.entries()) {
      const next = links[index + 1];
      const recovers = jobs[run.job]?.requestsRecovery === true;
      if (run.recovering !== (run.recovers !== null))
        complaints.push(`${chain}: recovering is ${run.recovering}`);
      if (next === undefined) {
        if (final && recovers && !run.ended)
          complaints.push(`${chain}: cut in life ${run.life} and not run again`);
        continue;
      }
      if (!next.recovering) complaints.push(`${chain}: run twice, in lives ${run.life} and ${next.life}`);
      if (!recovers)
        complaints.push(`${chain}: run again in life ${next.life}, which its job never asked for`);
      if (run.completed)
        complaints.push(`${chain}: completed in life ${run.life} and run again in life ${next.life}`);
      if (run.life === next.life) complaints.push(`${chain}: repeated within life ${run.life}`);
    }
    return complaints;
  });
}

/** After a start, as before it, no trigger is silent for longer than its period while its scheduler is up. */
function silentTriggers(lines: readonly LogLine[], runs: readonly LoggedRun[], ends: LifeEnds): string[] {
  const starts = new Map(
    lines.flatMap((line) => (line.event === 'started' ? [[line.life, line.at] as const] : [])),
  );
  const firesOf = groupedBy(runs, (run) => run.trigger.name);
  return Object.entries(triggers).flatMap(([name, { periodMs }]) => {
    const fires = firesOf.get(name) ?? [];
    let silentMs = 0;
    for (const [life, startedAt] of starts) {
      const end = ends.get(life) ?? Date.now();
      let since = startedAt;
      for (const { at } of [...fires.filter((run) => run.life === life), { at: end }]) {
        silentMs += Math.max(0, at - since);
        if (silentMs > periodMs + SLACK_MS)
          return [`life ${life}: trigger ${name} did not fire for ${silentMs} ms`];
        since = at;
        if (at !== end) silentMs = 0;
      }
    }
    return [];
  });
}

function groupedBy<T>(items: readonly T[], textOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(textOf(item));
    if (group === undefined) groups.set(textOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
