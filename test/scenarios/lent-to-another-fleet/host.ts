import { bootNetwork } from '../../../src/libvirt/network/boot.js';
import type { Lab } from '../../fake-host/index.js';

/** Another fleet boots through it. */
export default function byHand(lab: Lab): void {
  const network = lab.host.networks.get(lab.network('default'));
  if (!network) throw new Error('no network default');
  network.xml = bootNetwork(
    network.xml,
    { fleet: 'lab-2', network: 'common' },
    'http://boot.lab.test/b.efi',
  );
}
