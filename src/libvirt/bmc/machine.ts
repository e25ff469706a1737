/** A machine as its BMC shows it, from its definitions. Pure. */
import {
  isNamedFor,
  isNvramVolume,
  isUefi,
  type BmcMachine,
  type BmcMark,
  type BootOverride,
  type BootTarget,
  type DomainFacts,
  type DomainMark,
  type Power,
  type VolumeRef,
} from '../../model/index.js';
import { parseXml } from '../../xml/index.js';
import { domainFacts } from '../domain/fields/index.js';
import { MEDIA_TARGET } from '../domain/fields/media.js';
import { domainUuid } from '../domain/read.js';
import { domainMark } from '../marks.js';

export interface SeenMachine {
  /** The persistent definition, and what runs. */
  config: string;
  live: string | null;
  power: Power;
  /** It is off, and a start goes on with its saved memory. */
  saved: boolean;
}

/** What there is to know of a machine without its firmware's variables. */
export interface BmcReading extends SeenMachine {
  uuid: string;
  /** ven's own; null: it is not ven's. */
  owner: DomainMark | null;
  /** Of the persistent definition; empty: the BMC has changed nothing. */
  mark: BmcMark;
  facts: DomainFacts;
  /** The volume of the firmware's variables; null: it is none of ven's, or it has a BIOS. */
  nvram: VolumeRef | null;
  /** What runs was started with the override of `mark`. */
  isStartedWith: boolean;
  /** What runs was started since its guest was asked to power off for the restart of `mark`. */
  isRestarted: boolean;
}

export function readMachine(seen: SeenMachine): BmcReading {
  const config = parseXml(seen.config);
  const facts = domainFacts(config);
  const running = seen.live === null ? null : domainFacts(parseXml(seen.live));
  const owner = domainMark(config);
  const mark = facts.bmc ?? {};
  // Anybody can write a mark.
  const own = owner?.volumes.find((ref) => isNvramVolume(ref) && isNamedFor(owner, ref)) ?? null;
  const isUsed = own !== null && facts.nvram?.endsWith(`/${own.volume}`) === true;
  const { override } = mark;
  const started = running?.bmc?.override;
  return {
    ...seen,
    uuid: domainUuid(config),
    owner,
    mark,
    facts: running ?? facts,
    nvram: isUsed && isUefi(facts.firmware) ? own : null,
    isStartedWith:
      override !== undefined && started?.id === override.id && started.isArmed && override.isArmed,
    isRestarted: mark.restart !== undefined && running?.bmc?.restart?.id === mark.restart.id,
  };
}

/** `override`: the one that is still to come. */
export function machineOf(reading: BmcReading, override: BootOverride | null): BmcMachine {
  const { uuid, power, facts, mark, isRestarted } = reading;
  const { smbios } = facts;
  const drive = facts.disks.find(({ target }) => target === MEDIA_TARGET);
  return {
    uuid,
    power,
    isRestarting: power !== 'off' && mark.restart !== undefined && !isRestarted,
    override: override && {
      target: override.target,
      enabled: override.enabled,
      uri: override.uri,
    },
    targets: targetsOf(reading),
    media:
      drive === undefined || drive.path === null || mark.image === undefined
        ? null
        : { image: mark.image },
    hasDrive: drive !== undefined,
    cpus: facts.cpus,
    memoryBytes: facts.memoryKiB * 1024,
    nics: facts.nics.map(({ mac, link }) => ({ mac, linkUp: link?.state !== 'down' })),
    disks: facts.disks
      .filter(({ device }) => device === 'disk')
      .map(({ target, bus, serial = null }) => ({ target, bus, serial })),
    firmware: facts.firmware,
    tpm: facts.tpm,
    serialNumber: facts.serialNumber,
    manufacturer: smbios.manufacturer,
    product: smbios.product,
    assetTag: smbios.assetTag,
    smbiosUuid: smbios.uuid ?? uuid,
  };
}

function targetsOf({ facts, config }: BmcReading): BootTarget[] {
  const uefi = isUefi(facts.firmware);
  const has = {
    pxe: facts.nics.length > 0 && facts.pxe,
    hdd: facts.disks.some(({ device }) => device === 'disk'),
    cd: domainFacts(parseXml(config)).disks.some(({ target }) => target === MEDIA_TARGET),
    'uefi-http': uefi && facts.nics.length > 0,
    'bios-setup': uefi,
  } satisfies Record<BootTarget, boolean>;
  return (Object.keys(has) as BootTarget[]).filter((target) => has[target]);
}

/** The firmware consumes it; else it is a boot order. */
export function needsVariables(facts: DomainFacts, { enabled, uri }: BootOverride): boolean {
  return isUefi(facts.firmware) && (enabled === 'once' || uri !== null);
}

/** It is a boot order: for as long as it lasts, or since nobody consumes it. */
export function needsOrder(facts: DomainFacts, { enabled }: BootOverride): boolean {
  return !isUefi(facts.firmware) || enabled === 'continuous';
}
