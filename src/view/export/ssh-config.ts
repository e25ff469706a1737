/** Blocks for `ssh -F`, or an `Include` in ~/.ssh/config. */
import { isReachable, whyUnreachable } from './reach.js';
import type { ExportText } from './views.js';

export const sshConfigText: ExportText = ({ fleet, jump, vms }, { user }) => {
  const blocks = vms.map((exported) => {
    const { vm, addresses } = exported;
    if (!isReachable(exported)) return `# ${vm.name}: ${whyUnreachable(exported)}.\n`;
    const lines = [
      `Host ${vm.name} ${vm.domain}`,
      `  HostName ${addresses[0]}`,
      // The key is the VM's, whoever had the address before.
      `  HostKeyAlias ${vm.domain}`,
      ...(user === null ? [] : [`  User ${user}`]),
      ...(jump === null ? [] : [`  ProxyJump ${jump}`]),
    ];
    return `${lines.join('\n')}\n`;
  });
  return [`# The fleet ${fleet.name}, by ven export.\n`, ...blocks].join('\n');
};
