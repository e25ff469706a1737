import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { VenError } from '../model/index.js';
import { isLocal } from './local.js';

/** Where libvirt's daemons write about a domain: virtlogd (QEMU's output, the console) and swtpm. */
const FOLDERS = ['/var/log/libvirt/qemu', '/var/log/swtpm/libvirt/qemu'];

/**
 * Deletes what libvirt logged of a fleet's domains, also of those that are long gone. A domain's name is `<fleet>_<vm>`, and a
 * fleet's name has no underscore: so no other fleet's log is hit. On a remote host they stay.
 * @throws VenError `tool-failed`, naming the files that may not be deleted.
 */
export function removeDomainLogs(uri: string, fleet: string): void {
  if (!isLocal(uri)) return;
  const left: string[] = [];
  for (const folder of FOLDERS) {
    for (const name of namesIn(folder)) {
      if (!new RegExp(`^${fleet}_[a-z0-9-]+\\.log(\\.[0-9]+)?$`).test(name)) continue;
      try {
        rmSync(join(folder, name), { force: true });
      } catch {
        left.push(join(folder, name));
      }
    }
  }
  if (left.length === 0) return;
  throw new VenError('tool-failed', {
    summary: `${left.length} log files could not be deleted`,
    detail: left.join('\n'),
    hint: `They belong to root: sudo rm ${left.join(' ')}`,
  });
}

/** Empty where one may not look: then there is nothing that could be deleted either. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
