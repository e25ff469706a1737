import type { Lab } from '../../fake-host/index.js';

/** `virsh edit`: of the first VM, which then started again, and of the second, which still runs. */
export default function byHand(lab: Lab): void {
  const edit = (xml: string): string =>
    xml
      .replace('>qemu64<', '>Nehalem<')
      .replace('<acpi/>', '')
      .replace('<on_reboot>restart', '<on_reboot>destroy')
      .replace(/type="qcow2"/, 'type="raw"')
      .replace(/<rng[^]*<\/rng>/, '')
      .replace('<mac address', '<link state="down"/><mac address');
  const first = lab.domain('lab_edge-1');
  lab.host.edit(first, edit);
  lab.host.editLive(first, edit);
  lab.host.edit(lab.domain('lab_edge-2'), edit);
}
