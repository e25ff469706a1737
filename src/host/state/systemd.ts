/** systemd: units of services, and that this process is ready. */
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { VenError } from '../../model/index.js';
import { commandLine, run, type Env } from '../exec.js';
import { cannot, replaceWith } from './files.js';

/** The first line of a unit that ven wrote, and so may change and delete. */
export const WRITTEN_BY_VEN = '# Written by ven. `ven bmc uninstall` takes it away again.';

export interface Units {
  /** systemd runs here, and takes units of this user. */
  isRunning: boolean;
  /** Of the machine; else of this user alone. */
  isSystem: boolean;
  pathOf: (unit: string) => string;
  /** A command for people. */
  systemctl: (...args: readonly string[]) => string;
}

export function unitsOf(env: Env): Units {
  const isSystem = process.geteuid?.() === 0;
  const given = env['XDG_CONFIG_HOME'];
  const home = given !== undefined && isAbsolute(given) ? given : join(homedir(), '.config');
  const folder = isSystem ? '/etc/systemd/system' : join(home, 'systemd/user');
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  const alive = isSystem ? '/run/systemd/system' : join(runtime, 'systemd');
  return {
    isRunning: isAbsolute(alive) && existsSync(alive),
    isSystem,
    pathOf: (unit) => join(folder, unit),
    systemctl: (...args) => commandLine('systemctl', [...(isSystem ? [] : ['--user']), ...args]),
  };
}

/**
 * Writes the unit, and starts it now and with the machine (or the user's login).
 * @throws VenError `foreign-object` for a unit that is not ven's
 */
export async function installUnit(unit: string, text: string, env: Env): Promise<void> {
  const path = unitsOf(env).pathOf(unit);
  refuseForeign(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    replaceWith(path, `${WRITTEN_BY_VEN}\n${text}`, 0o644);
  } catch (error) {
    throw cannot('write', path, error);
  }
  await systemctl(env, 'daemon-reload');
  await systemctl(env, 'enable', unit);
  await systemctl(env, 'restart', unit);
}

/** Stops it and deletes the unit. False: there was none. @throws VenError `foreign-object` */
export async function removeUnit(unit: string, env: Env): Promise<boolean> {
  const { pathOf, isRunning } = unitsOf(env);
  const path = pathOf(unit);
  if (!refuseForeign(path)) return false;
  if (isRunning) await systemctl(env, 'disable', '--now', unit);
  rmSync(path, { force: true });
  if (isRunning) await systemctl(env, 'daemon-reload');
  return true;
}

/** Whether there is one. */
function refuseForeign(path: string): boolean {
  if (!lstatSync(path, { throwIfNoEntry: false })) return false;
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // What can't be read is not ven's.
  }
  if (text.startsWith(WRITTEN_BY_VEN)) return true;
  throw new VenError('foreign-object', {
    summary: `${path} was not written by ven`,
    hint: `It is left alone. Look at it: ${commandLine('cat', [path])}`,
  });
}

async function systemctl(env: Env, ...args: readonly string[]): Promise<void> {
  const all = [...(unitsOf(env).isSystem ? [] : ['--user']), ...args];
  // A service that does not become ready takes as long as systemd lets it.
  await run('systemctl', all, { env, timeoutSeconds: 120 });
}

/** Tells systemd, where it started this process and waits for that. */
export async function notifyReady(env: Env): Promise<void> {
  const socket = env['NOTIFY_SOCKET'];
  if (socket === undefined) return;
  const extraEnv = { NOTIFY_SOCKET: socket };
  await run('systemd-notify', ['--ready'], { env, extraEnv, timeoutSeconds: 10 });
}
