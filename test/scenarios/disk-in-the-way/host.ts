import { diskAt, editXml, withDevice, type Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.edit(lab.domain('lab_edge'), (xml) =>
    editXml(xml, (domain) => withDevice(domain, diskAt('/srv/mine.qcow2', 'sdb'))),
  );
}
