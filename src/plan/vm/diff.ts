import { compareVm, type VmDifference } from '../../libvirt/index.js';
import {
  isMediaVolume,
  volumeKey,
  type DomainMark,
  type FieldChange,
  type ResolvedFleet,
  type ResolvedVm,
  type VolumeRef,
} from '../../model/index.js';
import type { FleetOnHost, OwnedDomain } from '../fleet-on-host.js';
import { marksAgree, readyMark } from './marks.js';

/** What has to happen to a VM that is there and whole. Without `fields` it is as it should be. */
export interface VmDiff extends VmDifference {
  /** Some field can only be had by a replacement. */
  replace: boolean;
  /** The running VM must be powered off to take effect. */
  restart: boolean;
  /** It starts from its saved memory. */
  continues: boolean;
  /** It is perhaps not in the orchestrator any more, and shall be. */
  register: boolean;
  /** Whether NICs or volumes are about to be made that the mark does not name yet. */
  markFirst: boolean;
  /** The mark when all is done. */
  mark: DomainMark;
}

export function diffVm(
  fleet: ResolvedFleet,
  vm: ResolvedVm,
  domain: OwnedDomain,
  onHost: FleetOnHost,
  outages: ReadonlySet<string>,
): VmDiff {
  const { ready, unregistered } = domain.mark;
  const known = ready ? domain : withoutUnwritten(domain);
  const around = { ...onHost, outages };
  const there = asContinued(vm, known);
  const compared = asOthersStart(vm, there, (domain) => compareVm({ vm, domain, around }));
  // Until it starts, it is off: its volumes grow so, and its taps are still to be made.
  const difference =
    there === known
      ? compared
      : {
          ...compared,
          grow: compareVm({ vm, domain: known, around }).grow,
          reattach: [],
          fields: compared.fields.filter(({ path }) => !path.endsWith('.attached')),
        };
  const { power } = difference;
  const isUnknown = unregistered === true || !ready;
  const register = isUnknown && fleet.orchestrator?.onboarding === 'non-interactive';
  const applied = notApplied(
    difference,
    domain.mark,
    readyMark(fleet, vm, domain.mark, difference),
  );
  const mark = {
    ...(isExternal(vm) && domain.live !== null ? variablesKept(domain.mark, applied) : applied),
    ...(unregistered && !register ? { unregistered } : {}),
  };
  const fields = [
    ...difference.fields,
    ...protectField(domain.mark, vm),
    ...(register && ready ? [UNREGISTERED] : []),
    ...(ready ? [] : [UNFINISHED]),
  ];
  if (fields.length === 0 && !marksAgree(domain.mark, mark))
    fields.push(markField(domain.mark, vm));

  const replace = fields.some(({ effect }) => effect === 'replace');
  const restart = there.live !== null && fields.some(({ effect }) => effect === 'restart');
  const stays = restart || power === 'stop';
  return {
    ...difference,
    fields,
    notes: [
      ...costOf(restart, power, vm, {
        continues: there !== known,
        paused: domain.power === 'paused',
      }),
      ...difference.notes,
    ],
    warnings: [...difference.warnings, ...renamed(vm, domain)],
    // A NIC needs no hand where the VM starts again, or stops.
    live: stays ? [] : difference.live,
    reattach: stays ? [] : difference.reattach,
    replace,
    restart,
    continues: there !== known,
    register,
    mark,
    markFirst: isMarkedFirst(vm, domain.mark, difference),
  };
}

function isExternal({ power }: ResolvedVm): boolean {
  return power === 'external';
}

/**
 * Where others rule the power, nothing is restarted: what is changed in the definition waits for
 * the next start, and so does what differs only in what runs.
 */
function asOthersStart(
  vm: ResolvedVm,
  domain: OwnedDomain,
  compare: (domain: OwnedDomain) => VmDifference,
): VmDifference {
  const compared = compare(domain);
  if (!isExternal(vm) || domain.live === null) return compared;
  const defined = compare({ ...domain, live: null, liveXml: '' }).fields;
  const inDefinition = new Map(defined.map((field) => [field.path, field]));
  const waiting = compared.fields.filter(
    ({ path, effect }) => effect === 'restart' && !inDefinition.has(path),
  );
  return {
    ...compared,
    fields: compared.fields.flatMap((field) => {
      if (field.effect !== 'restart') return [field];
      const its = inDefinition.get(field.path);
      return its === undefined ? [] : [{ ...its, effect: 'next-start' as const }];
    }),
    warnings: [
      ...compared.warnings,
      ...waiting.map(
        ({ path, before, after }) =>
          `${vm.address}: ${path} ${before ?? 'none'} -> ${after ?? 'none'} takes effect when it ` +
          'is powered on next (power: external)',
      ),
    ],
  };
}

/** The firmware's variables are in use: what they have stays as it is, and the mark says so. */
function variablesKept(before: DomainMark, mark: DomainMark): DomainMark {
  const { certificates, keys } = before;
  if (certificates === mark.certificates && keys === mark.keys) return mark;
  const kept = { ...mark, digest: before.digest };
  delete kept.certificates;
  delete kept.keys;
  return {
    ...kept,
    ...(certificates !== undefined && { certificates }),
    ...(keys !== undefined && { keys }),
  };
}

/** Of what the VM ignores, the mark goes on saying what was applied, not what was never made. */
function notApplied(
  { ignored, create, nvram }: VmDifference,
  before: DomainMark,
  mark: DomainMark,
): DomainMark {
  if (ignored.length === 0) return mark;
  const paths = ignored.map(({ path }) => path);
  const { firmware, certificates, keys } = before;
  const asked = new Map(before.volumes.map((volume) => [volumeKey(volume), volume]));
  const isIgnoredNic = (mac: string): boolean => paths.includes(`nics.${mac.toLowerCase()}`);
  const kept = before.nics.filter(isIgnoredNic);
  const made = new Set([...create, ...(nvram === null ? [] : [nvram.ref])].map(volumeKey));
  return {
    ...mark,
    digest: before.digest,
    ...(paths.includes('firmware') && firmware !== undefined && { firmware }),
    ...(paths.includes('caCertificate') && { certificates }),
    ...(paths.includes('secureBoot') && { keys }),
    volumes: mark.volumes.flatMap((volume) => {
      const known = asked.get(volumeKey(volume));
      if (known === undefined)
        return made.has(volumeKey(volume)) || isMediaVolume(volume) ? [volume] : [];
      return [paths.some((path) => path.startsWith('disks.')) ? known : volume];
    }),
    nics: [
      ...new Set([...mark.nics.filter((mac) => !isIgnoredNic(mac) || kept.includes(mac)), ...kept]),
    ],
  };
}

/**
 * A start from saved memory continues what was saved, whatever the definition says: so that is
 * compared as what runs.
 */
function asContinued(vm: ResolvedVm, domain: OwnedDomain): OwnedDomain {
  const { saved, live } = domain;
  if (saved === undefined || live !== null || vm.power !== 'running') return domain;
  return { ...domain, live: saved.facts, liveXml: saved.xml };
}

/**
 * A half-made VM, whose mark says from the first moment what its firmware's variables are to have:
 * whether that was written nobody knows, unless the VM was started.
 */
function withoutUnwritten(domain: OwnedDomain): OwnedDomain {
  if (domain.live !== null) return domain;
  const mark = { ...domain.mark };
  delete mark.certificates;
  delete mark.keys;
  return { ...domain, mark };
}

const UNFINISHED: FieldChange = {
  path: 'ready',
  before: 'no',
  after: 'yes',
  effect: 'live',
  why: 'the run that created it did not finish',
};

const UNREGISTERED: FieldChange = {
  path: 'registered',
  before: 'perhaps not',
  after: 'yes',
  effect: 'live',
  why: 'a run that took it out of the orchestrator did not finish',
};

/** A mark of an older ven does not know: it learns of a protection, which else would not last. */
function protectField({ protect }: DomainMark, vm: ResolvedVm): FieldChange[] {
  if ((protect ?? false) === vm.protect) return [];
  const shown = (value: boolean): string => (value ? 'yes' : 'no');
  const before = protect === undefined ? null : shown(protect);
  return [{ path: 'protect', before, after: shown(vm.protect), effect: 'live' }];
}

function markField(mark: DomainMark, vm: ResolvedVm): FieldChange {
  return {
    path: 'mark',
    before: mark.digest.slice(0, 8),
    after: vm.digest.slice(0, 8),
    effect: 'live',
    why: 'its record of what was applied; changes nothing on the VM',
  };
}

function renamed(vm: ResolvedVm, { name }: OwnedDomain): string[] {
  if (name === vm.domain) return [];
  return [`${vm.address}: its domain was renamed to ${name}; ven goes by UUID and leaves the name`];
}

function isMarkedFirst(vm: ResolvedVm, mark: DomainMark, { create, nvram }: VmDifference): boolean {
  const made = new Set(mark.nics.map((mac) => mac.toLowerCase()));
  return (
    create.length > 0 ||
    (vm.media !== undefined && !names(mark, vm.media)) ||
    (nvram !== null && !names(mark, nvram.ref)) ||
    vm.nics.some(({ mac }) => !made.has(mac.toLowerCase()))
  );
}

function names(mark: DomainMark, ref: VolumeRef): boolean {
  return mark.volumes.some((volume) => volumeKey(volume) === volumeKey(ref));
}

function costOf(
  restart: boolean,
  power: VmDiff['power'],
  vm: ResolvedVm,
  { continues, paused }: { continues: boolean; paused: boolean },
): string[] {
  if (power === 'stop') return ['shuts the VM down'];
  // No memory is lost: the guest shuts down in order.
  if (restart && continues) return ['continues from its saved memory, and then restarts the VM'];
  if (restart) return [vm.power === 'off' ? 'shuts the VM down' : 'restarts the VM'];
  if (power !== 'start') return [];
  if (paused) return ['resumes the VM'];
  return [continues ? 'continues from its saved memory' : 'starts the VM'];
}
