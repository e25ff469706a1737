import { editXml, element, withChild, type Lab } from '../../fake-host/index.js';

/** `setmem --config` and `setvcpus --config` of the first, `setmem --live` of the second. */
export default function byHand(lab: Lab): void {
  const less = (xml: string): string =>
    editXml(xml, (domain) =>
      withChild(domain, 'currentMemory', element('currentMemory', { unit: 'KiB' }, ['131072'])),
    );
  const fewer = (xml: string): string =>
    editXml(xml, (domain) =>
      withChild(domain, 'vcpu', element('vcpu', { placement: 'static', current: '1' }, ['4'])),
    );
  const first = lab.domain('lab_edge-1');
  lab.host.edit(first, (xml) => fewer(less(xml)));
  lab.host.editLive(lab.domain('lab_edge-2'), less);
}
