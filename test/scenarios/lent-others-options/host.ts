import { bootNetwork } from '../../../src/libvirt/network/boot.js';
import type { Lab } from '../../fake-host/index.js';

/** Its owner has it boot something already. */
export default function byHand(lab: Lab): void {
  const network = lab.host.networks.get(lab.network('default'));
  if (!network) throw new Error('no network default');
  network.xml = bootNetwork(
    network.xml,
    { fleet: 'x', network: 'y' },
    'http://theirs.test/c.efi',
  ).replace(/<metadata>.*<\/metadata>/s, '');
}
