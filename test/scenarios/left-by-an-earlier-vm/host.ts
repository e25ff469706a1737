import type { Lab } from '../../fake-host/index.js';
import { tpmFolder, variablesFile } from '../../../src/libvirt/index.js';
import { vmUuid } from '../../../src/model/index.js';

/** Someone undefined edge-1 with --keep-nvram and --keep-tpm. */
export default function byHand(lab: Lab): void {
  const vm = { domain: 'lab_edge-1', uuid: vmUuid('lab', 'edge-1') };
  lab.host.leftovers = [
    { uuid: vm.uuid, kind: 'variables', path: variablesFile(vm, 'fd') },
    { uuid: vm.uuid, kind: 'tpm', path: tpmFolder(vm) },
  ];
}
