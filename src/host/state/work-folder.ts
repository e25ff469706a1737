/** The folder of a fleet's work files: where it is, that it may be written to, what goes away. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  type Stats,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { VenError } from '../../model/index.js';
import { commandLine, type Env } from '../exec.js';
import { hostOf } from '../libvirt/local.js';
import { removeRuns } from './journal.js';
import { VAGRANT_FOLDER } from './vagrant-folder.js';

/**
 * `$XDG_STATE_HOME/ven/<fleet>-<hash of the host>`. Only the path; writing creates the folder. An
 * earlier ven took the hash of the URI as it was spelled: such a folder is still used.
 */
export function workFolder({ uri, fleet, env }: { uri: string; fleet: string; env: Env }): string {
  const folderOf = (host: string): string =>
    join(
      stateFolder(env),
      `${fleet}-${createHash('sha256').update(host).digest('hex').slice(0, 8)}`,
    );
  const folder = folderOf(hostOf(uri));
  const earlier = folderOf(uri);
  return !existsSync(folder) && existsSync(earlier) ? earlier : folder;
}

/** `$XDG_STATE_HOME/ven`: holds the work folders. */
export function stateFolder(env: Env): string {
  const given = env['XDG_STATE_HOME'];
  const state =
    given !== undefined && isAbsolute(given)
      ? given
      : join(env['HOME'] ?? homedir(), '.local/state');
  return join(state, 'ven');
}

/**
 * What is written there would end elsewhere, or somebody else could change it.
 * @throws VenError `host-not-ready` for a link, and for a folder that is somebody else's or that
 * everybody may write to.
 */
export function checkWorkFolder(workDir: string): void {
  const above = statSync(dirname(workDir), { throwIfNoEntry: false });
  const own = lstatSync(workDir, { throwIfNoEntry: false });
  if (own?.isSymbolicLink()) throw unsafe(workDir, 'is a symbolic link');
  if (above) refuseOthers(dirname(workDir), above, [process.geteuid?.(), 0]);
  if (own) refuseOthers(workDir, own, [process.geteuid?.()]);
}

function refuseOthers(
  folder: string,
  { uid, mode }: Stats,
  owners: readonly (number | undefined)[],
): void {
  if (!owners.includes(uid)) throw unsafe(folder, `belongs to another user (${uid})`);
  if ((mode & 0o002) !== 0) throw unsafe(folder, 'is a folder that every user may write to');
}

function unsafe(folder: string, what: string): VenError {
  return new VenError('host-not-ready', {
    summary: `${folder} ${what}: ven keeps no work files there`,
    hint:
      `Look at it (${commandLine('ls', ['-ld', folder])}) and put it right, ` +
      'or name another place: XDG_STATE_HOME=/path ven …',
  });
}

/** What ven writes into a work folder; whatever else is there stays. */
const WRITTEN: Readonly<Record<string, (folder: string) => void>> = {
  nodes: (folder) => {
    removeFiles(folder, /^[a-z0-9-]+\.json(?:\.[0-9]+\.new)?$/);
  },
  bmc: (folder) => {
    removeFiles(folder, /^(?:keys|certificate)\.pem(?:\.[0-9]+\.tmp)?$/);
  },
  vagrant: (folder) => {
    rmSync(folder, { recursive: true, force: true });
  },
  [VAGRANT_FOLDER]: (folder) => {
    rmSync(folder, { recursive: true, force: true });
  },
  consoles: (folder) => {
    removeFiles(folder, /^[a-z0-9-]+_[a-z0-9-]+\.log(?:\.[0-9])?$/);
  },
  logs: (folder) => {
    removeFiles(folder, /^[a-z0-9-]+\.log$/);
  },
  runs: (folder) => {
    removeRuns(folder, 0);
  },
};

/** `keepLogs`: the folders `logs` and `runs` stay. @throws VenError as `checkWorkFolder` */
export function removeWorkFolder(workDir: string, { keepLogs }: { keepLogs: boolean }): void {
  checkWorkFolder(workDir);
  if (!existsSync(workDir)) return;
  for (const [name, remove] of Object.entries(WRITTEN)) {
    const folder = join(workDir, name);
    if (keepLogs && (name === 'logs' || name === 'runs')) continue;
    if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) continue;
    remove(folder);
    removeEmpty(folder);
  }
  if (removeEmpty(workDir)) removeEmpty(dirname(workDir));
}

function removeFiles(folder: string, names: RegExp): void {
  for (const name of readdirSync(folder)) if (names.test(name)) rmSync(join(folder, name));
}

/** False: it has something in it. */
function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}
