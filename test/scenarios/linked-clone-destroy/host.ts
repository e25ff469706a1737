import { diskAt, editXml, foreignDomain, withDevice, type Lab } from '../../fake-host/index.js';

/** Others' VMs: one that stands on a disk of the fleet's, one that has another as its own. */
export default function byHand(lab: Lab): void {
  const images = '/var/lib/libvirt/images';
  lab.host.storage.backing.set('/srv/clone.qcow2', `${images}/lab_edge-1-sda.qcow2`);
  const uses = { clone: '/srv/clone.qcow2', thief: `${images}/lab_old-sda.qcow2` };
  for (const [index, [name, file]] of Object.entries(uses).entries()) {
    const uuid = `00000000-0000-4000-8000-00000000001${index}`;
    const { xml } = foreignDomain({ name, uuid });
    lab.host.addDomain(editXml(xml, (domain) => withDevice(domain, diskAt(file, 'sda'))));
  }
}
