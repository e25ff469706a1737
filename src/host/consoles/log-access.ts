import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { geteuid } from 'node:process';
import { VenError } from '../../model/index.js';
import { LOG_FOLDER } from './console-log.js';

/** The consoles to read. */
export interface LogsToRead {
  /**
   * libvirt's names, also of domains that do not exist yet; none: only checks that hold for every
   * domain of this host.
   */
  domains: readonly string[];
  /** The folder of the logs; for tests. */
  folder?: string | undefined;
  /** Whether the reader is root; for tests. */
  root?: boolean | undefined;
}

/**
 * Checks that the present and future logs of these domains can be read here. @throws VenError
 * `host-not-ready`
 */
export function checkConsoleLogs({
  domains,
  folder = LOG_FOLDER,
  root = geteuid?.() === 0,
}: LogsToRead): void {
  if (domains.length === 0) return;
  if (!isFolder(folder)) {
    throw new VenError('host-not-ready', {
      summary: `libvirt's logs are not here: there is no folder ${folder}`,
      detail: "ven watches nodes through their consoles' logs.",
      hint:
        "Run ven where libvirtd runs; in a container, with that folder of the host's " +
        'mounted at the same place. See ven doctor.',
    });
  }
  const paths = domains.map((domain) => `${folder}/${domain}-console.log`);
  const states = paths.map((path) => stateOf(path));
  const refused = paths.find((_, index) => states[index] === 'refused');
  if (refused !== undefined) throw notAllowed(refused);
  // Future logs belong to root: a user who can read other such logs was given access.
  const later = paths.find((_, index) => states[index] === 'missing');
  if (later !== undefined && !root && !mayReadSome(folder)) throw notAllowed(later);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw notAllowed(path);
  }
}

function stateOf(path: string): 'readable' | 'missing' | 'refused' {
  try {
    accessSync(path, constants.R_OK);
    return 'readable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'refused';
  }
}

function mayReadSome(folder: string): boolean {
  try {
    return readdirSync(folder).some(
      (name) => name.endsWith('-console.log') && stateOf(`${folder}/${name}`) === 'readable',
    );
  } catch {
    return false;
  }
}

function notAllowed(path: string): VenError {
  return new VenError('host-not-ready', {
    summary: `You may not read the nodes' consoles: ${path}`,
    detail:
      'libvirt logs there what the VMs say, and keeps it to root. ven watches nodes ' +
      'through these logs. Nothing was changed.',
    hint:
      'Run it as root: sudo --preserve-env=ONBOARDING_USERNAME,ONBOARDING_PASSWORD ven … ' +
      '(sudo drops the environment; name what ven is to have of it). VMs can be made without ' +
      'root, and without --wait.',
  });
}
