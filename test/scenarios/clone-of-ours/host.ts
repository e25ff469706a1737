import { editXml, element, withChild, type Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  const config = lab.host.domains.get(lab.domain('lab_edge-2'))?.config ?? '';
  // With files of its own, as virt-clone makes it; the mark is the original's.
  const original = config
    .replace('/lab_edge-2-sda.qcow2', '/copy.qcow2')
    .replace(/\/lab_edge-2[^/<]*_VARS\.fd/, '/copy_VARS.fd');
  lab.host.addDomain(
    editXml(original, (domain) =>
      withChild(
        withChild(domain, 'uuid', element('uuid', {}, ['00000000-0000-4000-8000-000000000003'])),
        'name',
        element('name', {}, ['copy']),
      ),
    ),
  );
}
