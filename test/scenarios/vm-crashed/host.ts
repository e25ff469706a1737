import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.crash(lab.domain('lab_edge-1'));
}
