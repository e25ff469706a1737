import type { HostFinding } from '../../model/index.js';
import type { VirshReply } from '../libvirt/virsh.js';
import { finding } from './finding.js';

export function networkFinding(network: string, info: VirshReply | undefined): HostFinding {
  if (!info?.ok)
    return finding(
      'network',
      'missing',
      `There is no network ${network} on the host, and the fleet file says it exists`,
      'virsh net-list --all',
    );
  return /^Active:\s+yes/m.test(info.text)
    ? finding('network', 'ok', `The network ${network} is active`)
    : finding(
        'network',
        'missing',
        `The network ${network} is not active`,
        `virsh net-start ${network} && virsh net-autostart ${network}`,
      );
}
