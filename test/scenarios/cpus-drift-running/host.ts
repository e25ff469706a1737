import { editXml, element, withChild, type Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  const uuid = lab.domain('lab_edge-1');
  const one = (xml: string): string =>
    editXml(xml, (domain) => withChild(domain, 'vcpu', element('vcpu', {}, ['1'])));
  lab.host.edit(uuid, one);
  lab.host.editLive(uuid, one);
}
