import type { Lab } from '../../fake-host/index.js';

/** Something on the host took one bridge away, and ended the other network's dnsmasq. */
export default function byHand(lab: Lab): void {
  lab.host.loseBridge(lab.network('lab_lab'));
  lab.host.killDnsmasq(lab.network('lab_quiet'));
}
