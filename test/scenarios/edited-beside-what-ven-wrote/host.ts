import type { Lab } from '../../fake-host/index.js';

/** What others add is theirs: it is no drift. */
export default function byHand(lab: Lab): void {
  const added = (xml: string): string =>
    xml
      .replace('<acpi/>', '<acpi/><pae/>')
      .replace('<cpu mode="custom"', '<cpu mode="custom" migratable="on"')
      .replace('discard="unmap"', 'discard="unmap" cache="none"')
      .replace(
        '<controller type="usb" model="none"/>',
        '<controller type="usb" index="0" model="qemu-xhci"/>' +
          '<channel type="unix"><target type="virtio" name="org.qemu.guest_agent.0"/></channel>',
      )
      .replace('<rng', '<rng model="virtio"><backend model="egd"/></rng><rng')
      .replace('machine="q35"', 'machine="pc-q35-7.2"');
  const uuid = lab.domain('lab_edge-1');
  lab.host.edit(uuid, added);
  lab.host.editLive(uuid, added);
}
