import type { Lab } from '../../fake-host/index.js';

/** Somebody took one of the options out, and added a host of their own. */
export default function byHand(lab: Lab): void {
  const network = lab.host.networks.get(lab.network('default'));
  if (!network) throw new Error('no network default');
  network.xml = network.xml
    .replace(/<dnsmasq:option value="dhcp-match=[^"]*"\/>/, '')
    .replace('<ip ', '<dns><host ip="192.168.122.1"><hostname>theirs</hostname></host></dns><ip ');
}
