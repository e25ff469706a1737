import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { geteuid } from 'node:process';
import { VenError } from '../../model/index.js';
import { isLocal } from '../libvirt/local.js';
import { LOG_FOLDER } from './console-log.js';

/** Whose consoles are to be read. */
export interface LogsToRead {
  uri: string;
  /**
   * libvirt's names, also of domains that are not there yet; none: only what is so for any domain
   * of this host is checked.
   */
  domains: readonly string[];
  /** Where the logs are; for tests. */
  folder?: string | undefined;
  /** Whoever reads them is root; for tests. */
  root?: boolean | undefined;
}

/**
 * Whether what these domains say, or will, can be followed from here. @throws VenError
 * `host-not-ready`
 */
export function checkConsoleLogs({
  uri,
  domains,
  folder = LOG_FOLDER,
  root = geteuid?.() === 0,
}: LogsToRead): void {
  if (!isLocal(uri)) {
    throw new VenError('host-not-ready', {
      summary: `The nodes' consoles are logged on another machine: ${uri}`,
      detail: 'ven watches nodes through these logs, and answers there.',
      hint:
        'Run ven on that machine, with the same fleet file and uri: qemu:///system. VMs ' +
        'can be made from here, without --wait.',
    });
  }
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
  // Logs to come belong to root: whoever may read others of them has been let in on purpose.
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
