import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { VenError } from '../../model/index.js';
import type { HostFiles } from '../libvirt/host-files.js';
import type { Virsh } from '../libvirt/virsh.js';

/**
 * The folders where libvirt's daemons log: virtlogd (QEMU's output, the console) and swtpm.
 */
const FOLDERS = ['/var/log/libvirt/qemu', '/var/log/swtpm/libvirt/qemu'];

/**
 * Deletes libvirt's logs of a fleet's domains, earlier ones included, after the fleet itself was
 * destroyed. A domain's name is `<fleet>_<vm>`, and a fleet's name has no underscore, so no other
 * fleet's log is hit. Logs of a domain that still exists stay, ven's or foreign. `files`: of a host
 * that is another machine.
 * @throws VenError `tool-failed`, with the files that may not be deleted, and the folders that may
 * not be listed; or libvirt's error.
 */
export async function removeDomainLogs(
  virsh: Virsh,
  fleet: string,
  files: HostFiles | null,
): Promise<void> {
  const [there = ''] = await virsh.must([['list', '--all', '--name']]);
  const names = there.split('\n').map((name) => name.trim());
  if (files !== null) {
    const found = await files.list(FOLDERS);
    const logs = FOLDERS.flatMap((folder, index) =>
      logsOf(fleet, found[index] ?? [], names).map((name) => join(folder, name)),
    );
    if (logs.length > 0) await files.remove(logs);
    return;
  }
  const left: string[] = [];
  const closed: string[] = [];
  for (const folder of FOLDERS) {
    const files = namesIn(folder);
    if (files === null) closed.push(folder);
    for (const name of logsOf(fleet, files ?? [], names)) {
      try {
        rmSync(join(folder, name), { force: true });
      } catch {
        left.push(join(folder, name));
      }
    }
  }
  const error = leftError(fleet, left, closed);
  if (error !== null) throw error;
}

/** null: nothing was left. */
export function leftError(
  fleet: string,
  left: readonly string[],
  closed: readonly string[],
): VenError | null {
  if (left.length === 0 && closed.length === 0) return null;
  const files = `${left.length} log ${left.length === 1 ? 'file' : 'files'}`;
  const list = closed.map((folder) => `sudo find ${folder} -name '${fleet}_*.log*'`);
  return new VenError('tool-failed', {
    summary:
      left.length > 0
        ? `${files} could not be deleted`
        : `Logs of the fleet ${fleet} may be left, in a folder that can't be listed`,
    detail: [...left, ...closed.map((folder) => `${folder}: it can't be listed`)].join('\n'),
    hint: [
      ...(left.length === 0 ? [] : [`They belong to root: sudo rm ${left.join(' ')}`]),
      ...(list.length === 0 ? [] : [`To see what is there: ${list.join('; ')}`]),
    ].join('. '),
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

/** A folder that is not there has none; null: it can't be listed. */
export function namesIn(folder: string): string[] | null {
  try {
    return readdirSync(folder);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : null;
  }
}
