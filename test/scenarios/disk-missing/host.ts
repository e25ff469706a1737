import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.powerOff(lab.domain('lab_edge'));
  lab.host.storage.delete('default', 'lab_edge-sda.qcow2');
}
