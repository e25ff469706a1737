import { editXml, element, withChild, type Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.edit(lab.domain('lab_edge-1'), (xml) =>
    editXml(xml, (domain) =>
      withChild(domain, 'memory', element('memory', { unit: 'GiB' }, ['1'])),
    ),
  );
}
