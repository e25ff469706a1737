import { networkFacts } from '../../../src/libvirt/index.js';
import { parseXml, type Lab } from '../../fake-host/index.js';

/** The network is off, and another one has its subnet: it was there first. */
export default function byHand(lab: Lab): void {
  const uuid = lab.network('lab_lab');
  lab.host.switchNetworkOff(uuid);
  const { gateway } = networkFacts(parseXml(lab.host.networks.get(uuid)?.xml ?? ''));
  lab.host.addForeignNetwork({ name: 'winner', bridge: 'virbr9', gateway: gateway ?? '' });
}
