/**
 * Finds what the log of the kill test shows to be wrong. Each check answers complaints; none means all is well.
 *
 * @module
 */
import { chainOf, type LoggedRun, type LogLine, originOf, runsOf } from './kill-log.js';
import type { Workload } from './workloads.mjs';

/**
 * Uptime, over all lives since its last fire, that a due trigger may take beyond its period. What is stuck stays so for
 * ever; but a disk that others write to makes everything silent at once: for 5 s beside a writer of 4 GB.
 */
const SLACK_MS = 20_000;

/** What a log is judged by. */
export interface Question {
  readonly workload: Workload;
  /** The log is complete: what was cut must have been run again, and every one-shot have run. */
  readonly final: boolean;
  /** Error codes that schedulers may report, and `stale`. @defaultValue none */
  readonly tolerates?: readonly string[] | undefined;
}

/** Everything that is wrong. */
export function judge(lines: readonly LogLine[], question: Question): string[] {
  const runs = runsOf(lines);
  const { workload, final, tolerates = [] } = question;
  return [
    ...lostTriggers(lines, workload),
    ...stuckTriggers(lines, workload),
    ...problems(lines, tolerates),
    ...doubleEnds(lines),
    ...overlaps(lines, runs, workload),
    ...countersGoneBack(lines, runs),
    ...wrongChains(runs, lines, question),
    ...silentTriggers(lines, runs, workload),
    ...(final ? lostOneShots(runs, workload) : []),
  ];
}

/** Every trigger is there at every start, and in a state from which it goes on by itself. */
function lostTriggers(lines: readonly LogLine[], { triggers }: Workload): string[] {
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

/** When nothing runs any more, every recurring trigger waits for its next time, and no other trigger is left. */
function stuckTriggers(lines: readonly LogLine[], { triggers }: Workload): string[] {
  return lines.flatMap((line) => {
    if (line.event !== 'inspected') return [];
    const stuck = Object.keys(triggers).flatMap((name) => {
      const state = line.states[name] ?? 'none';
      return state === 'normal' ? [] : [`at the end trigger ${name} is in state ${state}`];
    });
    const left = Object.entries(line.states).filter(([name]) => !(name in triggers));
    return [...stuck, ...left.map(([name, state]) => `at the end trigger ${name} is left in state ${state}`)];
  });
}

/** Nothing should fail, and nobody be taken for dead who is not. */
function problems(lines: readonly LogLine[], tolerates: readonly string[]): string[] {
  return lines.flatMap((line) => {
    if (line.event === 'problem') {
      return tolerates.includes(line.code ?? '') ? [] : [`life ${line.life}: ${line.message}`];
    }
    return line.event === 'stale' && !tolerates.includes('stale')
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

/** A non-concurrent job never runs twice at a time, in whatever process, its recovery runs included. */
function overlaps(lines: readonly LogLine[], runs: readonly LoggedRun[], { jobs }: Workload): string[] {
  const jobOf = new Map(runs.map((run) => [run.fireInstanceId, run.job]));
  const running = new Map<string, LogLine & { readonly fireInstanceId: string }>();
  const killed = new Set<number>();
  return lines.flatMap((line) => {
    if (line.event === 'killed') {
      killed.add(line.life);
      for (const [job, start] of running) if (start.life === line.life) running.delete(job);
    }
    if (line.event !== 'start' && line.event !== 'end') return [];
    const job = jobOf.get(line.fireInstanceId) ?? '';
    if (jobs[job]?.nonConcurrent !== true) return [];
    const other = running.get(job);
    if (line.event === 'end') {
      if (other?.fireInstanceId === line.fireInstanceId) running.delete(job);
      return [];
    }
    // What a life still writes while its death is on the way ends with it.
    if (!killed.has(line.life)) running.set(job, line);
    return other === undefined
      ? []
      : [
          `life ${line.life}: ${job} began ${line.fireInstanceId} while ${other.fireInstanceId} was running in life ${other.life}`,
        ];
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
 * it; a run that was completed is never repeated, nor one whose life was not killed. One that had ended without the
 * store's word may be either.
 */
function wrongChains(
  runs: readonly LoggedRun[],
  lines: readonly LogLine[],
  { workload, final }: Question,
): string[] {
  const { jobs } = workload;
  const kills = new Map(
    lines.flatMap((line, index) => (line.event === 'killed' ? [[line.life, index]] : [])),
  );
  return [...groupedBy(runs, (run) => chainOf(run, workload))].flatMap(([chain, links]) => {
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
      const lives = `in lives ${run.life} and ${next.life}`;
      if (!next.recovering) complaints.push(`${chain}: run twice, ${lives}`);
      if (!recovers)
        complaints.push(`${chain}: run again in life ${next.life}, which its job never asked for`);
      if (run.completed)
        complaints.push(`${chain}: completed in life ${run.life} and run again in life ${next.life}`);
      if (run.life === next.life) complaints.push(`${chain}: repeated within life ${run.life}`);
      else if ((kills.get(run.life) ?? Number.POSITIVE_INFINITY) > next.index)
        complaints.push(`${chain}: run ${lives}, though the first had not been killed`);
    }
    return complaints;
  });
}

/** Every one-shot has run to its end. */
function lostOneShots(runs: readonly LoggedRun[], { oneShots }: Workload): string[] {
  const runsOfOne = groupedBy(runs, (run) => originOf(run).name);
  return Object.keys(oneShots).flatMap((name) => {
    const links = runsOfOne.get(name) ?? [];
    if (links.some((run) => run.ended)) return [];
    return [`the one-shot ${name} ${links.length === 0 ? 'never ran' : 'never ran to its end'}`];
  });
}

/** No trigger is silent for longer than its period while a scheduler is up. */
function silentTriggers(
  lines: readonly LogLine[],
  runs: readonly LoggedRun[],
  { triggers }: Workload,
): string[] {
  const up = uptimes(lines);
  const firesOf = groupedBy(runs, (run) => run.trigger.name);
  return Object.entries(triggers).flatMap(([name, { periodMs }]) => {
    const fires = (firesOf.get(name) ?? []).map((run) => run.at);
    let silentMs = 0;
    let next = 0;
    for (const { from, to } of up) {
      let since = from;
      for (let fire = fires[next]; ; fire = fires[++next]) {
        const until = fire === undefined || fire > to ? to : fire;
        silentMs += Math.max(0, until - since);
        if (silentMs > periodMs + SLACK_MS) return [`trigger ${name} did not fire for ${silentMs} ms`];
        since = until;
        if (fire === undefined || fire > to) break;
        silentMs = 0;
      }
    }
    return [];
  });
}

/** When at least one scheduler was up. One whose end is not in the log still is. */
function uptimes(lines: readonly LogLine[]): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  const up = new Set<number>();
  for (const { event, life, at } of lines) {
    if (event === 'started') {
      if (up.size === 0) spans.push({ from: at, to: Date.now() });
      up.add(life);
    }
    if ((event === 'killed' || event === 'stopped') && up.delete(life) && up.size === 0) {
      const last = spans.at(-1);
      if (last !== undefined) last.to = at;
    }
  }
  return spans;
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
