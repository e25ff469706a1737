/**
 * The firmware's variables. What the firmware writes into them is its own affair: compared are the
 * certificates and the keys for secure boot that ven put there (by the mark), that the volume is
 * there, and that the VM uses it. Once made by ven, they stay ven's: a fleet file that names none
 * (any more) has them made without.
 */
import {
  firmwareMark,
  isNvramVolume,
  isUefi,
  volumeKey,
  type DomainFacts,
  type FieldChange,
  type VolumeRef,
} from '../../../model/index.js';
import { at, attribute, childrenNamed, textAt } from '../../../xml/index.js';
import { setNamed } from '../../edit.js';
import { required, type Comparison, type Difference, type Field, type Patch } from './field.js';

export const nvram: Field<Pick<DomainFacts, 'nvram'>> = {
  // Written as text, or since libvirt 8.5 as a source of its own.
  read: ({ os }) => ({
    nvram: (attribute(at(os, 'nvram', 'source'), 'file') ?? textAt(os, 'nvram')) || null,
  }),
  patches: { nvram: patchNvram },
  compare: (comparison) => compareOwn(comparison) ?? compareLibvirts(comparison),
  shown: null,
  digest: (facts) => [facts.nvram],
  covers: { places: ['os/nvram'] },
};

export function patchNvram(patch: Patch): void {
  const fresh = childrenNamed(required(patch.fresh, 'os'), 'nvram');
  setNamed(required(patch.domain, 'os'), 'nvram', fresh, ['type', 'firmware', 'loader']);
}

/** Variables that ven makes, now or from before; null: it makes none. */
function compareOwn({ vm, domain, around }: Comparison): Difference | null {
  const ref = vm.nvram ?? domain.mark.volumes.find(isNvramVolume);
  if (!isUefi(vm.firmware) || ref === undefined) return null;
  if (!isUefi(domain.config.firmware)) return compareEdited({ vm, domain, around }, ref);
  const used = domain.config.nvram?.endsWith(`/${ref.volume}`) === true;
  if (vm.nvram === null && !used) return null;

  const fields: FieldChange[] = [];
  const define: string[] = [];
  const effect = domain.live === null ? 'live' : 'restart';
  const { certificates, keys } = domain.mark;
  if (certificates !== vm.nvram?.certificates) {
    fields.push({
      path: 'caCertificate',
      before: shown(certificates),
      after: shown(vm.nvram?.certificates),
      effect,
    });
  }
  if (keys !== vm.nvram?.keys) {
    fields.push({
      path: 'secureBoot',
      before: shownKeys(keys),
      after: shownKeys(vm.nvram?.keys),
      effect,
    });
    // With the vendor's keys or without, a host may have another loader.
    if (keys === undefined || vm.nvram?.keys === undefined) define.push('loader');
  }
  const there = around.volumes.has(volumeKey(ref));
  const missing = isMissing(around, ref);
  if (!used) {
    define.push('nvram');
    if (fields.length === 0)
      fields.push({ path: 'nvram', before: domain.config.nvram, after: ref.volume, effect });
  } else if (missing && fields.length === 0) {
    fields.push(madeAgain(effect));
  }
  if (fields.length === 0) return {};
  // QEMU has the file open, and whoever rules the power is not ven.
  if (vm.power === 'external' && domain.live !== null)
    return { warnings: fields.map(({ path }) => waiting(vm.address, path)) };
  return { fields, define, ...writes(ref, !there) };
}

/** A person took the firmware out of the definition. It comes back, and looks for its variables. */
function compareEdited({ vm, domain, around }: Comparison, ref: VolumeRef): Difference | null {
  const isRestored = domain.mark.firmware === firmwareMark(vm.firmware);
  if (vm.nvram === null || !isRestored || !isMissing(around, ref)) return null;
  return {
    fields: [madeAgain(domain.live === null ? 'live' : 'restart')],
    ...writes(ref, true),
  };
}

function isMissing({ volumes, pools }: Comparison['around'], ref: VolumeRef): boolean {
  return !volumes.has(volumeKey(ref)) && pools.get(ref.pool)?.active === true;
}

function writes({ pool, volume }: VolumeRef, make: boolean): Pick<Difference, 'notes' | 'actions'> {
  return {
    notes: ['makes the firmware forget its boot entries'],
    actions: { nvram: { ref: { pool, volume }, make } },
  };
}

function waiting(address: string, path: string): string {
  return (
    `${address}: a change of ${path} waits until the VM is off (power: external), since it is ` +
    "written into the firmware's variables; run ven apply then"
  );
}

function madeAgain(effect: 'live' | 'restart'): FieldChange {
  const why = "the firmware's variables are gone";
  return { path: 'nvram', before: 'missing', after: 'from its template', effect, why };
}

/** Variables that libvirt makes, when the VM starts. */
function compareLibvirts({ vm, domain }: Comparison): Difference {
  const { live, nvramMissing } = domain;
  if (live === null || !isUefi(live.firmware) || !isUefi(vm.firmware) || nvramMissing !== true)
    return {};
  return { fields: [madeAgain('restart')] };
}

function shownKeys(keys: string | undefined): string {
  return keys === undefined ? "the vendor's keys" : `own keys, sha256 ${keys.slice(0, 8)}`;
}

function shown(certificates: string | undefined): string | null {
  return certificates === undefined ? null : `sha256 ${certificates.slice(0, 8)}`;
}
