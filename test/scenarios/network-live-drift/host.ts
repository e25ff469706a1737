import type { Lab } from '../../fake-host/index.js';

/** With virsh net-update --live: a reservation went, a name came, another range. */
export default function byHand(lab: Lab): void {
  lab.host.editLiveNetwork(lab.network('lab_lab'), (xml) =>
    xml
      .replace(/<host mac="[^"]*" name="edge" ip="192.168.150.10"\/>/, '')
      .replace('</dns>', '<host ip="192.168.150.80"><hostname>other.lab</hostname></host></dns>')
      .replace('end="192.168.150.155"/>', 'end="192.168.150.99"/>'),
  );
}
