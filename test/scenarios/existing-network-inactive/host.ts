import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.switchNetworkOff(lab.network('default'));
}
