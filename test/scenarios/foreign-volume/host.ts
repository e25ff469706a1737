import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.addForeignVolume('default', 'lab_edge-1-sda.qcow2');
}
