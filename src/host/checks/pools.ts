import type { HostFinding } from '../../model/index.js';
import type { VirshReply } from '../libvirt/virsh.js';
import { finding } from './finding.js';

export function poolFinding(
  pool: string,
  xml: VirshReply | undefined,
  info: VirshReply | undefined,
): HostFinding {
  if (xml?.ok) {
    const active = /^State:\s+running/m.test(info?.text ?? '');
    return finding(
      'pool',
      'ok',
      active
        ? `The storage pool ${pool} is active`
        : `The storage pool ${pool} is not active; apply starts it`,
    );
  }
  if (pool === 'default')
    return finding('pool', 'ok', 'There is no storage pool default yet; apply makes it');
  return finding(
    'pool',
    'missing',
    `There is no storage pool ${pool}`,
    `virsh pool-define-as ${pool} dir --target /path/to/folder && virsh pool-build ` +
      `${pool} && virsh pool-start ${pool} && virsh pool-autostart ${pool}`,
  );
}
