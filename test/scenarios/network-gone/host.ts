import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.undefineNetwork(lab.network('lab_lab'));
}
