/** A program of this machine that shows a VM's screen. */
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Screen } from '../../model/index.js';
import type { Env } from '../exec.js';
import { open } from './hand-over.js';
import { isLocal } from '../libvirt/local.js';

/** `uri`: the host's; null: libvirt does not know the VM, and the address is this machine's. */
export interface ScreenAt extends Screen {
  uri: string | null;
}

interface Viewer {
  program: string;
  args: (screen: ScreenAt) => string[];
  /** Whether it reaches the VM's host by itself. */
  reachesRemote?: true;
}

/** In this order. */
const VIEWERS: readonly Viewer[] = [
  {
    program: 'virt-viewer',
    args: ({ uri, uuid }) => ['--connect', uri ?? '', '--uuid', uuid],
    reachesRemote: true,
  },
  {
    program: 'remote-viewer',
    args: (screen) => [`vnc://${hostPart(screen.listen)}:${screen.port}`],
  },
  // Two colons: a port, not a display.
  { program: 'vncviewer', args: (screen) => [`${hostPart(screen.listen)}::${screen.port}`] },
  { program: 'xtigervncviewer', args: (screen) => [`${hostPart(screen.listen)}::${screen.port}`] },
  { program: 'gvncviewer', args: (screen) => [`${hostPart(screen.listen)}:${screen.port - 5900}`] },
];

/**
 * Starts the first viewer that is installed, which runs on after ven, and returns its name; null:
 * no viewer, or no display.
 * @throws VenError `tool-failed` when it ends at once.
 */
export async function startViewer(screen: ScreenAt, env: Env): Promise<string | null> {
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return null;
  const viewer = VIEWERS.find(
    ({ program, reachesRemote }) =>
      (screen.uri === null ? !reachesRemote : reachesRemote || isLocal(screen.uri)) &&
      isInstalled(program, env),
  );
  if (!viewer) return null;
  await open(viewer.program, viewer.args(screen), env);
  return viewer.program;
}

/** The address, on the same machine, of a server that listens there. */
function hostPart(listen: string): string {
  if (listen === '0.0.0.0') return '127.0.0.1';
  if (listen === '::') return '[::1]';
  return listen.includes(':') ? `[${listen}]` : listen;
}

function isInstalled(program: string, env: Env): boolean {
  return (env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      if (!isAbsolute(folder)) return false;
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
