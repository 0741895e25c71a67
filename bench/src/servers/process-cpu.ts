import { readFileSync } from 'node:fs';

/** Linux counts in these, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;

/**
 * The processor time of a server since it started, with that of its child processes: PostgreSQL has one for each
 * connection. Null where the system does not tell.
 */
export function cpuSecondsOf(pid: number): number | null {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    const own = ticksOf(pid);
    // Of children that have ended the parent keeps the sum.
    return (
      (own.self + own.ended + children.reduce((sum, child) => sum + ticksOf(Number(child)).self, 0)) /
      TICKS_PER_SECOND
    );
  } catch {
    return null;
  }
}

function ticksOf(pid: number): { self: number; ended: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, a name, may hold spaces; it ends at the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [self = 0, system = 0, ended = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
  return { self: self + system, ended: ended + endedSystem };
}
