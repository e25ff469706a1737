import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { VenError } from '../../model/index.js';
import type { Env } from '../exec.js';
import { isLocal } from '../libvirt/local.js';
import { Virsh } from '../libvirt/virsh.js';

/**
 * The folders where libvirt's daemons log: virtlogd (QEMU's output, the console) and swtpm.
 */
const FOLDERS = ['/var/log/libvirt/qemu', '/var/log/swtpm/libvirt/qemu'];

/**
 * Deletes libvirt's logs of a fleet's domains, earlier ones included, after the fleet itself was
 * destroyed. A domain's name is `<fleet>_<vm>`, and a fleet's name has no underscore, so no other
 * fleet's log is hit. Logs of a domain that still exists stay, ven's or foreign. On a remote host
 * all logs stay.
 * @throws VenError `tool-failed`, with the files that may not be deleted; or libvirt's error.
 */
export async function removeDomainLogs(uri: string, fleet: string, env: Env): Promise<void> {
  if (!isLocal(uri)) return;
  const [there = ''] = await new Virsh({ uri, env }).must([['list', '--all', '--name']]);
  const names = there.split('\n').map((name) => name.trim());
  const left: string[] = [];
  for (const folder of FOLDERS) {
    for (const name of logsOf(fleet, namesIn(folder), names)) {
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

/**
 * Of `files`, the logs of the fleet's domains, without domains that exist (`there`):
 * `<domain>.log`, `<domain>-console.log` and `<domain>-swtpm.log`, older ones with a number behind.
 */
export function logsOf(
  fleet: string,
  files: readonly string[],
  there: readonly string[],
): string[] {
  const ours = new RegExp(`^(${fleet}_[a-z0-9-]+?)(-console|-swtpm)?\\.log(\\.[0-9]+)?$`);
  const existing = new Set(there);
  return files.filter((file) => {
    const [, domain, kind = ''] = ours.exec(file) ?? [];
    // A domain may also be called `<fleet>_a-console`.
    return domain !== undefined && !existing.has(domain) && !existing.has(`${domain}${kind}`);
  });
}

/** Empty for a folder that may not be read: its files could not be deleted either. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
