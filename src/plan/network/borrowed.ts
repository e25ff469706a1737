import {
  isUefi,
  VenError,
  type Address,
  type BootMark,
  type Change,
  type ExistingNetwork,
  type FieldChange,
  type ObservedNetwork,
  type Reason,
  type ResolvedFleet,
  type ResolvedVm,
  type Step,
} from '../../model/index.js';
import { formatList } from '../format.js';
import type { OwnedDomain, FleetOnHost } from '../fleet-on-host.js';
import type { Selection } from '../select.js';
import { staysFor, usersOf } from './attached.js';

/** Somebody else's networks, lent to the fleet to boot through, and given back as they were. */
export interface LentNetworks {
  steps: Step[];
  changes: Change[];
  /** By libvirt name of the network: the step that whoever is on it waits for. */
  ready: ReadonlyMap<string, string>;
  /** libvirt names of networks that do not run, and are started. */
  starting: ReadonlySet<string>;
  /** Steps that wait for VMs that are moved elsewhere. */
  waitForMoved: { step: Step; moved: readonly Address[] }[];
  /** Addresses of those that are as they should be. */
  kept: Address[];
}

/** VMs that leave a network in this plan, by UUID. */
export interface Leaving {
  deleted: ReadonlySet<string>;
  moved: ReadonlySet<string>;
}

/** A network that the fleet file wants boot options on. */
type Wanted = ExistingNetwork & { bootUrl: string };

export function wantedBoots(fleet: ResolvedFleet): Map<string, Wanted> {
  const wanted = fleet.networks.flatMap((network) => {
    if (network.kind !== 'existing') return [];
    const { bootUrl } = network;
    return bootUrl === null ? [] : [[network.libvirtName, { ...network, bootUrl }] as const];
  });
  return new Map(wanted.reverse());
}

/** By what name the fleet's file has, or had, a network that is lent to it, or that a killed run left undone; null: neither. */
function nameOf(
  network: ObservedNetwork,
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
): string | null {
  const user =
    network.boot?.fleets.find((each) => each.fleet === fleet.name) ??
    halfDoneFor(network, fleet, onHost);
  const written = fleet.networks.find(
    (each) => each.kind === 'existing' && each.libvirtName === network.name,
  );
  return user === null ? null : (written?.name ?? user.network);
}

/** The address of such a network. */
export function lentAddress(
  fleet: ResolvedFleet,
  network: ObservedNetwork,
  onHost: FleetOnHost,
): Address | null {
  const name = nameOf(network, fleet, onHost);
  return name === null ? null : `network.${name}`;
}

/** Set when a run of this fleet was killed while it started the network anew. */
function halfDoneFor(
  { uuid }: ObservedNetwork,
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
): BootMark['fleets'][number] | null {
  const standIn = onHost.state.networks.find(
    ({ temporaryFor }) => temporaryFor?.network === uuid && temporaryFor.user.fleet === fleet.name,
  );
  return standIn?.temporaryFor?.user ?? null;
}

/**
 * `vms`: those that were asked for; a network that one of them boots through is lent, whether it was asked for or not. In a
 * destroy there are none, and everything is given back.
 */
export function planLent(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  {
    mode,
    vms,
    leaving,
  }: { mode: 'apply' | 'destroy'; vms: readonly ResolvedVm[]; leaving: Leaving },
  warnings: string[],
): LentNetworks {
  const wanted = mode === 'destroy' ? new Map<string, Wanted>() : wantedBoots(fleet);
  const made: LentNetworks & { ready: Map<string, string>; starting: Set<string> } = {
    steps: [],
    changes: [],
    ready: new Map(),
    starting: new Set(),
    waitForMoved: [],
    kept: [],
  };
  const faults: Fault[] = [];
  for (const network of wanted.values()) {
    const { address, libvirtName, bootUrl } = network;
    const user = vms.find(({ nics }) =>
      nics.some(({ source }) => source.kind === 'network' && source.network === libvirtName),
    );
    const observed = onHost.networksByName.get(libvirtName);
    // Of one that is missing, `refuseMissingNetworks` speaks.
    if (observed === undefined || (!selection.has(address) && user === undefined)) continue;
    const { fields, reason, restart, starts } = diffLent(network, observed, fleet, onHost);
    if (fields.length === 0) {
      if (selection.has(address)) made.kept.push(address);
      continue;
    }
    if (selection.excluded(address)) {
      if (user !== undefined)
        warnings.push(
          `${user.address} boots through ${address}, which is excluded and not as it should be`,
        );
      continue;
    }
    faults.push(...faultsOf(network, observed, fleet));
    const id = `${address}:boot`;
    const base = {
      id,
      address,
      needs: [],
      timeoutSeconds: TIMEOUT_SECONDS,
      uuid: observed.uuid,
      network: network.name,
    };
    made.steps.push({ ...base, kind: 'network-boot', bootUrl, restart, start: true });
    made.ready.set(libvirtName, id);
    if (starts) made.starting.add(libvirtName);
    const notes = [
      "it is somebody else's: put back as it was on destroy",
      ...costs(observed, restart, fleet, onHost, leaving.deleted),
    ];
    made.changes.push({ address, action: 'update', reason, notes, fields });
  }
  refuseFaults(faults);
  giveBack(fleet, onHost, selection, { mode, wanted, leaving }, made, warnings);
  return made;
}

const TIMEOUT_SECONDS = 300;

function giveBack(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  {
    mode,
    wanted,
    leaving,
  }: { mode: 'apply' | 'destroy'; wanted: ReadonlyMap<string, Wanted>; leaving: Leaving },
  made: LentNetworks & { ready: Map<string, string>; starting: Set<string> },
  warnings: string[],
): void {
  const users = usersOf(onHost);
  for (const network of onHost.state.networks) {
    const name = nameOf(network, fleet, onHost);
    const address = `network.${name}`;
    if (name === null || wanted.has(network.name) || !selection.has(address)) continue;
    const halfDone = halfDoneFor(network, fleet, onHost) !== null;
    const fleets = network.boot?.fleets ?? [];
    const others = fleets.filter((each) => each.fleet !== fleet.name);
    const ours = others.length < fleets.length;
    // The file still has it, without the options: its VMs stay.
    const written =
      mode === 'apply' &&
      fleet.networks.some((each) => each.kind === 'existing' && each.libvirtName === network.name);
    const on = written ? [] : (users.get(network.name) ?? []);
    const staying = on.filter(({ uuid }) => !leaving.deleted.has(uuid) && !leaving.moved.has(uuid));
    if (staying.length > 0) {
      warnings.push(staysFor(address, staying));
      continue;
    }
    const restart = ours && others.length === 0;
    const fields: FieldChange[] = [];
    if (ours)
      fields.push({ path: 'httpBoot', before: network.bootUrl, after: null, effect: 'live' });
    if (halfDone) fields.push({ ...UNFINISHED });
    const id = `${address}:give-back`;
    const needs = on
      .filter(({ uuid }) => leaving.deleted.has(uuid))
      .map((user) => `${user.address}:delete`);
    const step: Step = {
      ...{ id, address, needs, timeoutSeconds: TIMEOUT_SECONDS, uuid: network.uuid, network: name },
      ...{ kind: 'network-boot', bootUrl: null, restart, start: halfDone },
    };
    made.steps.push(step);
    if (written) made.ready.set(network.name, id);
    else
      made.waitForMoved.push({
        step,
        moved: on.filter(({ uuid }) => leaving.moved.has(uuid)).map((user) => user.address),
      });
    if (!network.active && halfDone) made.starting.add(network.name);
    const notes = [
      others.length > 0
        ? `it is somebody else's: it keeps the boot options for ${formatList(others.map((each) => `fleet ${each.fleet}`))}`
        : "it is somebody else's: as it was before",
      ...costs(
        network,
        restart,
        fleet,
        onHost,
        written ? leaving.deleted : new Set([...leaving.deleted, ...leaving.moved]),
      ),
    ];
    const reason: Reason = !ours
      ? 'half-made'
      : mode === 'destroy'
        ? 'destroy'
        : written
          ? 'changed'
          : 'removed';
    made.changes.push({ address, action: 'update', reason, notes, fields });
  }
}

const UNFINISHED: FieldChange = {
  path: 'attached',
  before: 'no',
  after: 'yes',
  effect: 'live',
  why: 'a run did not finish starting it anew',
};

function diffLent(
  { bootUrl, libvirtName }: Wanted,
  observed: ObservedNetwork,
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
): { fields: FieldChange[]; reason: Reason; restart: boolean; starts: boolean } {
  const fields: FieldChange[] = [];
  const fleets = observed.boot?.fleets ?? [];
  const ours = fleets.some((each) => each.fleet === fleet.name);
  const restart = observed.bootUrl !== bootUrl;
  if (!ours || observed.boot?.url !== bootUrl || restart) {
    const why =
      ours || restart
        ? {}
        : {
            why: `offered already, for ${formatList(fleets.map((each) => `fleet ${each.fleet}`))}`,
          };
    fields.push({
      path: 'httpBoot',
      before: ours ? observed.bootUrl : null,
      after: bootUrl,
      effect: 'live',
      ...why,
    });
  }
  const halfDone = halfDoneFor(observed, fleet, onHost) !== null;
  if (halfDone) fields.push({ ...UNFINISHED });
  // Stopped by whoever owns it, it is that one's to start, unless it is stopped because of the fleet.
  const starts = !observed.active && (ours || halfDone);
  if (starts)
    fields.push({
      path: 'active',
      before: 'no',
      after: 'yes',
      effect: 'live',
      why: `${libvirtName} is needed to boot`,
    });
  const reason = halfDone
    ? 'half-made'
    : !ours
      ? 'missing'
      : observed.boot?.url !== bootUrl
        ? 'changed'
        : 'drift';
  return { fields, reason, restart, starts };
}

/** What others feel of it. */
function costs(
  network: ObservedNetwork,
  restart: boolean,
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  gone: ReadonlySet<string>,
): string[] {
  if (!restart || !network.active) return [];
  const { name, bridge } = network;
  const taps = new Set<string>();
  const on: string[] = [];
  for (const domain of onHost.state.domains) {
    const nics = (domain.live?.nics ?? []).filter(({ source }) =>
      source.kind === 'network'
        ? source.network === name
        : source.kind === 'bridge' && source.bridge === bridge,
    );
    if (nics.length === 0) continue;
    for (const { tap } of nics) if (tap !== null) taps.add(tap);
    if (gone.has(domain.uuid)) continue;
    const mark = onHost.owned.get(domain.uuid)?.mark;
    on.push(
      mark === undefined ? `domain ${domain.name}, which is not this fleet's` : `vm.${mark.vm}`,
    );
  }
  const strange =
    bridge === null
      ? []
      : [...(onHost.ports?.get(bridge) ?? [])].filter(
          (port) => !taps.has(port) && port !== `${bridge}-nic`,
        );
  return [
    ...(on.length === 0 ? [] : [`interrupts for some seconds the connection of ${on.join('; ')}`]),
    ...strange.map(
      (port) =>
        `cuts off ${port}, which is no VM of this libvirt: attach it again with ip link set ${port} master ${bridge}`,
    ),
    ...(network.unsaved
      ? [
          `what runs differs from what is kept, and is lost: compare virsh -c ${fleet.host.uri} net-dumpxml ${name} with its --inactive`,
        ]
      : []),
  ];
}

interface Fault {
  code: 'foreign-object' | 'host-not-ready';
  address: Address;
  what: string;
  hint: string;
}

/** Why a network can't be lent. */
function faultsOf(
  { address, bootUrl, libvirtName }: Wanted,
  observed: ObservedNetwork,
  fleet: ResolvedFleet,
): Fault[] {
  const fault = (code: Fault['code'], what: string, hint: string): Fault[] => [
    { code, address, what: `network ${libvirtName} ${what}`, hint },
  ];
  const virsh = `virsh -c ${fleet.host.uri}`;
  if (observed.mark !== null)
    return fault(
      'foreign-object',
      `is the fleet ${observed.mark.fleet}'s own`,
      'Say httpBoot in the file of that fleet, and not here',
    );
  if (observed.otherBoot.length > 0) {
    const same = observed.bootUrl === bootUrl;
    return fault(
      'foreign-object',
      `has boot options of its owner's: ${observed.otherBoot.join(' · ')}`,
      same
        ? 'It offers this boot file already: delete httpBoot'
        : `Delete httpBoot, or take those options out: ${virsh} net-edit ${libvirtName}`,
    );
  }
  const others = (observed.boot?.fleets ?? []).filter((each) => each.fleet !== fleet.name);
  if (observed.boot !== null && observed.boot.url !== bootUrl && others.length > 0) {
    const who = formatList(others.map((each) => `fleet ${each.fleet}`));
    return fault(
      'foreign-object',
      `boots ${observed.boot.url} for ${who}, and ${address} wants ${bootUrl}`,
      `One network can offer one boot file: put the VMs on a network of this fleet's own, or destroy ${who} first`,
    );
  }
  if (!observed.persistent)
    return fault(
      'host-not-ready',
      'is transient, and would be gone when it is started anew',
      `${virsh} net-dumpxml ${libvirtName} > FILE && ${virsh} net-define FILE`,
    );
  if (observed.dhcp === null)
    return fault(
      'host-not-ready',
      "has no DHCP of libvirt's, and only that can tell firmware where to boot from",
      'Delete httpBoot, and let the DHCP server of that network offer the boot file',
    );
  return [];
}

function refuseFaults(faults: readonly Fault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  throw new VenError(first.code, {
    summary: `${first.what.charAt(0).toUpperCase()}${first.what.slice(1)}`,
    detail: faults.length > 1 ? faults.map(({ what }) => what).join('\n') : undefined,
    hint: `Nothing was changed. ${[...new Set(faults.map(({ hint }) => hint))].join('; ')}.`,
    where: first.address,
  });
}

/** The steps that a VM waits for, on account of the networks that it is on or comes to. */
export function lentNeeds(
  vm: ResolvedVm,
  domain: OwnedDomain | null,
  ready: ReadonlyMap<string, string>,
): string[] {
  const nics = [...vm.nics, ...(domain?.config.nics ?? []), ...(domain?.live?.nics ?? [])];
  return [
    ...new Set(
      nics.flatMap(({ source }) =>
        source.kind === 'network' ? (ready.get(source.network) ?? []) : [],
      ),
    ),
  ];
}

/** VMs that are to boot over HTTP, and are on nothing but others' networks that offer them no boot file. */
export function unofferedBoots(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  vms: readonly ResolvedVm[],
): string[] {
  if (fleet.orchestrator === null) return [];
  const lent = wantedBoots(fleet);
  const offersNothing = (name: string): boolean => {
    const observed = onHost.networksByName.get(name);
    return (
      !lent.has(name) &&
      observed !== undefined &&
      observed.bootUrl === null &&
      observed.otherBoot.length === 0
    );
  };
  const silent = new Map<string, Address[]>();
  for (const { address, firmware, boot, nics } of vms) {
    const [first] = nics;
    if (!isUefi(firmware) || !boot.includes('network') || first?.source.kind !== 'network')
      continue;
    // Of the fleet's own networks its file says what they offer, and what a bridge leads to ven can't know.
    if (
      !nics.every(
        ({ source }) =>
          source.kind === 'network' && source.own === null && offersNothing(source.network),
      )
    )
      continue;
    const { network } = first.source;
    silent.set(network, [...(silent.get(network) ?? []), address]);
  }
  return [...silent].map(([network, addresses]) => {
    const who =
      addresses.length > 3
        ? `${addresses.slice(0, 3).join(', ')} and ${addresses.length - 3} more`
        : formatList(addresses);
    const name = fleet.networks.find(({ libvirtName }) => libvirtName === network)?.name ?? network;
    const how = `networks: { ${name}: { existing: ${network}, httpBoot: true } }`;
    return `Network ${network} offers no boot file, and ${who} can boot from no other network: let ven add it with ${how}`;
  });
}
