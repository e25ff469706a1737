import { editXml, mapDevices, withAttribute, type Lab } from '../../fake-host/index.js';

/** With `virsh update-device`, say. */
export default (lab: Lab): void => {
  const other = (xml: string): string =>
    editXml(xml, (domain) =>
      mapDevices(domain, 'graphics', (graphics) => withAttribute(graphics, 'passwd', 'theirs')),
    );
  lab.host.editLive(lab.domain('lab_by-hand'), other);
};
