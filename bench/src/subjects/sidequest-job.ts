/**
 * The job of the subject sidequest. It has a file of its own because Sidequest finds a job's class by the file that
 * constructs it.
 *
 * @module
 */
import { SIDEQUEST, type SidequestModule } from './sidequest-module.js';
import type { Events } from './subject.js';

const sidequest = (await import(SIDEQUEST)) as SidequestModule;
const Job: SidequestModule['Job'] = sidequest.Job;
let told: Events | null = null;

/** Whom runs are told from now on. */
export function tell(events: Events): void {
  told = events;
}

/** Says that it runs. */
export class BenchJob extends Job {
  run(id: number): void {
    told?.ran(id, null);
    told?.completed(1);
  }
}
