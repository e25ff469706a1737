import { domainFacts } from '../../../src/libvirt/index.js';
import { NO_IMPAIRMENT } from '../../../src/model/index.js';
import { parseXml, type Lab } from '../../fake-host/index.js';

/**
 * The first VM was restarted by hand, the second has another limit and its cable pulled, and the
 * fourth's packets get lost.
 */
export default function byHand(lab: Lab): void {
  const impair = (domain: string, loss: number): void => {
    const { live } = lab.host.domains.get(lab.domain(domain)) ?? {};
    for (const { tap } of domainFacts(parseXml(live ?? '')).nics)
      lab.host.impairments.set(tap ?? '', { ...NO_IMPAIRMENT, loss });
  };
  impair('lab_edge-1', 0);
  lab.host.editLive(lab.domain('lab_edge-2'), (xml) =>
    xml
      .replace('<inbound average="1"/>', '<inbound average="12500"/>')
      .replace('<mac address', '<link state="down"/><mac address'),
  );
  impair('lab_plain', 10);
}
