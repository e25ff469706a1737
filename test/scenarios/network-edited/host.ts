import type { Lab } from '../../fake-host/index.js';

/** With virsh net-edit and a restart: the bridge's settings, and a second record of an address. */
export default function byHand(lab: Lab): void {
  const uuid = lab.network('lab_lab');
  lab.host.editNetwork(uuid, (xml) =>
    xml
      .replace('stp="on" delay="0"', 'stp="off" delay="4"')
      .replace('</dns>', '<host ip="192.168.150.1"><hostname>b.lab</hostname></host></dns>'),
  );
  lab.host.restartNetwork(uuid);
}
