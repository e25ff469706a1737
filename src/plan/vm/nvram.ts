import {
  isNvramVolume,
  isUefi,
  type FieldChange,
  type ResolvedVm,
  type VolumeRef,
} from '../../model/index.js';
import { volumeKey, type OwnedDomain, type FleetOnHost } from '../fleet-on-host.js';

export interface NvramDiff {
  fields: FieldChange[];
  notes: string[];
  /** Field paths for `vm-define`. */
  define: string[];
  /** The volume to make from the template, with what the fleet file names in it, while the VM is off. */
  fill: { ref: VolumeRef; make: boolean } | null;
  /** ven makes this VM's firmware variables, now or from before. */
  ours: boolean;
}

/**
 * Firmware variables that ven makes. What the firmware writes into them is its own affair: compared are the certificates and
 * the keys for secure boot that ven put there (by the mark), that the volume is there, and that the VM uses it. Once made, they stay ven's: a fleet file that names none
 * (any more) has them made without.
 */
export function diffNvram(vm: ResolvedVm, domain: OwnedDomain, onHost: FleetOnHost): NvramDiff {
  const diff: NvramDiff = { fields: [], notes: [], define: [], fill: null, ours: false };
  const ref = vm.nvram ?? domain.mark.volumes.find(isNvramVolume);
  const used = ref !== undefined && domain.config.nvram?.endsWith(`/${ref.volume}`) === true;
  if (
    !isUefi(vm.firmware) ||
    !isUefi(domain.config.firmware) ||
    ref === undefined ||
    (vm.nvram === null && !used)
  )
    return diff;
  diff.ours = true;

  const effect = domain.live === null ? 'live' : 'restart';
  const { certificates, keys } = domain.mark;
  if (certificates !== vm.nvram?.certificates) {
    diff.fields.push({
      path: 'caCertificate',
      before: shown(certificates),
      after: shown(vm.nvram?.certificates),
      effect,
    });
  }
  if (keys !== vm.nvram?.keys) {
    diff.fields.push({
      path: 'secureBoot',
      before: shownKeys(keys),
      after: shownKeys(vm.nvram?.keys),
      effect,
    });
    // With the vendor's keys or without, a host may have another loader.
    if (keys === undefined || vm.nvram?.keys === undefined) diff.define.push('loader');
  }
  const missing =
    !onHost.volumes.has(volumeKey(ref)) && onHost.pools.get(ref.pool)?.active === true;
  if (!used) {
    diff.define.push('nvram');
    if (diff.fields.length === 0)
      diff.fields.push({ path: 'nvram', before: domain.config.nvram, after: ref.volume, effect });
  } else if (missing && diff.fields.length === 0) {
    const why = "the firmware's variables are gone";
    diff.fields.push({ path: 'nvram', before: 'missing', after: 'from its template', effect, why });
  }
  if (diff.fields.length === 0) return diff;
  diff.fill = {
    ref: { pool: ref.pool, volume: ref.volume },
    make: !onHost.volumes.has(volumeKey(ref)),
  };
  diff.notes.push('makes the firmware forget its boot entries');
  return diff;
}

function shownKeys(keys: string | undefined): string {
  return keys === undefined ? "the vendor's keys" : `own keys, sha256 ${keys.slice(0, 8)}`;
}

function shown(certificates: string | undefined): string | null {
  return certificates === undefined ? null : `sha256 ${certificates.slice(0, 8)}`;
}
