import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.powerOff(lab.domain('lab_edge-2'));
}
