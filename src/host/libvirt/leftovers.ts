import { existsSync } from 'node:fs';
import { isUefi, type Leftover, type ResolvedVm } from '../../model/index.js';
import { savedImage, tpmFolder, variablesFile } from '../../libvirt/index.js';

/** Files of this machine where a VM that does not exist would have its own. */
export function leftoversOf(vm: ResolvedVm): Leftover[] {
  const { uuid, firmware, nvram, tpm } = vm;
  const formats = ['fd', 'qcow2'] as const;
  const variables = isUefi(firmware) && nvram === null ? formats : [];
  return [
    ...variables.map((format) => ({ kind: 'variables' as const, path: variablesFile(vm, format) })),
    ...(tpm ? [{ kind: 'tpm' as const, path: tpmFolder(vm) }] : []),
    { kind: 'saved' as const, path: savedImage(vm) },
  ].flatMap((each) => (existsSync(each.path) ? [{ uuid, ...each }] : []));
}
