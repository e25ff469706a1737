/** `Fleet` → `ResolvedFleet`: every field present, units fixed, identities derived. */
import {
  formatAddress,
  isUefi,
  networkUuid,
  defaultDhcpRange,
  diskVolume,
  mediaVolume,
  nvramVolume,
  vmUuid,
  type DhcpHost,
  type DnsHost,
  type ExistingNetwork,
  type Fleet,
  type FleetNetwork,
  type FleetNic,
  type FleetSecureBoot,
  type NicSource,
  type OwnNetwork,
  type FleetSmbios,
  type ResolvedDisk,
  type ResolvedSmbios,
  type ResolvedFirmware,
  type ResolvedFleet,
  type ResolvedGraphics,
  type ResolvedNetwork,
  type ResolvedNic,
  type ResolvedNvram,
  type ResolvedOrchestrator,
  type ResolvedVm,
} from '../../model/index.js';
import { bmcPorts, bmcWarnings, resolveBmc, writtenBmc } from './bmc.js';
import { secureBootKey, type Certificates } from './certificates.js';
import { expandVms, type ExpandedVm } from './expand.js';
import { diskList, diskTargets, ignoredPaths, nicList } from './devices.js';
import { networkDigest, vmDigest } from './digests.js';
import { hostOfNone, resolveHost, resolveHosts, resolvePlacement } from './hosts.js';
import { bridgeName, digest, nicMac, serialNumber, Taken } from './identity.js';
import { formatCidr, gatewayOf, parseAddress, subnetOf } from './ipv4.js';
import { resolveLink } from './links.js';
import { onboardingWarnings, plannedBy, resolveOrchestrator } from './orchestrator.js';
import { secretReference } from './secrets.js';
import { resolveEngine, withEngine } from './engine.js';
import { durationInSeconds, sizeInKiB } from './units.js';

/** libvirt's own network, the one behind virbr0. */
const LIBVIRT_DEFAULT = 'default';

/** Pure. `fleet` has passed the schema and the rules; see `loadFleet`. */
export function resolveFleet(
  fleet: Fleet,
  certificates: Certificates | null = null,
): ResolvedFleet {
  const hosts = fleet.hosts && resolveHosts(fleet.hosts);
  const engine = resolveEngine(fleet);
  const host = hosts ? hostOfNone(hosts) : withEngine(resolveHost(fleet.host), fleet);
  const expanded = expandVms(fleet);
  const macs = new Taken(writtenMacs(expanded));
  const serials = new Taken(fleet.vms.flatMap((vm) => vm.serialNumbers ?? []));
  const orchestrator = resolveOrchestrator(fleet, certificates?.caCertificates ?? null);
  const keys = new Map(
    [...(certificates?.secureBoot ?? [])].map(([written, read]) => [
      written,
      { digest: digest(read), read },
    ]),
  );
  const shared = {
    fleet,
    host,
    orchestrator,
    macs,
    serials,
    bmcPorts: bmcPorts(fleet, expanded),
    keysOf: (written: FleetSecureBoot) => keys.get(secureBootKey(written))?.digest,
  };
  const vms = expanded.map((vm) => resolveVm(shared, vm));
  const networks = resolveNetworks(fleet, orchestrator, expanded, vms);
  const resolved = {
    name: fleet.fleet,
    host,
    ...(hosts && { hosts }),
    orchestrator,
    networks,
    vms,
  };
  const warnings = [
    ...(certificates?.problems ?? [])
      .filter(({ severity }) => severity === 'warning')
      .map(({ message }) => message),
    ...onboardingWarnings(orchestrator, vms, networks),
    ...bmcWarnings(vms),
  ];
  return {
    ...resolved,
    hostFrom: (hosts ?? engine ?? fleet.host?.uri) == null ? 'default' : 'file',
    ...(engine && { engine }),
    secureBootKeys: Object.fromEntries(
      [...keys.values()].map(({ digest, read }) => [digest, read]),
    ),
    digest: digest({ ...resolved, orchestrator: plannedBy(orchestrator) }),
    warnings,
  };
}

function writtenMacs(vms: readonly ExpandedVm[]): string[] {
  return vms.flatMap(({ spec }) =>
    Array.isArray(spec.nics) ? spec.nics.flatMap((nic) => nic.mac?.toLowerCase() ?? []) : [],
  );
}

/** What the VMs of a fleet share. */
interface Shared {
  fleet: Fleet;
  host: ResolvedFleet['host'];
  orchestrator: ResolvedOrchestrator | null;
  macs: Taken;
  serials: Taken;
  bmcPorts: ReadonlyMap<string, number>;
  /** The digest of keys for secure boot. */
  keysOf: (written: FleetSecureBoot) => string | undefined;
}

function resolveVm(
  { fleet, host, orchestrator, macs, serials, bmcPorts, keysOf }: Shared,
  vm: ExpandedVm,
): ResolvedVm {
  const { name, spec } = vm;
  const bmc = writtenBmc(vm);
  const bmcPort = bmcPorts.get(name);
  const firmware = resolveFirmware(spec.firmware);
  const domain = `${fleet.fleet}_${name}`;
  const applied = {
    address: `vm.${name}`,
    name,
    domain,
    uuid: vmUuid(fleet.fleet, name),
    title: spec.title ?? '',
    description: spec.description ?? '',
    cpus: spec.cpus ?? 4,
    memoryKiB: sizeInKiB(spec.memory ?? '8GiB'),
    accelerator: host.accelerator,
    firmware,
    tpm: spec.tpm ?? true,
    boot: spec.boot ?? (['disk', 'network'] as const),
    pxe: firmware === 'bios' || (spec.pxe ?? orchestrator === null),
    nvram: isUefi(firmware)
      ? resolveNvram(domain, host.storagePool, {
          orchestrator,
          keys: ownKeys(spec.firmware, keysOf),
          isWritten: bmc !== undefined,
        })
      : null,
    disks: resolveDisks(domain, host.storagePool, spec.disks),
    ...(bmc && { media: { pool: host.storagePool, volume: mediaVolume(domain) } }),
    nics: nicList(vm).map((nic, index): ResolvedNic => {
      const link = resolveLink(nic.link);
      return {
        mac:
          nic.mac?.toLowerCase() ??
          macs.claim((attempt) => nicMac(fleet.fleet, name, index, attempt)),
        model: nic.model ?? 'virtio',
        source: nicSource(fleet, vm, nic),
        ip: nic.address ?? null,
        ...(link && { link }),
      };
    }),
    serialNumber:
      vm.group.serialNumbers?.[vm.copy] ??
      serials.claim((attempt) => serialNumber(fleet.fleet, name, attempt)),
    ...(spec.smbios && { smbios: resolveSmbios(spec.smbios) }),
    graphics: resolveGraphics(spec.graphics),
    autostart: spec.autostart ?? false,
    power: spec.power ?? 'running',
  };
  const placement = fleet.hosts && resolvePlacement(spec);
  return {
    ...applied,
    boot: [...applied.boot],
    ...(bmc && bmcPort !== undefined && { bmc: resolveBmc(bmc, bmcPort) }),
    protect: spec.protect ?? false,
    ...(spec.ignore && spec.ignore.length > 0 && { ignore: ignoredPaths(spec.ignore, applied) }),
    shutdownTimeoutSeconds: durationInSeconds(spec.shutdownTimeout ?? '60s'),
    ...(placement && { placement }),
    // Each of several hosts makes another VM of it: that has a digest (`shareOf`).
    digest: placement ? '' : vmDigest(applied),
  };
}

function nicSource(fleet: Fleet, vm: ExpandedVm, nic: FleetNic): NicSource {
  if (nic.bridge !== undefined) return { kind: 'bridge', bridge: nic.bridge };
  if (nic.network !== undefined) {
    const existing = fleet.networks?.[nic.network]?.existing;
    if (existing !== undefined) return { kind: 'network', network: existing, own: null };
    return {
      kind: 'network',
      network: `${fleet.fleet}_${nic.network}`,
      own: `network.${nic.network}`,
    };
  }
  if (vm.spec.nics === 'per-vm')
    return { kind: 'network', network: `${fleet.fleet}_${vm.name}`, own: `network.${vm.name}` };
  return { kind: 'network', network: LIBVIRT_DEFAULT, own: null };
}

function resolveSmbios({ uuid, ...others }: FleetSmbios): ResolvedSmbios {
  return { ...others, ...(uuid !== undefined && { uuid: uuid.toLowerCase() }) };
}

function resolveDisks(
  domain: string,
  pool: string,
  disks: ExpandedVm['spec']['disks'],
): ResolvedDisk[] {
  const targets = diskTargets(disks);
  return diskList(disks).map((disk, index) => {
    const bus = disk.bus ?? 'sata';
    const target = targets[index] ?? '';
    return {
      target,
      bus,
      sizeBytes: sizeInKiB(disk.size) * 1024,
      pool: disk.pool ?? pool,
      volume: diskVolume(domain, target),
      ...(disk.serial !== undefined && { serial: disk.serial }),
    };
  });
}

function resolveFirmware(firmware: ExpandedVm['spec']['firmware']): ResolvedFirmware {
  if (typeof firmware !== 'object') return firmware ?? 'uefi';
  const { loader, nvramTemplate, secureBoot = false } = firmware;
  if (loader === undefined || nvramTemplate === undefined) return 'uefi-secure';
  return { loader, nvramTemplate, secureBoot: secureBoot !== false };
}

function ownKeys(
  firmware: ExpandedVm['spec']['firmware'],
  keysOf: Shared['keysOf'],
): string | undefined {
  return typeof firmware === 'object' && typeof firmware.secureBoot === 'object'
    ? keysOf(firmware.secureBoot)
    : undefined;
}

function resolveNvram(
  domain: string,
  pool: string,
  {
    orchestrator,
    keys,
    isWritten,
  }: {
    orchestrator: ResolvedOrchestrator | null;
    keys: string | undefined;
    /** Its BMC writes into it. */
    isWritten: boolean;
  },
): ResolvedNvram | null {
  const certificates = orchestrator?.caCertificates ?? null;
  if (certificates === null && keys === undefined && !isWritten) return null;
  return {
    pool,
    volume: nvramVolume(domain),
    ...(certificates && { certificates: digest(certificates) }),
    ...(keys === undefined ? {} : { keys }),
  };
}

function resolveGraphics(graphics: ExpandedVm['spec']['graphics']): ResolvedGraphics {
  if (graphics === undefined || graphics === 'none') return { type: 'none' };
  if (graphics === 'vnc') return { type: 'vnc', listen: '127.0.0.1', port: 'auto' };
  const { listen = '127.0.0.1', port = 'auto', password } = graphics;
  return {
    type: 'vnc',
    listen,
    port,
    ...(password === undefined ? {} : { password: secretReference(password) }),
  };
}

function resolveNetworks(
  fleet: Fleet,
  orchestrator: ResolvedOrchestrator | null,
  expanded: readonly ExpandedVm[],
  vms: readonly ResolvedVm[],
): ResolvedNetwork[] {
  const bridges = new Taken();
  const own = (name: string, network: FleetNetwork): OwnNetwork => {
    const boots = orchestrator !== null && network.dhcp !== false && network.httpBoot !== false;
    return resolveOwn(
      fleet.fleet,
      name,
      network,
      boots ? orchestrator.bootUrl : null,
      vms,
      bridges,
    );
  };
  const existing = (name: string, libvirtName: string, httpBoot = false): ExistingNetwork => ({
    kind: 'existing',
    address: `network.${name}`,
    name,
    libvirtName,
    bootUrl: httpBoot ? (orchestrator?.bootUrl ?? null) : null,
  });
  const written = Object.entries(fleet.networks ?? {});
  const networks: ResolvedNetwork[] = written.map(([name, network]) =>
    network.existing === undefined
      ? own(name, network)
      : existing(name, network.existing, network.httpBoot),
  );
  // `nics: default` needs libvirt's network just like an entry that names it.
  const known = networks.some(
    (network) => network.kind === 'existing' && network.libvirtName === LIBVIRT_DEFAULT,
  );
  if (!known && expanded.some((vm) => (vm.spec.nics ?? 'default') === 'default'))
    networks.push(existing(LIBVIRT_DEFAULT, LIBVIRT_DEFAULT));
  for (const vm of expanded) if (vm.spec.nics === 'per-vm') networks.push(own(vm.name, {}));
  return networks;
}

function resolveOwn(
  fleet: string,
  name: string,
  network: FleetNetwork,
  bootUrl: string | null,
  vms: readonly ResolvedVm[],
  bridges: Taken,
): OwnNetwork {
  const cidr = subnetOf(network);
  const fields: Omit<OwnNetwork, 'digest'> = {
    kind: 'own',
    address: `network.${name}`,
    name,
    libvirtName: `${fleet}_${name}`,
    uuid: networkUuid(fleet, name),
    bridge: bridges.claim((attempt) => bridgeName(fleet, name, attempt)),
    mode: network.mode ?? 'nat',
    subnet: cidr
      ? { cidr: formatCidr(cidr), gateway: formatAddress(gatewayOf(cidr)) }
      : ('auto' as const),
    dhcp:
      network.dhcp === false
        ? null
        : (network.dhcp ?? (cidr ? defaultDhcpRange(cidr) : ('auto' as const))),
    dnsHosts: dnsHosts(network),
    dhcpHosts: cidr ? dhcpHosts(`network.${name}`, vms) : [],
    bootUrl,
  };
  return { ...fields, digest: networkDigest(fields) };
}

function dnsHosts(network: FleetNetwork): DnsHost[] {
  return Object.entries(network.dns?.hosts ?? {})
    .map(([ip, names]) => ({ ip, names: [...names] }))
    .sort((a, b) => (parseAddress(a.ip) ?? 0) - (parseAddress(b.ip) ?? 0));
}

function dhcpHosts(address: string, vms: readonly ResolvedVm[]): DhcpHost[] {
  const hosts: DhcpHost[] = [];
  const taken = new Set(vms.map(({ name }) => name));
  for (const vm of vms) {
    const here = vm.nics.filter(
      (nic) => nic.source.kind === 'network' && nic.source.own === address && nic.ip !== null,
    );
    // libvirt accepts a host name once per network, so a second card gets another name; and not
    // that of a VM, which may have an address there as well.
    here.forEach((nic, index) => {
      let name = index === 0 ? vm.name : `${vm.name}-nic${index + 1}`;
      while (index > 0 && taken.has(name)) name = `${name}-nic${index + 1}`;
      taken.add(name);
      hosts.push({ mac: nic.mac, ip: nic.ip ?? '', name });
    });
  }
  return hosts.sort((a, b) => (a.mac < b.mac ? -1 : 1));
}
