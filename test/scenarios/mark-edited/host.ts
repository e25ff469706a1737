import type { Lab } from '../../fake-host/index.js';

/** Somebody wrote others' volumes into the marks, in all spellings. */
export default function byHand(lab: Lab): void {
  lab.host.addForeignVolume('default', 'precious.qcow2');
  lab.host.addForeignVolume('default', 'lab_edge-2-sda.qcow2');
  lab.host.addForeignVolume('default', 'lab_oldest-nvram.fd');
  const more = [
    'precious.qcow2',
    '/var/lib/libvirt/images/precious.qcow2',
    '../images/precious.qcow2',
    'lab_edge-2-sda.qcow2',
    'lab_oldest-nvram.fd',
  ].map((name) => `<ven:volume pool="default" name="${name}"/>`);
  for (const name of ['lab_edge', 'lab_old']) {
    const edit = (xml: string): string => xml.replace(/<ven:volume/, `${more.join('')}$&`);
    lab.host.edit(lab.domain(name), edit);
    lab.host.editLive(lab.domain(name), edit);
  }
}
