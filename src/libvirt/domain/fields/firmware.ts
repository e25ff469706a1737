/**
 * The firmware's files: its loader, and what a template it has says of secure boot. Its variables
 * are `nvram`.
 */
import {
  firmwareKind,
  firmwareMark,
  isUefi,
  type DomainFacts,
  type DomainMark,
  type FirmwareKind,
  type ResolvedFirmware,
} from '../../../model/index.js';
import { attribute, child, childrenNamed, textAt, type XmlElement } from '../../../xml/index.js';
import { insertAfter, setNamed } from '../../edit.js';
import { changeOf, required, type Field, type Patch } from './field.js';
import { patchNvram } from './nvram.js';

export const firmware: Field<Pick<DomainFacts, 'firmware' | 'loader'>> = {
  read: ({ os }) => ({ firmware: kindOf(os), loader: textAt(os, 'loader') || null }),
  patches: {
    firmware(patch) {
      patchLoader(patch);
      patchNvram(patch);
    },
    loader: patchLoader,
  },
  compare({ vm, domain }) {
    const path = 'firmware';
    const change = changeOf(domain, {
      path,
      wanted: shown(vm.firmware),
      found: (facts) => found(vm.firmware, domain.mark, facts),
      effect: 'restart',
    });
    if (change === null) return {};
    if (change.define && isOther(vm.firmware, domain.mark)) {
      const why = 'what is installed boots with the other firmware only';
      return { fields: [{ ...change.field, effect: 'replace', why }] };
    }
    return { fields: [change.field], define: change.define ? [path] : [] };
  },
  shown: {
    name: 'firmware',
    wanted: (vm) => shown(vm.firmware),
    observed: ({ config }) => config.firmware,
  },
  digest: (facts) => [facts.firmware, facts.loader],
  covers: { places: ['os@firmware', 'os/firmware', 'os/loader', 'features/smm'] },
};

function kindOf(os: XmlElement | undefined): FirmwareKind {
  const loader = child(os, 'loader');
  if (attribute(os, 'firmware') !== 'efi' && attribute(loader, 'type') !== 'pflash') return 'bios';
  const features = childrenNamed(child(os, 'firmware'), 'feature');
  const asked = features.some(
    (feature) =>
      attribute(feature, 'name') === 'secure-boot' && attribute(feature, 'enabled') === 'yes',
  );
  // What the loader says itself counts more than what libvirt was asked to choose by.
  return (attribute(loader, 'secure') ?? (asked ? 'yes' : 'no')) === 'yes' ? 'uefi-secure' : 'uefi';
}

/** All of the firmware but its variables. */
function patchLoader(patch: Patch): void {
  if (isUefi(patch.vm.firmware) && patch.firmware === null)
    throw new Error(`${patch.vm.address}: its firmware is not decided`);
  const os = required(patch.domain, 'os');
  const fresh = required(patch.fresh, 'os');
  const automatic = attribute(fresh, 'firmware');
  if (automatic === null) delete os.attrs['firmware'];
  else os.attrs['firmware'] = automatic;
  setNamed(os, 'firmware', childrenNamed(fresh, 'firmware'), ['type']);
  setNamed(os, 'loader', childrenNamed(fresh, 'loader'), ['type', 'firmware']);
  const features = child(patch.domain, 'features');
  const smm = childrenNamed(child(patch.fresh, 'features'), 'smm');
  if (features) setNamed(features, 'smm', smm, []);
  else if (smm.length > 0)
    insertAfter(patch.domain, ['os', 'idmap'], childrenNamed(patch.fresh, 'features'));
}

/** The kind, or the files that the fleet file names. */
function shown(wanted: ResolvedFirmware): string {
  return typeof wanted === 'string'
    ? wanted
    : `${firmwareKind(wanted)}, ${wanted.loader} with ${wanted.nvramTemplate}`;
}

/**
 * What a definition has, as far as `wanted` is about it: files of the host's choice are not
 * compared, since they move with its packages. Which template the variables came from only the mark
 * tells.
 */
function found(
  wanted: ResolvedFirmware,
  mark: DomainMark,
  { firmware: kind, loader }: DomainFacts,
): string {
  if (kind !== firmwareKind(wanted)) return kind;
  if (isOther(wanted, mark)) {
    const [, template] = /^[^:]*:(.*)$/.exec(mark.firmware ?? '') ?? [];
    return template === undefined ? kind : `${kind}, with ${template}`;
  }
  if (typeof wanted === 'object' && loader !== wanted.loader)
    return `${kind}, ${loader ?? 'of the host'}`;
  return shown(wanted);
}

/**
 * Whether the fleet file asked for other firmware, or another template, when it was applied last.
 */
function isOther(wanted: ResolvedFirmware, mark: DomainMark): boolean {
  return mark.firmware !== undefined && mark.firmware !== firmwareMark(wanted);
}
