import { editXml, mapChildren, withChild, type Lab } from '../../fake-host/index.js';

/** The definition boots with a BIOS by now, so it is only what runs that misses its NVRAM. */
export default function byHand(lab: Lab): void {
  lab.host.edit(lab.domain('lab_edge-1'), (xml) =>
    editXml(xml, (domain) =>
      mapChildren(domain, (part) =>
        part.name === 'os' ? withChild(withChild(part, 'loader', null), 'nvram', null) : part,
      ),
    ),
  );
  lab.host.nvrams.delete('/var/lib/libvirt/qemu/nvram/lab_edge-1_VARS.fd');
}
