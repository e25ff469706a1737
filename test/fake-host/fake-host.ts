import { setTimeout as pause } from 'node:timers/promises';
import { bmcMachines, ownFirmware, wantedPassword } from '../../src/host/index.js';
import {
  attachedTo,
  domainMark,
  domainMarkElement,
  domainName,
  domainUuid,
  graphicsPassword,
  hasEntry,
  movedAside,
  runningNics,
  temporaryMark,
  temporaryNetworkOf,
  temporaryNetworkXml,
  updatedNic,
  volumesByPath,
  withFirstNvram,
  impairmentsIn,
  type BootIndex,
  type MovedNic,
  type NicPart,
} from '../../src/libvirt/index.js';
import {
  isImpaired,
  isLimited,
  isOwnedBy,
  impairmentOf,
  isNvramVolume,
  isSameImpairment,
  NO_IMPAIRMENT,
  type Impairment,
  type Leftover,
  type LinkFaults,
  type NoImpairment,
  VenError,
  volumesOf,
  type Backend,
  type Backing,
  type BmcMachines,
  type BringUp,
  type BringUpOrder,
  type DomainPower,
  type FleetState,
  type DomainMark,
  type FirmwareNeed,
  type Host,
  type HostFinding,
  type HostFirmware,
  type HostRoute,
  type HostState,
  type HostSurvey,
  type Lock,
  type LockRequest,
  type NetworkEntryChange,
  type NetworkFacts,
  type NetworkFault,
  type NetworkRedefinition,
  type AnyDomain,
  type ObservedDomain,
  type ObservedNetwork,
  type ObservedNic,
  type Power,
  type ResolvedFirmware,
  type ResolvedFleet,
  type VolumeRef,
  type DomainFacts,
  type SecretReference,
} from '../../src/model/index.js';
import { attribute, child, elementsOf, type XmlElement } from '../../src/xml/index.js';
import { editXml, macOf, mapChildren, mapDevices, withAttribute, withChild } from './edit.js';
import { backingInDefinitions } from '../../src/host/libvirt/backing.js';
import { fakeBmcActs } from './fake-bmc.js';
import { FakeConsoles } from './fake-consoles.js';
import { fakeFiles } from './fake-files.js';
import { FakeState } from './fake-state.js';
import { Faults } from './faults.js';
import {
  element,
  foreignDomain,
  foreignNetwork,
  type ForeignDomain,
  type ForeignNetwork,
} from './foreign.js';
import { commonFacts, domainFacts, networkFacts, networkFieldFacts, parseXml } from './parse.js';
import { DEFAULT_FOLDER, FakeStorage } from './storage.js';
import { emptyStore, nextBootOf, withoutNextBoot } from './variable-store.js';

const NVRAM_BYTES = 540672;

interface Domain {
  /** What is kept, or would be, of one that is not persistent. */
  config: string;
  /** false: it is gone with its power. */
  persistent: boolean;
  live: string | null;
  /** What a start continues with. */
  saved?: string;
  power: Power;
  autostart: boolean;
}

interface Network {
  /** What is kept. */
  xml: string;
  /** What runs. */
  live: string | null;
  active: boolean;
  /** Whether its DNS and DHCP server runs, where it is active. */
  dnsmasq: boolean;
  autostart: boolean;
  /** false: it is gone when it stops. */
  persistent: boolean;
}

export interface FakeHostOptions {
  uri?: string;
  accelerator?: 'kvm' | 'qemu';
  /** Bridges of the host that no network made. */
  bridges?: string[];
  routes?: HostRoute[];
  uplink?: NonNullable<HostState['uplink']>;
  nvramTemplate?: Uint8Array;
  /** Its capacity; default: 64 CPUs and 256 GiB. */
  cpus?: number;
  memoryKiB?: number;
  /** Whether a guest does what the power button asks. */
  obedient?: boolean;
}

function imagesOf(domains: readonly AnyDomain[]): (string | null)[] {
  return domains
    .flatMap(({ config, live }) => [...config.disks, ...(live?.disks ?? [])])
    .map(({ path }) => path);
}

/** As if every variable's value, and every file's text, were its name. */
const readSecret = (reference: SecretReference): string =>
  ('env' in reference ? reference.env : reference.file).toLowerCase();

export class FakeHost implements Host {
  readonly uri: string;
  readonly faults = new Faults();
  readonly storage = new FakeStorage(this.faults);
  readonly files = fakeFiles(this.storage, this.faults);
  readonly domains = new Map<string, Domain>();
  readonly networks = new Map<string, Network>();
  /** Each bridge with its taps. */
  readonly bridges = new Map<string, Set<string>>();
  readonly nvrams = new Set<string>();
  /** By tap. */
  readonly impairments = new Map<string, Impairment>();
  /** Why links can't be impaired; null: they can. */
  noImpairment: NoImpairment | null = null;
  /** Why libvirt can't limit them; null: it can. */
  noRate: NoImpairment | null = null;
  /** What an earlier VM left; a new one of the same UUID takes it away. */
  leftovers: Leftover[] = [];
  /** IPv4 addresses by UUID, for tests of `status`. */
  readonly leases = new Map<string, string[]>();
  probes = 0;
  firmwareAsked: string[] = [];
  /** All that `backend` was given, in order. */
  readonly broughtUp: BringUp[] = [];
  readonly isRemote = false;
  readonly consoles = new FakeConsoles(() =>
    [...this.domains.values()].map(({ config }) => domainName(parseXml(config))),
  );
  /** The fleet whose machines have BMCs on this host. */
  bmcFleet = 'lab';
  /** What the firmware found in its variables at each start; null: to go by its boot order. */
  readonly boots: (string | null)[] = [];
  /** QEMU's order of devices at the next reset, by UUID, where it is not that of the start. */
  readonly bootIndexes = new Map<string, readonly BootIndex[]>();
  /** Milliseconds, for what a BMC remembers. */
  now = Date.parse('2026-01-01T00:00:00Z');
  /** What the images' servers have, by URL. */
  readonly images = new Map<string, string>();
  /** What ven keeps: it outlives the run, and is not the host's. */
  state: FleetState = new FakeState();
  /** `apply fleet` when it is taken, and `end fleet`. */
  readonly locks: string[] = [];
  /** Fleets of which another run is at work. */
  readonly fleetsAtWork = new Set<string>();
  readonly #held = new Set<string>();
  readonly #holding = new Map<string, Promise<unknown>>();
  readonly #failing = new Map<string, 'off' | 'paused'>();
  /** By the domain's name. */
  readonly #starts = new Map<string, string>();
  readonly #options: FakeHostOptions;
  #bmc: { fleet: string; machines: BmcMachines } | null = null;
  #taps = 0;
  #ids = 0;
  #time = Date.parse('2026-01-01T00:00:00Z');

  constructor(options: FakeHostOptions = {}) {
    this.#options = options;
    this.uri = options.uri ?? 'qemu:///system';
    for (const bridge of options.bridges ?? []) this.bridges.set(bridge, new Set());
  }

  get bmc(): BmcMachines {
    const fleet = this.bmcFleet;
    if (this.#bmc?.fleet !== fleet)
      this.#bmc = { fleet, machines: bmcMachines(fleet, fakeBmcActs(this)) };
    return this.#bmc.machines;
  }

  /** How many single changes were done so far. */
  get changes(): number {
    return this.faults.changes.length;
  }

  // What a person does, with virsh. None of it counts as a change.

  addForeignDomain(spec: ForeignDomain, { running = false }: { running?: boolean } = {}): string {
    const { uuid, xml } = foreignDomain(spec);
    this.#define(xml);
    if (running) this.#start(uuid);
    return uuid;
  }

  addDomain(xml: string): void {
    this.#define(xml);
  }

  addForeignNetwork(spec: ForeignNetwork, { active = true }: { active?: boolean } = {}): string {
    const { uuid, xml } = foreignNetwork(spec);
    this.#defineNetwork(xml);
    if (active) this.#startNetwork(uuid);
    return uuid;
  }

  /** An external snapshot of a VM's disk, as `virsh snapshot-create-as --disk-only` makes it. */
  snapshot(uuid: string, target: string, overlay: string): void {
    const take = (xml: string): string =>
      editXml(xml, (domain) =>
        mapDevices(domain, 'disk', (device) => {
          const source = child(device, 'source');
          const file = attribute(source, 'file');
          if (attribute(child(device, 'target'), 'dev') !== target || file === null) return device;
          this.storage.backing.set(overlay, file);
          return withChild(device, 'source', element('source', { file: overlay }));
        }),
      );
    this.edit(uuid, take);
    if (this.#domain(uuid).live !== null) this.editLive(uuid, take);
    const folder = this.storage.folderOf('default');
    if (overlay.startsWith(`${folder}/`))
      this.storage.add('default', overlay.slice(folder.length + 1), 1024 ** 3);
  }

  addForeignVolume(pool: string, volume: string, bytes = 1024 ** 3): void {
    this.storage.add(pool, volume, bytes);
  }

  powerOff(uuid: string): void {
    this.#powerOff(this.#domain(uuid));
  }

  pause(uuid: string): void {
    this.#domain(uuid).power = 'paused';
  }

  /** `virsh managedsave` */
  save(uuid: string): void {
    const domain = this.#domain(uuid);
    if (domain.live === null) throw refused('domain is not running');
    domain.saved = domain.live;
    this.#powerOff(domain);
  }

  /** What the domain is a moment after it was started or resumed. */
  failAfterStart(uuid: string, power: 'off' | 'paused'): void {
    this.#failing.set(uuid, power);
  }

  undefine(uuid: string): void {
    this.#undefine(uuid);
  }

  crash(uuid: string): void {
    this.#domain(uuid).power = 'crashed';
  }

  edit(uuid: string, change: (xml: string) => string): void {
    this.#define(change(this.#config(uuid)));
  }

  /** Moves all NICs, of the definition and of what runs, to another network. */
  plugInto(uuid: string, network: string): void {
    const domain = this.#domain(uuid);
    const move = (nic: XmlElement): XmlElement =>
      withChild(withAttribute(nic, 'type', 'network'), 'source', element('source', { network }));
    const bridge = this.#bridgeOf({
      mac: '',
      model: '',
      source: { kind: 'network', network },
      tap: null,
      bridge: null,
    });
    domain.config = editXml(this.#config(uuid), (root) => mapDevices(root, 'interface', move));
    if (domain.live === null) return;
    domain.live = editXml(domain.live, (root) =>
      mapDevices(root, 'interface', (nic) => {
        const tap = attribute(child(nic, 'target'), 'dev') ?? '';
        this.#unplug(tap);
        this.bridges.get(bridge)?.add(tap);
        return plugged(move(nic), tap, bridge);
      }),
    );
  }

  /** What runs, not what the next start will use. */
  editLive(uuid: string, change: (xml: string) => string): void {
    const domain = this.#domain(uuid);
    if (domain.live === null) throw refused('domain is not running');
    domain.live = change(domain.live);
  }

  switchNetworkOff(uuid: string): void {
    this.#stopNetwork(this.#network(uuid));
  }

  /** As `virsh net-edit`. */
  editNetwork(uuid: string, change: (xml: string) => string): void {
    this.#defineNetwork(change(this.#network(uuid).xml));
  }

  /** As `virsh net-update --live`. */
  editLiveNetwork(uuid: string, change: (xml: string) => string): void {
    const network = this.#network(uuid);
    network.live = change(network.live ?? '');
  }

  /** Its bridge goes, and the host's libvirt does not notice. */
  loseBridge(uuid: string): void {
    this.bridges.delete(networkFacts(parseXml(this.#network(uuid).live ?? '')).bridge ?? '');
  }

  killDnsmasq(uuid: string): void {
    this.#network(uuid).dnsmasq = false;
  }

  restartNetwork(uuid: string): void {
    this.#stopNetwork(this.#network(uuid));
    this.#startNetwork(uuid);
  }

  undefineNetwork(uuid: string): void {
    this.#stopNetwork(this.#network(uuid));
    this.networks.delete(uuid);
  }

  /** Another host that is in the same state, with no faults and no changes yet. */
  copy(): FakeHost {
    const other = new FakeHost(this.#options);
    for (const [uuid, domain] of this.domains) other.domains.set(uuid, { ...domain });
    for (const [uuid, network] of this.networks) other.networks.set(uuid, { ...network });
    for (const [bridge, taps] of this.bridges) other.bridges.set(bridge, new Set(taps));
    for (const nvram of this.nvrams) other.nvrams.add(nvram);
    for (const [tap, impairment] of this.impairments) other.impairments.set(tap, impairment);
    other.noImpairment = this.noImpairment;
    other.noRate = this.noRate;
    other.leftovers = [...this.leftovers];
    for (const [uuid, addresses] of this.leases) other.leases.set(uuid, addresses);
    for (const [url, content] of this.images) other.images.set(url, content);
    other.boots.push(...this.boots);
    other.bmcFleet = this.bmcFleet;
    other.now = this.now;
    other.storage.takeFrom(this.storage);
    other.state = this.state;
    for (const [domain, log] of this.consoles.logs) other.consoles.logs.set(domain, log);
    for (const [domain, start] of this.#starts) other.#starts.set(domain, start);
    other.#taps = this.#taps;
    other.#ids = this.#ids;
    other.#time = this.#time;
    return other;
  }

  // Host

  observe(fleet: ResolvedFleet): Promise<HostState> {
    return this.#answer(() => {
      this.#time += 1000;
      const wanted = new Set(
        fleet.vms.flatMap((vm) => volumesOf(vm).map(({ pool, volume }) => `${pool}/${volume}`)),
      );
      const domains = [...this.domains]
        .map(([uuid, domain]) => this.#observed(uuid, domain, fleet))
        .sort(byName);
      for (const { mark } of domains)
        if (mark?.fleet === fleet.name)
          for (const { pool, volume } of mark.volumes) wanted.add(`${pool}/${volume}`);
      return {
        uri: this.uri,
        observedAt: new Date(this.#time).toISOString(),
        domains,
        networks: [...this.networks.values()]
          .map((network) => this.#observedNetwork(network))
          .sort(byName),
        pools: this.storage.observedPools(),
        defaultFolder: DEFAULT_FOLDER,
        volumes: this.storage.observedVolumes(wanted),
        leftovers: this.leftovers.filter(({ uuid }) => !this.domains.has(uuid)),
        backing: {
          ...backingInDefinitions(domains),
          ...this.storage.backingOf(
            imagesOf(domains.filter(({ mark }) => mark?.fleet === fleet.name)),
          ),
        },
        routes: this.#options.routes ?? [],
        ...(this.#options.uplink && { uplink: this.#options.uplink }),
        bridgePorts: Object.fromEntries(
          [...this.bridges].map(([bridge, taps]) => [bridge, [...taps].sort()]),
        ),
        impairments: Object.fromEntries(
          domains.flatMap(({ live }) =>
            (live?.nics ?? []).flatMap(({ tap }) =>
              tap === null ? [] : [[tap, this.impairments.get(tap) ?? NO_IMPAIRMENT]],
            ),
          ),
        ),
        ...this.#faultsOfLinks(fleet, domains),
      };
    });
  }

  linkFaults(): Promise<LinkFaults> {
    return this.#answer(() => ({
      ...(this.noImpairment && { noImpairment: this.noImpairment }),
      ...(this.noRate && { noRate: this.noRate }),
    }));
  }

  /** Only what the fleet, or what it has here, has to do with. */
  #faultsOfLinks(fleet: ResolvedFleet, domains: readonly AnyDomain[]): LinkFaults {
    const wanted = fleet.vms.flatMap(({ nics }) => nics.flatMap(({ link }) => link ?? []));
    const known = domains
      .filter((domain) => isOwnedBy(fleet, domain))
      .flatMap(({ config }) => config.nics.flatMap(({ link }) => link ?? []));
    const impairs = [...wanted, ...known, ...this.impairments.values()].some(isImpaired);
    return {
      ...(impairs && this.noImpairment && { noImpairment: this.noImpairment }),
      ...(wanted.some(isLimited) && this.noRate && { noRate: this.noRate }),
    };
  }

  survey(pools: readonly string[]): Promise<HostSurvey> {
    return this.#answer(() => ({
      libvirt: '9.0.0',
      cpus: this.#options.cpus ?? 64,
      memoryKiB: this.#options.memoryKiB ?? 256 * 1024 ** 2,
      kvm: (this.#options.accelerator ?? 'qemu') === 'kvm',
      domains: [...this.domains].map(([uuid, { config, power }]) => {
        const { cpus, memoryKiB } = domainFacts(parseXml(config));
        const running = power !== 'off';
        return { uuid, name: domainName(parseXml(config)), running, cpus, memoryKiB };
      }),
      pools: this.storage
        .observedPools()
        .filter(({ name }) => pools.includes(name))
        .map(({ name, active, availableBytes }) => ({
          ...{ name, active, availableBytes },
          capacityBytes: availableBytes,
        })),
    }));
  }

  readBacking({ domains, backing }: HostState): Promise<Backing> {
    return this.#answer(() => ({ ...backing, ...this.storage.backingOf(imagesOf(domains)) }));
  }

  ensurePool(pool: string): Promise<void> {
    return this.#answer(() => {
      this.storage.ensurePool(pool);
    });
  }

  createNetwork(uuid: string, xml: string): Promise<void> {
    return this.#answer(() => {
      this.faults.change(`net-define ${uuid}`, () => {
        this.#defineNetwork(xml);
      });
      this.#runNetwork(uuid);
    });
  }

  startNetwork(uuid: string): Promise<void> {
    return this.#answer(() => {
      this.#runNetwork(uuid);
    });
  }

  stopNetwork(uuid: string): Promise<void> {
    return this.#answer(() => {
      const network = this.#network(uuid);
      if (!network.active) return;
      this.#change('net-destroy', uuid, () => this.#stopNetwork(network));
    });
  }

  updateNetwork(uuid: string, changes: readonly NetworkEntryChange[]): Promise<void> {
    return this.#answer(() => {
      const network = this.#network(uuid);
      for (const change of changes) {
        if (network.live === null) throw refused('network is not active');
        const { live } = network;
        if (hasEntry(networkFacts(parseXml(live)), change) === (change.operation === 'add-last'))
          continue;
        this.faults.change(`net-update ${uuid} ${change.operation} ${change.section}`, () => {
          network.live = editXml(live, (root) => changeEntry(root, change));
        });
      }
    });
  }

  defineNetwork(xml: string): Promise<void> {
    return this.#answer(() => {
      this.faults.change(`net-define ${networkFacts(parseXml(xml)).uuid}`, () => {
        this.#defineNetwork(xml);
      });
    });
  }

  deleteNetwork(uuid: string): Promise<void> {
    return this.#answer(() => {
      const network = this.networks.get(uuid);
      if (!network) return;
      this.faults.change(`net-destroy ${uuid}`, () => {
        this.#stopNetwork(network);
      });
      this.faults.change(`net-undefine ${uuid}`, () => {
        this.networks.delete(uuid);
      });
    });
  }

  readNetwork(uuid: string): Promise<string> {
    return this.#answer(() => this.#network(uuid).xml);
  }

  redefineNetwork(uuid: string, { user, patch, start }: NetworkRedefinition): Promise<void> {
    return this.#answer(() => {
      const network = this.#network(uuid);
      this.#settle(uuid, user.fleet);
      const { active } = network;
      const before = network.xml;
      const after = patch(before);
      if (before === after && (active || !start)) return;
      const restart = withoutMetadata(before) !== withoutMetadata(after);
      const nics = (active ? restart : start) ? this.#nicsOn(network.xml) : [];
      const temporary = temporaryNetworkOf(uuid);
      this.faults.change(`net-create ${temporary.name}`, () => {
        this.#defineNetwork(temporaryNetworkXml({ network: uuid, user, nics }), false);
        this.#startNetwork(temporary.uuid);
      });
      try {
        for (const { domain, xml } of nics)
          this.#updateNic(domain, movedAside(xml, temporary), false);
        const old = network.xml;
        if (restart && active) this.#change('net-destroy', uuid, () => this.#stopNetwork(network));
        try {
          if (old !== after) this.#change('net-define', uuid, () => this.#defineNetwork(after));
          if (!network.active && (active || start))
            this.#change('net-start', uuid, () => this.#startNetwork(uuid));
        } catch (error) {
          if (this.faults.dead) throw error;
          network.xml = old;
          if (active && !network.active) this.#startNetwork(uuid);
          throw error;
        }
      } finally {
        if (!this.faults.dead) this.#moveBack(uuid, nics);
      }
    });
  }

  settleNetwork(uuid: string, { fleet }: { fleet: string }): Promise<void> {
    return this.#answer(() => {
      this.#settle(uuid, fleet);
    });
  }

  holdDomain<T>(uuid: string, work: (held: Host) => Promise<T>): Promise<T> {
    const done = (this.#holding.get(uuid) ?? Promise.resolve()).then(() => work(this));
    this.#holding.set(
      uuid,
      done.catch(() => undefined),
    );
    return done;
  }

  readDomain(uuid: string): Promise<string> {
    return this.#answer(() => this.#config(uuid));
  }

  defineDomain(xml: string): Promise<void> {
    return this.#answer(() => {
      this.faults.change(`define ${domainUuid(parseXml(xml))}`, () => {
        this.#define(volumesByPath(xml, (pool) => this.storage.folderOf(pool)));
      });
    });
  }

  startDomain(uuid: string): Promise<void> {
    return this.#answer(() => {
      const domain = this.#domain(uuid);
      if (domain.power === 'running') return;
      this.faults.change(`start ${uuid}`, () => {
        if (domain.power === 'paused') domain.power = 'running';
        else this.#start(uuid);
        this.#lookAfter(uuid);
      });
      this.#impair(uuid, impairmentsIn(domain.config));
    });
  }

  async shutDownDomain(
    uuid: string,
    timeoutSeconds: number,
    signal?: AbortSignal,
  ): Promise<boolean> {
    // Who can end it early gets the guest's time; all others are told at once that it is over.
    if (signal && this.#options.obedient === false)
      await pause(timeoutSeconds * 1000, undefined, { signal }).catch(() => undefined);
    return this.#answer(() => {
      if (signal?.aborted === true)
        throw new VenError('interrupted', { summary: 'it is not asked any more' });
      const domain = this.domains.get(uuid);
      if (!domain || domain.live === null) return true;
      const hears = domain.power === 'running' && (this.#options.obedient ?? true);
      if (timeoutSeconds === 0 || !hears) return false;
      this.faults.change(`shutdown ${uuid}`, () => {
        this.#powerOff(domain);
      });
      return true;
    });
  }

  async stopDomain(uuid: string, timeoutSeconds: number): Promise<void> {
    if (await this.shutDownDomain(uuid, timeoutSeconds)) return;
    return this.#answer(() => {
      this.faults.change(`destroy ${uuid}`, () => {
        this.#powerOff(this.#domain(uuid));
      });
    });
  }

  resetDomain(uuid: string): Promise<void> {
    return this.#answer(() => {
      if (this.#domain(uuid).live === null)
        throw new VenError('not-running', { summary: 'the VM is off' });
      this.faults.change(`reset ${uuid}`, () => undefined);
    });
  }

  setAutostart(uuid: string, on: boolean): Promise<void> {
    return this.#answer(() => {
      const domain = this.#domain(uuid);
      this.faults.change(`autostart ${uuid} ${on ? 'on' : 'off'}`, () => {
        Object.assign(domain, { autostart: on, persistent: true });
      });
    });
  }

  markDomain(uuid: string, mark: DomainMark): Promise<void> {
    return this.#answer(() => {
      const made = domainMarkElement(mark);
      this.#editBoth(uuid, `metadata ${uuid}`, (root) => {
        const others = (child(root, 'metadata')?.children ?? []).filter(
          (node) =>
            typeof node !== 'string' &&
            domainMark(element('domain', {}, [element('metadata', {}, [node])])) === null,
        );
        return withChild(root, 'metadata', element('metadata', {}, [...others, made]));
      });
    });
  }

  setTitle(uuid: string, title: string, description: string): Promise<void> {
    return this.#answer(() => {
      const leaf = (name: string, text: string) => (text === '' ? null : element(name, {}, [text]));
      this.#editBoth(uuid, `desc ${uuid}`, (root) =>
        withChild(
          withChild(root, 'description', leaf('description', description)),
          'title',
          leaf('title', title),
        ),
      );
    });
  }

  setGraphicsPassword(uuid: string, reference: SecretReference): Promise<void> {
    return this.#answer(() => {
      const domain = this.#domain(uuid);
      const set = (xml: string): string =>
        editXml(xml, (root) =>
          mapDevices(root, 'graphics', (graphics) =>
            withAttribute(graphics, 'passwd', readSecret(reference)),
          ),
        );
      this.faults.change(`update-device ${uuid} graphics`, () => {
        if (domain.live !== null && graphicsPassword(parseXml(domain.live), null) === 'none')
          throw new VenError('tool-failed', {
            summary: 'QEMU was started without a password for VNC',
          });
        domain.config = set(domain.config);
        if (domain.live !== null) domain.live = set(domain.live);
      });
    });
  }

  updateNic(
    uuid: string,
    xml: string,
    { place, impairment }: Parameters<Host['updateNic']>[2],
  ): Promise<void> {
    return this.#answer(() => {
      const link = impairment !== null;
      this.#updateNic(uuid, xml, false, [
        ...(place ? ['place' as const] : []),
        ...(link ? ['link' as const] : []),
      ]);
      if (link) this.#impair(uuid, new Map([[macOf(parseXml(xml)), impairment]]));
    });
  }

  reattachNics(uuid: string, nicXmls: string[]): Promise<void> {
    return this.#answer(() => {
      for (const xml of nicXmls) this.#updateNic(uuid, xml, true);
    });
  }

  deleteDomain(uuid: string, volumes: VolumeRef[]): Promise<void> {
    return this.#answer(() => {
      const domain = this.domains.get(uuid);
      if (domain && domain.live !== null) {
        this.faults.change(`destroy ${uuid}`, () => {
          domain.persistent = true;
          this.#powerOff(domain);
        });
      }
      for (const ref of volumes) this.storage.remove(ref);
      const first =
        volumes.some(isNvramVolume) && this.domains.has(uuid)
          ? withFirstNvram(this.#config(uuid))
          : null;
      if (first !== null) {
        this.faults.change(`define ${uuid}`, () => {
          this.leftovers = this.leftovers.filter((left) => left.uuid !== uuid);
          this.#define(first);
        });
      }
      if (this.domains.has(uuid)) {
        this.faults.change(`undefine ${uuid}`, () => {
          this.#undefine(uuid);
        });
      }
    });
  }

  createVolume(pool: string, _volume: string, xml: string): Promise<void> {
    return this.#answer(() => {
      this.storage.create(pool, xml);
    });
  }

  fillVolume(ref: VolumeRef, content: Uint8Array): Promise<void> {
    return this.#answer(() => {
      for (const { config, live } of this.domains.values()) {
        const used = live !== null && this.storage.at(domainFacts(parseXml(config)).nvram);
        if (used && used.pool === ref.pool && used.volume === ref.volume)
          throw refused(`${ref.volume} is in use`);
      }
      this.storage.fill(ref, content);
    });
  }

  readNvramTemplate(_path: string): Promise<Uint8Array> {
    return this.#answer(() => this.#options.nvramTemplate ?? emptyStore());
  }

  growVolume(
    ref: VolumeRef,
    bytes: number,
    running: { uuid: string; target: string } | null,
  ): Promise<void> {
    return this.#answer(() => {
      if (running && this.#domain(running.uuid).live === null)
        throw refused('domain is not running');
      this.storage.grow(ref, bytes);
    });
  }

  readonly backend: Backend = {
    open: () => {
      const running = new Set<Promise<void>>();
      return {
        bringUp: (orders) => {
          for (const order of orders) {
            const done = this.#carryOut(order).finally(() => running.delete(done));
            running.add(done);
          }
        },
        idle: async () => {
          while (running.size > 0) await Promise.all(running);
        },
      };
    },
  };

  readAddresses(uuids: readonly string[]): Promise<Record<string, string[]>> {
    return this.#answer(() =>
      Object.fromEntries(
        uuids.map((uuid) => [
          uuid,
          this.domains.get(uuid)?.live ? (this.leases.get(uuid) ?? []) : [],
        ]),
      ),
    );
  }

  firmware(wanted: Exclude<ResolvedFirmware, 'bios'>, need: FirmwareNeed): Promise<HostFirmware> {
    return this.#answer(() => {
      this.firmwareAsked.push(
        `${typeof wanted === 'string' ? wanted : wanted.loader}${need.template ? ' template' : ''}`,
      );
      if (typeof wanted === 'object') return ownFirmware(wanted);
      return ownFirmware({
        loader: `/fw/${wanted}.fd`,
        nvramTemplate: `/fw/${wanted}-vars.fd`,
        secureBoot: wanted === 'uefi-secure',
      });
    });
  }

  probeAccelerator(): Promise<{ accelerator: 'kvm' | 'qemu'; why: string }> {
    return this.#answer(() => {
      this.probes += 1;
      const accelerator = this.#options.accelerator ?? 'qemu';
      return { accelerator, why: `${accelerator}: the test says so` };
    });
  }

  findings(): Promise<HostFinding[]> {
    return Promise.resolve([]);
  }

  readPowers(uuids: readonly string[]): Promise<ReadonlyMap<string, DomainPower>> {
    return this.#answer(
      () =>
        new Map(
          uuids.map((uuid): [string, DomainPower] => {
            const { power = 'missing', live = null } = this.domains.get(uuid) ?? {};
            return [uuid, { power, id: live === null ? null : attribute(parseXml(live), 'id') }];
          }),
        ),
    );
  }

  lastStart(domain: string): string | null {
    return this.#starts.get(domain) ?? null;
  }

  /** It can't be seen from here. */
  volumeIncarnation(_path: string): string | null {
    return null;
  }

  async lock({ over = 'fleet', command }: LockRequest): Promise<Lock> {
    await Promise.resolve();
    if (this.#held.has(over)) throw new VenError('locked', { summary: `the ${over} is locked` });
    this.#held.add(over);
    this.locks.push(`${command} ${over}`);
    const release = (): void => {
      if (this.#held.delete(over)) this.locks.push(`end ${over}`);
    };
    return { host: this, release };
  }

  lockHolder(): Promise<string | null> {
    return Promise.resolve(this.#held.has('fleet') ? 'ven apply of another (process 1)' : null);
  }

  endLeftovers(): Promise<void> {
    return Promise.resolve();
  }

  // libvirt

  /** In a later turn, as every answer of a real host. */
  async #answer<T>(work: () => T): Promise<T> {
    await Promise.resolve();
    this.faults.check();
    return work();
  }

  async #carryOut({ begin, started, output, settled, signal }: BringUpOrder): Promise<void> {
    if (signal.aborted) return;
    try {
      const beginning = begin(() => performance.now());
      started();
      const machine = await beginning;
      signal.throwIfAborted();
      this.faults.check();
      this.broughtUp.push(machine);
      this.#bringUp(machine, output);
      settled(null);
    } catch (error) {
      settled(error);
    }
  }

  #bringUp(machine: BringUp, tell: (line: string) => void): void {
    const { uuid, domain, volumes } = machine;
    if (this.domains.has(uuid) || this.#named(domain))
      throw exists(`domain ${domain} exists already`);
    for (const { pool, volume } of volumes)
      if (this.storage.has(pool, volume))
        throw exists(`volume ${volume} exists already in pool ${pool}`);
    this.faults.change(`define ${uuid}`, () => {
      this.#define(volumesByPath(machine.domainXml, (pool) => this.storage.folderOf(pool)));
    });
    tell('defined');
    for (const { pool, volume, xml, content } of volumes) {
      this.storage.create(pool, xml);
      if (content) this.storage.fill({ pool, volume }, content);
    }
    tell('disks');
    if (!machine.start) return;
    this.faults.change(`start ${uuid}`, () => {
      this.#start(uuid);
      this.#lookAfter(uuid);
    });
    this.#impair(uuid, impairmentsIn(machine.domainXml));
    tell('started');
  }

  #observed(
    uuid: string,
    { config, persistent, live, saved, power, autostart }: Domain,
    fleet: ResolvedFleet,
  ): AnyDomain {
    const root = parseXml(config);
    const mark = domainMark(root);
    const about = { uuid, name: domainName(root), power, autostart, persistent, mark };
    if (!isOwnedBy(fleet, about))
      return {
        ...about,
        config: commonFacts(root),
        live: live === null ? null : commonFacts(parseXml(live)),
      };
    const factsOf = (domain: XmlElement): DomainFacts => {
      const facts = domainFacts(domain);
      const password = graphicsPassword(domain, wantedPassword(fleet, uuid, readSecret));
      return password === null ? facts : { ...facts, graphics: { ...facts.graphics, password } };
    };
    const facts = factsOf(root);
    const running = live === null ? null : factsOf(parseXml(live));
    const { nvram } = running ?? facts;
    const own: ObservedDomain = {
      ...about,
      config: facts,
      live: running,
      nvramMissing: nvram === null ? null : !this.nvrams.has(nvram),
      xml: config,
      liveXml: live ?? '',
      ...(saved !== undefined && {
        saved: { facts: withoutTaps(factsOf(parseXml(saved))), xml: saved },
      }),
    };
    return own;
  }

  #define(xml: string): void {
    const root = parseXml(xml);
    const uuid = domainUuid(root);
    const name = domainName(root);
    const holder = this.#named(name);
    if (holder !== undefined && holder !== uuid)
      throw exists(`operation failed: domain '${name}' already exists with uuid ${holder}`);
    const known = this.domains.get(uuid);
    if (known && domainName(parseXml(known.config)) !== name)
      throw exists(`operation failed: domain is already defined with uuid ${uuid}`);
    if (known) Object.assign(known, { config: xml, persistent: true });
    else
      this.domains.set(uuid, {
        config: xml,
        persistent: true,
        live: null,
        power: 'off',
        autostart: false,
      });
  }

  #lookAfter(uuid: string): void {
    const power = this.#failing.get(uuid);
    if (power === undefined) return;
    if (power === 'off') this.#powerOff(this.#domain(uuid));
    else this.#domain(uuid).power = power;
    throw new VenError('tool-failed', { summary: `It was started, and is ${power}` });
  }

  #start(uuid: string): void {
    const domain = this.#domain(uuid);
    const config = domain.saved ?? this.#config(uuid);
    delete domain.saved;
    this.bootIndexes.delete(uuid);
    const facts = domainFacts(parseXml(config));
    for (const disk of facts.disks) this.storage.mustHave(disk);
    const bridges = new Map(facts.nics.map((nic) => [nic.mac, this.#bridgeOf(nic)]));
    this.#ids += 1;
    this.#time += 1000;
    this.#starts.set(domainName(parseXml(config)), new Date(this.#time).toISOString());
    domain.live = editXml(config, (root) =>
      mapDevices(withAttribute(root, 'id', String(this.#ids)), 'interface', (nic) => {
        const bridge = bridges.get(macOf(nic)) ?? '';
        const tap = `vnet${this.#taps++}`;
        this.bridges.get(bridge)?.add(tap);
        return plugged(nic, tap, bridge);
      }),
    );
    domain.power = 'running';
    this.#consumeNextBoot(facts.nvram);
    if (facts.nvram === null || this.#hasNvram(facts.nvram)) return;
    // From the firmware's template, wherever it is to be; in a pool's folder it is a volume.
    const volume = this.storage.at(facts.nvram);
    if (volume) this.storage.add(volume.pool, volume.volume, NVRAM_BYTES);
    else this.nvrams.add(facts.nvram);
  }

  /** As UEFI firmware does at its start. */
  #consumeNextBoot(nvram: string | null): void {
    const content = this.storage.contents.get(nvram ?? '');
    if (nvram === null || content === undefined) return;
    this.boots.push(nextBootOf(content));
    this.storage.contents.set(nvram, withoutNextBoot(content));
  }

  #powerOff(domain: Domain): void {
    if (domain.live !== null)
      for (const { tap } of domainFacts(parseXml(domain.live)).nics) this.#unplug(tap);
    domain.live = null;
    domain.power = 'off';
    if (!domain.persistent) this.domains.delete(domainUuid(parseXml(domain.config)));
  }

  #undefine(uuid: string): void {
    const domain = this.#domain(uuid);
    const { nvram } = domainFacts(parseXml(this.#config(uuid)));
    const volume = this.storage.at(nvram);
    if (volume) this.storage.delete(volume.pool, volume.volume);
    else if (nvram !== null) this.nvrams.delete(nvram);
    if (domain.live === null) this.domains.delete(uuid);
    else Object.assign(domain, { persistent: false, autostart: false });
  }

  #updateNic(
    uuid: string,
    xml: string,
    throughAnother: boolean,
    parts: readonly NicPart[] = ['place'],
  ): void {
    const domain = this.#domain(uuid);
    if (domain.live === null)
      throw refused('Requested operation is not valid: domain is not running');
    const mac = macOf(parseXml(xml));
    const wanted = parseXml(updatedNic(domain.live, xml, parts) ?? xml);
    const now = domainFacts(parseXml(domain.live)).nics.find((nic) => nic.mac === mac);
    if (!now) throw new VenError('not-found', { summary: `no NIC ${mac} in the running domain` });
    this.faults.change(`update-device ${uuid} ${mac}`, () => {
      const probe = domainFacts(element('domain', {}, [element('devices', {}, [wanted])])).nics[0];
      const bridge = probe ? this.#bridgeOf(probe) : '';
      // libvirt moves a tap only when the bridge is another one.
      if (bridge !== now.bridge || throughAnother) {
        this.#unplug(now.tap);
        if (now.tap !== null) this.bridges.get(bridge)?.add(now.tap);
      }
      domain.live = editXml(domain.live ?? '', (root) =>
        mapDevices(root, 'interface', (nic) =>
          macOf(nic) === mac ? plugged(wanted, now.tap ?? '', bridge) : nic,
        ),
      );
    });
  }

  /** As `tc` does it, or refuses. */
  #impair(uuid: string, wanted: ReadonlyMap<string, Impairment>): void {
    const { live } = this.#domain(uuid);
    for (const { mac, tap } of live === null ? [] : domainFacts(parseXml(live)).nics) {
      const impairment = wanted.get(mac);
      if (impairment === undefined || tap === null) continue;
      if (isSameImpairment(this.impairments.get(tap) ?? NO_IMPAIRMENT, impairment)) continue;
      if (this.noImpairment) throw new VenError('host-not-ready', this.noImpairment);
      this.faults.change(`tc ${tap}`, () => {
        this.impairments.set(tap, impairmentOf(impairment));
      });
    }
  }

  #editBoth(uuid: string, name: string, edit: Parameters<typeof editXml>[1]): void {
    const domain = this.#domain(uuid);
    this.faults.change(name, () => {
      Object.assign(domain, { config: editXml(domain.config, edit), persistent: true });
      if (domain.live !== null) domain.live = editXml(domain.live, edit);
    });
  }

  #bridgeOf({ source, mac }: ObservedNic): string {
    if (source.kind === 'bridge') {
      if (!this.bridges.has(source.bridge))
        throw new VenError('tool-failed', {
          summary: 'The bridge that a NIC wants does not exist on the host',
          detail: `Cannot get interface MTU on '${source.bridge}': No such device`,
        });
      return source.bridge;
    }
    if (source.kind === 'other') throw refused(`NIC ${mac} hangs on nothing that is known here`);
    const found = [...this.networks.values()].find(
      ({ xml }) => networkFacts(parseXml(xml)).name === source.network,
    );
    if (!found)
      throw new VenError('tool-failed', {
        summary: 'A network that a NIC wants does not exist on the host',
        detail: `Network not found: no network with matching name '${source.network}'`,
      });
    if (!found.active)
      throw refused(`Requested operation is not valid: network '${source.network}' is not active`);
    return networkFacts(parseXml(found.live ?? found.xml)).bridge ?? '';
  }

  #unplug(tap: string | null): void {
    if (tap !== null) for (const taps of this.bridges.values()) taps.delete(tap);
  }

  #change(verb: string, uuid: string, work: () => void): void {
    this.faults.change(`${verb} ${uuid}`, work);
  }

  /** What a killed run left. A run that is at work is not waited for here. */
  #settle(uuid: string, fleet: string): void {
    const temporary = this.networks.get(temporaryNetworkOf(uuid).uuid);
    if (!temporary) return;
    const mark = temporaryMark(parseXml(temporary.xml));
    if (mark === null) throw new Error('a temporary network without a mark');
    if (mark.user.fleet !== fleet && this.fleetsAtWork.has(mark.user.fleet))
      throw new VenError('locked', {
        summary: `Fleet ${mark.user.fleet} is still changing the same network`,
      });
    if (!this.#network(uuid).active)
      this.#change('net-start', uuid, () => this.#startNetwork(uuid));
    this.#moveBack(uuid, mark.nics);
  }

  #moveBack(uuid: string, nics: readonly MovedNic[]): void {
    const temporary = temporaryNetworkOf(uuid);
    for (const { domain, mac, xml } of nics) {
      const live = this.domains.get(domain)?.live ?? null;
      const now =
        live === null
          ? undefined
          : runningNics(parseXml(live), domain).find((nic) => nic.mac === mac);
      const on = now && attachedTo(parseXml(now.xml));
      if (on === `network ${temporary.name}` || on === `bridge ${temporary.bridge}`)
        this.#updateNic(domain, xml, false);
    }
    this.#change('net-destroy', temporary.name, () => {
      this.#stopNetwork(this.#network(temporary.uuid));
    });
  }

  #networkFacts(xml: string): ReturnType<typeof networkFacts> {
    const facts = networkFacts(parseXml(xml));
    const { temporaryFor } = facts;
    if (temporaryFor === null) return facts;
    const atWork = this.fleetsAtWork.has(temporaryFor.user.fleet);
    return { ...facts, temporaryFor: { ...temporaryFor, atWork } };
  }

  /** NICs of running domains on that network, or on its bridge. */
  #nicsOn(network: string): MovedNic[] {
    const { name, bridge } = networkFacts(parseXml(network));
    const places = [`network ${name}`, `bridge ${bridge ?? ''}`];
    return [...this.domains].flatMap(([uuid, { live }]) =>
      live === null
        ? []
        : runningNics(parseXml(live), uuid).filter(({ xml }) =>
            places.includes(attachedTo(parseXml(xml)) ?? ''),
          ),
    );
  }

  #defineNetwork(xml: string, persistent = true): void {
    const { uuid, name, bridge } = networkFacts(parseXml(xml));
    for (const [other, network] of this.networks) {
      const facts = networkFacts(parseXml(network.xml));
      if (other !== uuid && facts.name === name)
        throw exists(`operation failed: network '${name}' already exists with uuid ${other}`);
      if (other === uuid && facts.name !== name)
        throw exists(
          `operation failed: network '${facts.name}' is already defined with uuid ${uuid}`,
        );
      if (other !== uuid && bridge !== null && facts.bridge === bridge)
        throw exists(`internal error: bridge name '${bridge}' already in use.`);
    }
    const known = this.networks.get(uuid);
    if (known) Object.assign(known, { xml, persistent: known.persistent || persistent });
    else
      this.networks.set(uuid, {
        ...{ xml, persistent, live: null, active: false, dnsmasq: false, autostart: false },
      });
  }

  #runNetwork(uuid: string): void {
    const network = this.#network(uuid);
    if (!network.active) {
      this.faults.change(`net-start ${uuid}`, () => {
        this.#startNetwork(uuid);
      });
    }
    if (!network.autostart) {
      this.faults.change(`net-autostart ${uuid}`, () => {
        network.autostart = true;
      });
    }
  }

  #startNetwork(uuid: string): void {
    const network = this.#network(uuid);
    const { bridge, gateway, name } = networkFacts(parseXml(network.xml));
    if (bridge !== null && this.bridges.has(bridge))
      throw refused(`internal error: Network is already in use by interface ${bridge}`);
    for (const other of this.networks.values()) {
      if (gateway === null || other.live === null) continue;
      if (networkFacts(parseXml(other.live)).gateway === gateway)
        throw new VenError('subnet-taken', {
          summary: `internal error: Network is already in use by interface ${name}`,
        });
    }
    if (bridge !== null) this.bridges.set(bridge, new Set());
    Object.assign(network, { active: true, live: network.xml, dnsmasq: true });
  }

  #observedNetwork({ xml, live, dnsmasq, ...rest }: Network): ObservedNetwork {
    const facts = this.#networkFacts(xml);
    const running = live === null ? null : networkFacts(parseXml(live));
    const hasBridge = running?.bridge == null || this.bridges.has(running.bridge);
    const hasServer = dnsmasq || running?.gateway == null;
    return {
      ...facts,
      ...rest,
      live: live === null ? null : networkFieldFacts(parseXml(live)),
      fault: running === null ? null : faultOf(hasBridge, hasServer),
      unsaved: false,
    };
  }

  /** The bridge goes; the taps that hung on it stay, on nothing. */
  #stopNetwork(network: Network): void {
    const { bridge } = networkFacts(parseXml(network.live ?? network.xml));
    if (network.active && bridge !== null) this.bridges.delete(bridge);
    Object.assign(network, { active: false, live: null, dnsmasq: false });
    if (!network.persistent) this.networks.delete(networkFacts(parseXml(network.xml)).uuid);
  }

  #domain(uuid: string): Domain {
    const domain = this.domains.get(uuid);
    if (!domain) throw new VenError('tool-failed', { summary: `failed to get domain '${uuid}'` });
    return domain;
  }

  #config(uuid: string): string {
    return this.#domain(uuid).config;
  }

  #network(uuid: string): Network {
    const network = this.networks.get(uuid);
    if (!network) throw new VenError('tool-failed', { summary: `failed to get network '${uuid}'` });
    return network;
  }

  #hasNvram(path: string): boolean {
    const volume = this.storage.at(path);
    return volume ? this.storage.has(volume.pool, volume.volume) : this.nvrams.has(path);
  }

  #named(name: string): string | undefined {
    return [...this.domains].find(([, { config }]) => domainName(parseXml(config)) === name)?.[0];
  }
}

function withoutTaps(facts: DomainFacts): DomainFacts {
  return { ...facts, nics: facts.nics.map((nic) => ({ ...nic, tap: null })) };
}

function plugged(nic: XmlElement, tap: string, bridge: string): XmlElement {
  const withTap = withChild(nic, 'target', element('target', { dev: tap }));
  return mapChildren(withTap, (part) =>
    part.name === 'source' && attribute(part, 'network') !== null
      ? withAttribute(part, 'bridge', bridge)
      : part,
  );
}

function faultOf(hasBridge: boolean, hasServer: boolean): NetworkFault | null {
  if (!hasBridge) return 'bridge';
  return hasServer ? null : 'dnsmasq';
}

function changeEntry(root: XmlElement, change: NetworkEntryChange): XmlElement {
  if (change.section === 'dns-host') {
    const { ip, names } = change.entry;
    const dns = child(root, 'dns') ?? element('dns');
    const others = dns.children.filter(
      (node) => typeof node === 'string' || attribute(node, 'ip') !== ip,
    );
    const entry = element(
      'host',
      { ip },
      names.map((name) => element('hostname', {}, [name])),
    );
    if (change.operation === 'delete' && dns.children.length - others.length > 1)
      throw refused('multiple matching DNS HOST records were found in network');
    if (change.operation === 'add-last' && dns.children.length > others.length)
      throw refused('there is already at least one DNS HOST record with a matching field');
    return withChild(root, 'dns', {
      ...dns,
      children: change.operation === 'delete' ? others : [...others, entry],
    });
  }
  const made =
    change.section === 'ip-dhcp-range'
      ? element('range', { ...change.entry })
      : element('host', hostAttributes(change.entry));
  const isIt = (node: XmlElement): boolean =>
    node.name === made.name && JSON.stringify(node.attrs) === JSON.stringify(made.attrs);
  return mapChildren(root, (part) => {
    if (part.name !== 'ip') return part;
    const dhcp = child(part, 'dhcp') ?? element('dhcp');
    const clash = elementsOf(dhcp).some((node) => node.name === 'host' && clashes(node, made));
    if (change.operation === 'add-last' && made.name === 'host' && clash)
      throw refused('there is an existing dhcp host entry in network');
    const others = dhcp.children.filter((node) => typeof node === 'string' || !isIt(node));
    return withChild(part, 'dhcp', {
      ...dhcp,
      children: change.operation === 'delete' ? others : [...others, made],
    });
  });
}

function hostAttributes({ mac, ip, name }: NetworkFacts['dhcpHosts'][number]) {
  return { ...(mac !== '' && { mac }), ...(name !== null && { name }), ip };
}

/** As libvirt sees it: one that has a MAC, a name or an address in common. */
function clashes(a: XmlElement, b: XmlElement): boolean {
  return ['mac', 'name', 'ip'].some(
    (key) => attribute(a, key) !== null && attribute(a, key) === attribute(b, key),
  );
}

function byName(a: { name: string }, b: { name: string }): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function refused(summary: string): VenError {
  return new VenError('tool-failed', { summary });
}

function exists(summary: string): VenError {
  return new VenError('foreign-object', { summary });
}

function withoutMetadata(xml: string): string {
  return editXml(xml, (network) => ({
    ...network,
    attrs: {},
    children: network.children.filter(
      (node) => typeof node !== 'string' && node.name !== 'metadata',
    ),
  }));
}
