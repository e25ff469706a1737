/**
 * The files of a domain that are in no pool. QEMU's driver has their folders built in.
 *
 * The firmware's variables have the VM's UUID in their name, as the TPM's folder has: nobody's but
 * an earlier VM of the same fleet and name can be there, and they may be deleted. libvirt's own
 * name for them, `NAME_VARS.fd`, may be anybody's.
 */
import type { ResolvedVm } from '../../model/index.js';

type Named = Pick<ResolvedVm, 'domain' | 'uuid'>;

const QEMU = '/var/lib/libvirt/qemu';

/** The variables that libvirt creates at the first start. */
export function variablesFile({ domain, uuid }: Named, format: 'fd' | 'qcow2'): string {
  return `${QEMU}/nvram/${domain}-${uuid}_VARS.${format}`;
}

/** libvirt goes by the UUID. */
export function tpmFolder({ uuid }: Pick<Named, 'uuid'>): string {
  return `/var/lib/libvirt/swtpm/${uuid}`;
}

/** The memory of a VM that was put aside by `virsh managedsave`. libvirt goes by the name. */
export function savedImage({ domain }: Pick<Named, 'domain'>): string {
  return `${QEMU}/save/${domain}.save`;
}
