/**
 * A home for vagrant that is ven's own. In the user's home lie an index of the machines of all
 * their projects, in which vagrant looks up each name that it is given as the beginning of an id;
 * and a Vagrantfile whose triggers and settings hold for every machine. Both stay out of it. What
 * is needed of that home is the plugin, where the user has installed it.
 */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Env } from '../exec.js';
import { inState } from '../state/files.js';

const PLUGIN = 'vagrant-libvirt';

/** Makes the home in `folder`, which exists; its path is what VAGRANT_HOME has to be. */
export function makeVagrantHome(folder: string, env: Env): string {
  const home = join(folder, 'home');
  const users = env['VAGRANT_HOME'] || join(env['HOME'] ?? homedir(), '.vagrant.d');
  const plugins = pluginsWanted(join(users, 'plugins.json'));
  inState(home, () => {
    mkdirSync(home, { mode: 0o700 });
    if (plugins === null) return;
    writeFileSync(join(home, 'plugins.json'), plugins, { mode: 0o600 });
    symlinkSync(join(users, 'gems'), join(home, 'gems'));
  });
  return home;
}

/**
 * A list of plugins (`{ version, installed: { NAME: … } }`) without all others: these would hook
 * themselves into what is done to ven's VMs. null: the plugin is not among them, and then it is the
 * system's.
 */
function pluginsWanted(path: string): string | null {
  try {
    const list = JSON.parse(readFileSync(path, 'utf8')) as { installed?: Record<string, unknown> };
    const plugin = list.installed?.[PLUGIN];
    return plugin ? JSON.stringify({ ...list, installed: { [PLUGIN]: plugin } }) : null;
  } catch {
    return null;
  }
}
