import { editXml, element, mapDevices, type Lab } from '../../fake-host/index.js';

/** Somebody wrote the two NICs of a VM the other way round. */
export default function byHand(lab: Lab): void {
  const macs = ['52:54:00:aa:01:01', '52:54:00:aa:01:02'];
  lab.host.edit(lab.domain('lab_by-hand'), (xml) =>
    editXml(xml, (domain) =>
      mapDevices(domain, 'interface', (nic) => ({
        ...nic,
        children: nic.children.map((part) =>
          typeof part !== 'string' && part.name === 'mac'
            ? element('mac', { address: macs.shift() ?? '' })
            : part,
        ),
      })),
    ),
  );
}
