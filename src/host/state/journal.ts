/** The events of runs, in the work folder. */
import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Journal } from '../../model/index.js';
import { inState, makeStateFolder } from './files.js';

const MAX_RUNS = 50;
const MAX_BYTES = 64 * 1024 * 1024;
const EVENTS = 'events.jsonl';
/** As `openJournal` names it; in order of time. */
const RUN = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9-]+Z$/;

/**
 * `runs/<run>/events.jsonl`, one event per line, synced at once. A full disk does not end the run.
 * Older runs go away, but for the last 50, or fewer where these have more than 64 MiB.
 */
export function openJournal(workDir: string): Journal {
  const run = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const folder = join(workDir, 'runs', run);
  makeStateFolder(folder);
  removeRuns(join(workDir, 'runs'), MAX_RUNS);
  const path = join(folder, 'events.jsonl');
  const fd = inState(path, () => openSync(path, 'a', 0o600));
  let open = true;
  return {
    run,
    write(event) {
      try {
        if (open) appendFileSync(fd, `${JSON.stringify(event)}\n`);
      } catch {
        // The run is more important than its journal.
      }
    },
    close() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/** Removes all runs but the newest: as many as `keep`, and no more than 64 MiB of them. */
export function removeRuns(folder: string, keep: number): void {
  const runs = readdirSync(folder)
    .filter((name) => RUN.test(name))
    .sort()
    .reverse();
  let bytes = 0;
  for (const [index, name] of runs.entries()) {
    const path = join(folder, name, EVENTS);
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (index < keep && (index === 0 || bytes <= MAX_BYTES)) continue;
    try {
      rmSync(path, { force: true });
      rmdirSync(join(folder, name));
    } catch {
      // Not ours alone: it stays.
    }
  }
}
