import type { Lab } from '../../fake-host/index.js';

/** Somebody took one of the options out, added a host of their own, and started it anew. */
export default function byHand(lab: Lab): void {
  const uuid = lab.network('default');
  const edit = (xml: string): string =>
    xml
      .replace(/<dnsmasq:option value="dhcp-match=[^"]*"\/>/, '')
      .replace(
        '<ip ',
        '<dns><host ip="192.168.122.1"><hostname>theirs</hostname></host></dns><ip ',
      );
  lab.host.editNetwork(uuid, edit);
  lab.host.editLiveNetwork(uuid, edit);
}
