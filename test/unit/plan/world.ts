import {
  firmwareKind,
  isUefi,
  markFor,
  type DomainFacts,
  type HostState,
  type NetworkFacts,
  type ObservedDomain,
  type ObservedNetwork,
  type ObservedNic,
  type ObservedPool,
  type ObservedVolume,
  type Plan,
  type PlannedNetwork,
  type PlanOptions,
  type ResolvedDisk,
  type ResolvedFleet,
  type ResolvedNic,
  type ResolvedVm,
  type Step,
  type VolumeRef,
} from '../../../src/model/index.js';
import { loadFleet } from '../../../src/config/index.js';
import { macOfBridge } from '../../../src/libvirt/network/fields/place.js';
import { smbiosFor } from '../../../src/libvirt/domain/fields/smbios.js';
import { checkSomethingIsLeft, makePlan } from '../../../src/plan/index.js';

export const APPLY: PlanOptions = {
  mode: 'apply',
  targets: [],
  excludes: [],
  replace: [],
  keepDisks: false,
  // The laws hold beyond that guard, which has tests of its own.
  allowDeleteAll: true,
};
const NVRAM_BYTES = 540672;

export const DESTROY: PlanOptions = { ...APPLY, mode: 'destroy' };

export function fleetOf(yaml: string): ResolvedFleet {
  return loadFleet(`apiVersion: ven/v1\nfleet: lab\n${yaml}`, { file: 'fleet.yaml' });
}

/**
 * A host that does what a plan's steps mean, on `HostState`'s own level: no XML, no programs. It
 * says whether the steps of a plan lead where the plan says; what libvirt makes of XML is for the
 * fake host and the real one.
 */
export class World {
  domains: ObservedDomain[] = [];
  networks: ObservedNetwork[] = [];
  pools: ObservedPool[] = [];
  /** On the disk, whether libvirt shows them or not. */
  volumes: ObservedVolume[] = [];
  routes: HostState['routes'] = [
    { cidr: '0.0.0.0/0', device: 'eth0' },
    { cidr: '10.0.2.0/24', device: 'eth0' },
  ];
  /** What images stand on, by path. */
  backing: Record<string, string> = {};
  bridges = new Map<string, Set<string>>();
  #taps = 0;
  /** Everything that was deleted, for those who want to know that nothing else was. */
  readonly deleted: string[] = [];

  constructor() {
    this.addPool('default');
    this.addNetwork('default', 'virbr0', '192.168.122.1/24');
  }

  addPool(name: string): void {
    this.pools.push({
      name,
      uuid: name,
      active: true,
      autostart: true,
      type: 'dir',
      path: `/pools/${name}`,
      realPath: `/pools/${name}`,
      availableBytes: 1,
    });
  }

  addNetwork(
    name: string,
    bridge: string,
    gateway: string | null,
    more: Partial<ObservedNetwork> = {},
  ): ObservedNetwork {
    const network: ObservedNetwork = {
      uuid: `uuid-of-${name}`,
      name,
      active: true,
      autostart: true,
      persistent: true,
      mark: null,
      bridge,
      mode: 'nat',
      gateway,
      live: null,
      fault: null,
      stp: 'on',
      delay: '0',
      bridgeMac: null,
      ranges: [],
      dnsHosts: [],
      dhcpHosts: [],
      bootUrl: null,
      boot: null,
      otherBoot: [],
      temporaryFor: null,
      unsaved: false,
      ...more,
    };
    this.networks.push(network);
    if (network.active) this.bridges.set(bridge, new Set());
    if (network.active) network.live ??= parts(network);
    return network;
  }

  /** A domain of somebody else's. */
  addDomain(name: string, uuid: string, more: Partial<ObservedDomain> = {}): ObservedDomain {
    const domain: ObservedDomain = {
      uuid,
      name,
      power: 'off',
      persistent: true,
      autostart: false,
      mark: null,
      config: { ...emptyFacts(), title: 'somebody else' },
      live: null,
      nvramMissing: null,
      xml: '',
      liveXml: '',
      ...more,
    };
    this.domains.push(domain);
    return domain;
  }

  addVolume(pool: string, volume: string, capacityBytes: number): void {
    this.volumes.push({ pool, volume, path: `/pools/${pool}/${volume}`, capacityBytes });
  }

  domain(name: string): ObservedDomain {
    const found = this.domains.find((domain) => domain.name === name);
    if (!found) throw new Error(`no domain ${name}`);
    return found;
  }

  network(name: string): ObservedNetwork {
    const found = this.networks.find((network) => network.name === name);
    if (!found) throw new Error(`no network ${name}`);
    return found;
  }

  observe(): HostState {
    const shown = new Set(this.pools.filter(({ active }) => active).map(({ name }) => name));
    return structuredClone({
      uri: 'qemu:///system',
      observedAt: '2026-01-01T00:00:00Z',
      domains: this.domains,
      networks: this.networks,
      pools: this.pools,
      defaultFolder: '/pools/default',
      volumes: this.volumes.filter(({ pool }) => shown.has(pool)),
      leftovers: [],
      backing: this.backing,
      routes: this.routes,
      bridgePorts: Object.fromEntries(
        [...this.bridges].map(([bridge, taps]) => [bridge, [...taps]]),
      ),
    });
  }

  /** As an apply makes it. */
  plan(fleet: ResolvedFleet, options: Partial<PlanOptions> = {}): Plan {
    // Without XML there is nothing to compare with the template.
    const render = { written: () => '' };
    const plan = makePlan(fleet, this.observe(), { ...APPLY, ...options }, render);
    checkSomethingIsLeft(plan);
    return plan;
  }

  /**
   * Runs the plan's steps in an order that their needs allow; `after`: stops (as if killed) after
   * so many.
   */
  run(plan: Plan, after = Number.POSITIVE_INFINITY): void {
    const done = new Set<string>();
    const left = [...plan.steps];
    while (left.length > 0) {
      if (done.size >= after) return;
      const next = left.findIndex(({ needs }) => needs.every((id) => done.has(id)));
      const [step] = next < 0 ? [] : left.splice(next, 1);
      if (!step)
        throw new Error(
          'steps that wait for each other, or for ' +
            `none: ${left.map(({ id, needs }) => `${id} <- ${needs.join(' ')}`).join('; ')}`,
        );
      this.#doStep(step, plan.fleet);
      done.add(step.id);
    }
  }

  apply(fleet: ResolvedFleet, options: Partial<PlanOptions> = {}): Plan {
    const plan = this.plan(fleet, options);
    this.run(plan);
    return plan;
  }

  stopNetwork(name: string): void {
    const network = this.network(name);
    const bridge = network.live?.bridge ?? network.bridge;
    Object.assign(network, { active: false, live: null, fault: null });
    if (bridge !== null) this.bridges.delete(bridge);
  }

  startNetwork(name: string): void {
    const network = this.network(name);
    if (!network.active && network.bridge !== null) this.bridges.set(network.bridge, new Set());
    if (!network.active) network.live = parts(network);
    network.active = true;
  }

  powerOff(domain: ObservedDomain): void {
    for (const taps of this.bridges.values())
      for (const { tap } of domain.live?.nics ?? []) if (tap !== null) taps.delete(tap);
    domain.live = null;
    domain.power = 'off';
  }

  start(domain: ObservedDomain): void {
    if (domain.live !== null && domain.power !== 'crashed') {
      domain.power = 'running';
      return;
    }
    const live = structuredClone(domain.config);
    for (const nic of live.nics) {
      nic.tap = `vnet${this.#taps++}`;
      this.#attach(nic);
    }
    if (
      !live.disks.every(
        ({ volume }) =>
          volume === null ||
          this.volumes.some(
            (other) => other.volume === volume.volume && other.pool === volume.pool,
          ),
      )
    ) {
      throw new Error(`${domain.name}: a disk is missing`);
    }
    domain.live = live;
    domain.power = 'running';
    domain.nvramMissing = false;
  }

  #attach(nic: ObservedNic): void {
    const { source, tap } = nic;
    let bridge: string | null = null;
    if (source.kind === 'network') bridge = this.network(source.network).bridge;
    if (source.kind === 'bridge') bridge = source.bridge;
    const taps = bridge === null ? undefined : this.bridges.get(bridge);
    if (taps === undefined || tap === null) throw new Error(`no bridge ${bridge}`);
    for (const others of this.bridges.values()) others.delete(tap);
    taps.add(tap);
    nic.bridge = bridge;
  }

  #doStep(step: Step, fleet: string): void {
    switch (step.kind) {
      case 'vm-register':
      case 'vm-unregister':
      case 'provider-set':
      case 'objects-apply':
      case 'objects-delete':
      case 'object-restart':
        return; // nothing of a libvirt host
      case 'pool-ensure': {
        const pool = this.pools.find(({ name }) => name === step.pool);
        if (pool) pool.active = true;
        else this.addPool(step.pool);
        return;
      }
      case 'network-create': {
        const { network } = step;
        if (
          this.networks.some(
            ({ uuid, name }) => uuid === network.uuid || name === network.libvirtName,
          )
        )
          throw new Error(`${network.libvirtName} is there already`);
        if (this.bridges.has(network.bridge))
          throw new Error(`bridge ${network.bridge} is there already`);
        if (
          this.networks.some(
            ({ active, gateway }) => active && gateway?.startsWith(`${network.subnet.gateway}/`),
          )
        )
          throw new Error(`${network.subnet.cidr} is in use`);
        this.addNetwork(network.libvirtName, network.bridge, null, networkFacts(network, fleet));
        return;
      }
      case 'network-start': {
        const network = this.#byUuid(this.networks, step.uuid);
        this.startNetwork(network.name);
        network.autostart = true;
        return;
      }
      case 'network-update': {
        const network = this.#byUuid(this.networks, step.uuid);
        for (const { section, operation, entry } of step.entries) {
          if (network.live === null) throw new Error(`${network.name} does not run`);
          const lists = {
            'dns-host': network.live.dnsHosts,
            'ip-dhcp-host': network.live.dhcpHosts,
            'ip-dhcp-range': network.live.ranges,
          };
          const list: object[] = lists[section];
          const same = list.findIndex((other) => JSON.stringify(other) === JSON.stringify(entry));
          if (operation === 'delete' && same < 0)
            throw new Error(`no such entry: ${JSON.stringify(entry)}`);
          if (operation === 'delete') list.splice(same, 1);
          else list.push(structuredClone(entry));
        }
        if (step.fields.length === 0) return;
        const wanted = networkFacts(step.network, fleet);
        const { mark } = step.fields.includes('mark') ? wanted : network;
        Object.assign(network, parts(wanted), { mark, persistent: true });
        return;
      }
      case 'network-stop':
        this.stopNetwork(this.#byUuid(this.networks, step.uuid).name);
        return;
      case 'vm-password':
        // Nobody looks at passwords here.
        return;
      case 'network-delete': {
        const network = this.#byUuid(this.networks, step.uuid);
        if (network.active) this.stopNetwork(network.name);
        this.networks = this.networks.filter((other) => other !== network);
        this.deleted.push(network.name);
        return;
      }
      case 'network-boot': {
        const network = this.#byUuid(this.networks, step.uuid);
        const { bootUrl } = step;
        const fleets = (network.boot?.fleets ?? []).filter((each) => each.fleet !== fleet);
        if (bootUrl !== null) fleets.push({ fleet, network: step.network });
        if (step.restart && fleets.length > Number(bootUrl !== null))
          throw new Error(`${network.name} is not this fleet's alone`);
        const url = bootUrl ?? network.boot?.url;
        network.boot = fleets.length === 0 || url === undefined ? null : { url, fleets };
        network.bootUrl = network.boot?.url ?? null;
        this.networks = this.networks.filter(
          ({ temporaryFor }) => temporaryFor?.network !== step.uuid,
        );
        if (step.start && !network.active) this.startNetwork(network.name);
        return;
      }
      case 'network-settle':
        throw new Error('no test needs it here: the fake host does it');
      case 'vm-delete': {
        const domain = this.#byUuid(this.domains, step.uuid);
        this.powerOff(domain);
        for (const ref of step.volumes) this.#deleteVolume(ref);
        this.domains = this.domains.filter((other) => other !== domain);
        this.deleted.push(domain.name);
        return;
      }
      case 'vm-up': {
        const { vm } = step;
        if (this.domains.some(({ uuid, name }) => uuid === vm.uuid || name === vm.domain))
          throw new Error(`${vm.domain} is there already`);
        const domain = this.addDomain(vm.domain, vm.uuid, {
          mark: markFor({ name: fleet }, vm, false),
          config: factsOf(vm),
        });
        for (const disk of vm.disks) this.#createVolume(disk);
        if (vm.nvram !== null) this.#createVolume({ ...vm.nvram, sizeBytes: NVRAM_BYTES });
        if (vm.power === 'running') this.start(domain);
        return;
      }
      case 'vm-volumes': {
        this.#persistentOne(step.vm.uuid).mark = structuredClone(step.mark);
        for (const ref of step.create)
          this.#createVolume(
            step.vm.disks.find(
              ({ pool, volume }) => pool === ref.pool && volume === ref.volume,
            ) as ResolvedDisk,
          );
        for (const { ref, bytes } of step.grow) {
          const volume = this.volumes.find(
            (other) => other.pool === ref.pool && other.volume === ref.volume,
          );
          if (!volume || volume.capacityBytes > bytes) throw new Error(`can't grow ${ref.volume}`);
          volume.capacityBytes = bytes;
        }
        return;
      }
      case 'vm-nvram': {
        const { ref, make, vm } = step;
        const domain = this.#byUuid(this.domains, vm.uuid);
        if (domain.live !== null) throw new Error(`${vm.domain} runs`);
        if (
          !domain.mark?.volumes.some(
            ({ pool, volume }) => pool === ref.pool && volume === ref.volume,
          )
        )
          throw new Error(`${ref.volume} is not in the mark`);
        if (make) this.#createVolume({ ...ref, sizeBytes: NVRAM_BYTES });
        return;
      }
      case 'vm-define': {
        const domain = this.#byUuid(this.domains, step.vm.uuid);
        domain.persistent = true;
        for (const field of step.fields) patch(domain.config, step.vm, field);
        return;
      }
      case 'vm-nics':
        for (const mac of step.macs) {
          const nic = this.#byUuid(this.domains, step.vm.uuid).live?.nics.find(
            (other) => other.mac === mac,
          );
          if (!nic) throw new Error(`no NIC ${mac} runs`);
          nic.source = nicFacts(
            step.vm.nics.find((other) => other.mac === mac) as ResolvedNic,
          ).source;
          this.#attach(nic);
        }
        return;
      case 'vm-reattach':
        for (const mac of step.macs) {
          const nic = this.#byUuid(this.domains, step.vm.uuid).live?.nics.find(
            (other) => other.mac === mac,
          );
          if (!nic) throw new Error(`no NIC ${mac} runs`);
          this.#attach(nic);
        }
        return;
      case 'vm-stop':
        return this.powerOff(this.#persistentOne(step.uuid));
      case 'vm-start':
        return this.start(this.#byUuid(this.domains, step.uuid));
      case 'vm-settings': {
        const domain = this.#persistentOne(step.vm.uuid);
        const { title, description, autostart } = step.vm;
        if (step.fields.includes('autostart')) domain.autostart = autostart;
        if (step.fields.includes('title'))
          for (const facts of [domain.config, domain.live])
            if (facts) Object.assign(facts, { title, description });
        return;
      }
      case 'vm-ready':
        this.#persistentOne(step.uuid).mark = structuredClone(step.mark);
        return;
    }
  }

  #createVolume({
    pool,
    volume,
    sizeBytes,
  }: Pick<ResolvedDisk, 'pool' | 'volume' | 'sizeBytes'>): void {
    if (!this.pools.some(({ name, active }) => name === pool && active))
      throw new Error(`pool ${pool} is not active`);
    if (this.volumes.some((other) => other.pool === pool && other.volume === volume)) return;
    this.addVolume(pool, volume, Math.ceil(sizeBytes / 512) * 512);
  }

  #deleteVolume(ref: VolumeRef): void {
    if (!this.pools.some(({ name, active }) => name === ref.pool && active))
      throw new Error(`pool ${ref.pool} is not active`);
    this.volumes = this.volumes.filter(
      ({ pool, volume }) => pool !== ref.pool || volume !== ref.volume,
    );
    this.deleted.push(`${ref.pool}/${ref.volume}`);
  }

  #persistentOne(uuid: string): ObservedDomain {
    const domain = this.#byUuid(this.domains, uuid);
    if (!domain.persistent) throw new Error(`${domain.name} is not persistent`);
    return domain;
  }

  #byUuid<T extends { uuid: string }>(items: readonly T[], uuid: string): T {
    const found = items.find((item) => item.uuid === uuid);
    if (!found) throw new Error(`nothing has UUID ${uuid}`);
    return found;
  }
}

function emptyFacts(): DomainFacts {
  return {
    title: '',
    description: '',
    accelerator: 'qemu',
    cpus: 1,
    maxCpus: 1,
    memoryKiB: 1024,
    currentMemoryKiB: 1024,
    firmware: 'bios',
    loader: null,
    nvram: null,
    tpm: false,
    boot: [],
    pxe: true,
    disks: [],
    nics: [],
    serialNumber: null,
    smbios: { manufacturer: null, product: null, assetTag: null, uuid: null },
    graphics: { type: 'none' },
    console: { pty: null, log: null },
  };
}

function factsOf(vm: ResolvedVm): DomainFacts {
  return {
    title: vm.title,
    description: vm.description,
    accelerator: vm.accelerator === 'auto' ? 'qemu' : vm.accelerator,
    cpus: vm.cpus,
    maxCpus: vm.cpus,
    memoryKiB: vm.memoryKiB,
    currentMemoryKiB: vm.memoryKiB,
    firmware: firmwareKind(vm.firmware),
    loader: loaderOf(vm),
    nvram: nvramOf(vm),
    tpm: vm.tpm,
    boot: [...vm.boot],
    pxe: vm.pxe,
    disks: vm.disks.map(diskFacts),
    nics: vm.nics.map(nicFacts),
    serialNumber: vm.serialNumber,
    smbios: smbiosFor(vm),
    graphics: graphicsFacts(vm),
    console: { pty: null, log: `/log/${vm.domain}` },
  };
}

function graphicsFacts({ graphics }: ResolvedVm): DomainFacts['graphics'] {
  if (graphics.type === 'none') return graphics;
  return {
    type: 'vnc',
    listen: graphics.listen,
    port: graphics.port === 'auto' ? -1 : graphics.port,
    autoport: graphics.port === 'auto',
  };
}

function diskFacts({ target, bus, pool, volume }: ResolvedDisk): DomainFacts['disks'][number] {
  return { target, bus, path: null, volume: { pool, volume }, device: 'disk' };
}

function nicFacts({ mac, model, source }: ResolvedNic): ObservedNic {
  return {
    mac,
    model,
    source:
      source.kind === 'network' ? { kind: 'network', network: source.network } : { ...source },
    tap: null,
    bridge: null,
  };
}

/** What a definition says, or what runs. */
function parts(network: NetworkFacts): NetworkFacts {
  const { bridge, stp, delay, bridgeMac, mode, gateway, ranges, dnsHosts, dhcpHosts, bootUrl } =
    network;
  return structuredClone({
    ...{ bridge, stp, delay, bridgeMac, mode, gateway },
    ...{ ranges, dnsHosts, dhcpHosts, bootUrl },
  });
}

function networkFacts(network: PlannedNetwork, fleet: string): ObservedNetwork {
  return structuredClone({
    uuid: network.uuid,
    name: network.libvirtName,
    active: true,
    autostart: true,
    persistent: true,
    mark: { fleet, network: network.name, digest: network.digest },
    bridge: network.bridge,
    mode: network.mode,
    gateway: `${network.subnet.gateway}/${network.subnet.cidr.split('/')[1]}`,
    live: null,
    fault: null,
    stp: 'on',
    delay: '0',
    bridgeMac: macOfBridge(network.uuid),
    ranges: network.dhcp === null ? [] : [network.dhcp],
    dnsHosts: network.dnsHosts,
    dhcpHosts: network.dhcpHosts,
    bootUrl: network.bootUrl,
    boot: null,
    otherBoot: [],
    temporaryFor: null,
    unsaved: false,
  });
}

function patch(facts: DomainFacts, vm: ResolvedVm, field: string): void {
  const wanted = factsOf(vm);
  const [what = '', ...rest] = field.split('.');
  const key = rest.join('.');
  const keys: Record<string, (keyof DomainFacts)[]> = {
    memory: ['memoryKiB', 'currentMemoryKiB'],
    cpus: ['cpus', 'maxCpus'],
    firmware: ['firmware', 'loader', 'nvram'],
  };
  if (what === 'disks') {
    const disk = wanted.disks.find(({ target }) => target === key);
    if (!disk) throw new Error(`no disk ${key}`);
    facts.disks = [
      ...facts.disks.filter(
        ({ target, volume }) => target !== key && volume?.volume !== disk.volume?.volume,
      ),
      disk,
    ];
  } else if (what === 'nics') {
    const nic = wanted.nics.find(({ mac }) => mac === key);
    if (!nic) throw new Error(`no NIC ${key}`);
    facts.nics = [...facts.nics.filter(({ mac }) => mac !== key), nic];
  } else if (what === '-nics') facts.nics = facts.nics.filter(({ mac }) => mac !== key);
  else
    for (const name of keys[what] ?? [what as keyof DomainFacts])
      Object.assign(facts, { [name]: wanted[name] });
}

function loaderOf({ firmware }: ResolvedVm): string | null {
  if (typeof firmware === 'object') return firmware.loader;
  return firmware === 'bios' ? null : `/fw/${firmware}`;
}

function nvramOf({ nvram, firmware, domain }: ResolvedVm): string | null {
  if (nvram !== null) return `/pools/${nvram.pool}/${nvram.volume}`;
  return isUefi(firmware) ? `/nvram/${domain}` : null;
}
