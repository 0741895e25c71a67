/**
 * Makes a subject by its name. Peers are loaded here and nowhere else, and only when they are asked for.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Subject, SubjectName, SubjectSetup } from './subject.js';

/** Opens a subject; throws when its package is not installed. */
export async function openSubject(name: SubjectName, setup: SubjectSetup): Promise<Subject> {
  switch (name) {
    case 'ametrine':
      return (await import('./ametrine.js')).openAmetrine(setup);
    case 'croner':
      return (await import('./croner.js')).openCroner(setup, versionOf(name));
    case 'node-schedule':
      return (await import('./node-schedule.js')).openNodeSchedule(setup, versionOf(name));
    case 'plainjob':
      return (await import('./plainjob.js')).openPlainjob(setup, versionOf(name));
    case 'bullmq':
      return (await import('./bullmq.js')).openBullmq(setup, versionOf(name));
    case 'pg-boss':
      return (await import('./pg-boss.js')).openPgBoss(setup, versionOf(name));
    case 'graphile-worker':
      return (await import('./graphile-worker.js')).openGraphileWorker(setup, versionOf(name));
    case 'agenda':
      return (await import('./agenda.js')).openAgenda(setup, versionOf(name));
    case 'sidequest':
      return (await import('./sidequest.js')).openSidequest(setup, versionOf(name));
  }
}

/** Whether the package of a subject can be loaded here. */
export function isInstalled(name: SubjectName): boolean {
  return manifestOf(name === 'ametrine' ? '@ametrine/core' : name) !== null;
}

/** The version of an installed package. */
export function versionOf(packageName: string): string {
  return manifestOf(packageName)?.version ?? 'not installed';
}

/** Looked up by hand: not every package exports its package.json. */
function manifestOf(packageName: string): { readonly version: string } | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', packageName, 'package.json');
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    if (folder === dirname(folder)) return null;
  }
}
