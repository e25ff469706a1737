import type { Lab } from '../../fake-host/index.js';

/** With virsh net-edit, and the network was not started anew. */
export default function byHand(lab: Lab): void {
  lab.host.editNetwork(lab.network('lab_lab'), (xml) =>
    xml
      .replace(/<host mac="[^"]*" name="edge" ip="192.168.150.10"\/>/, '')
      .replace(
        'end="192.168.150.155"/>',
        'end="192.168.150.99"/><range start="192.168.150.200" end="192.168.150.210"/>',
      )
      .replace('mode="nat"', 'mode="route"')
      .replace('stp="on"', 'stp="off"')
      .replace(/<mac address="[^"]*"\/>/, '<mtu size="1400"/>'),
  );
}
