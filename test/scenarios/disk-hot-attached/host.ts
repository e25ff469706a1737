import { diskAt, editXml, withDevice, type Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  const uuid = lab.domain('lab_edge-1');
  const attached = (xml: string): string =>
    editXml(xml, (domain) => withDevice(domain, diskAt('/srv/mine.qcow2', 'vdz')));
  lab.host.edit(uuid, attached);
  lab.host.editLive(uuid, attached);
}
