/** The digests of what is applied to a host; a mark has the one that was applied last. */
import type { OwnNetwork, ResolvedVm } from '../../model/index.js';
import { digest } from './identity.js';

/** What of a VM ven applies to the host: the rest is about where, whether and how. */
export type AppliedVm = Omit<
  ResolvedVm,
  'bmc' | 'protect' | 'ignore' | 'shutdownTimeoutSeconds' | 'placement' | 'digest' | 'boot'
> & { boot: readonly ResolvedVm['boot'][number][] };

/**
 * Here and below, a value that is the same as before the key existed is left out: so a new version
 * of ven does not change the digest.
 */
export function vmDigest(applied: AppliedVm): string {
  return digest({
    ...applied,
    // A fixed address belongs to the network, not to the VM.
    nics: applied.nics.map((nic) => ({ ...nic, ip: null })),
    pxe: applied.pxe ? undefined : false,
    nvram: applied.nvram ?? undefined,
  });
}

export function networkDigest(fields: Omit<OwnNetwork, 'digest'>): string {
  return digest({ ...fields, bootUrl: fields.bootUrl ?? undefined });
}
