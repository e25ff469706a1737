import type { Lab } from '../../fake-host/index.js';

/** What is ignored and what is not, of the first VM, while it runs. */
export default function byHand(lab: Lab): void {
  const edit = (xml: string): string =>
    xml
      .replace('>qemu64<', '>Nehalem<')
      .replace('<on_reboot>restart', '<on_reboot>destroy')
      .replace('discard="unmap"', 'discard="ignore"')
      .replace('<mac address', '<link state="down"/><mac address');
  const uuid = lab.domain('lab_edge-1');
  lab.host.edit(uuid, edit);
  lab.host.editLive(uuid, edit);
}
