import { editXml, mapChildren, withChild, type Lab } from '../../fake-host/index.js';
import { variablesFile } from '../../../src/libvirt/index.js';

/** The definition boots with a BIOS by now, so it is only what runs that misses its NVRAM. */
export default function byHand(lab: Lab): void {
  lab.host.edit(lab.domain('lab_edge-1'), (xml) =>
    editXml(xml, (domain) =>
      mapChildren(domain, (part) =>
        part.name === 'os' ? withChild(withChild(part, 'loader', null), 'nvram', null) : part,
      ),
    ),
  );
  const domain = 'lab_edge-1';
  lab.host.nvrams.delete(variablesFile({ domain, uuid: lab.domain(domain) }, 'fd'));
}
