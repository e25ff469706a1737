import type {
  FirmwareKind,
  FleetGraph,
  GraphNode,
  NetworkNode,
  OutsideNode,
  UplinkNode,
  VmNode,
} from '../../model/index.js';
import { count, oneLine } from '../text/words.js';
import { stem } from './fold.js';

/** `code`: an address or a name that people compare letter by letter. */
export interface BoxLine {
  text: string;
  code: boolean;
}

type Nodes = readonly [GraphNode, ...GraphNode[]];

export function nodeNoun([node, ...others]: Nodes): string {
  const many = others.length > 0;
  switch (node.kind) {
    case 'outside':
      return node.orchestrator === null ? 'outside' : 'orchestrator';
    case 'uplink':
      return 'host’s NIC';
    case 'bridge':
      return many ? 'host’s bridges' : 'host’s bridge';
    case 'network':
      if (!node.own) return 'foreign network';
      return many ? 'networks' : 'network';
    case 'vm':
      return many ? 'VMs' : 'VM';
  }
}

export function nodeTitle([node, ...others]: Nodes): string {
  switch (node.kind) {
    case 'outside':
      return oneLine(node.orchestrator?.name ?? 'the host’s network');
    case 'uplink':
      return oneLine(node.device ?? 'to the outside');
    case 'network':
    case 'bridge':
    case 'vm':
      if (others.length === 0) return oneLine(node.name);
      return `${others.length + 1} × ${oneLine(sharedStem([node, ...others]))}`;
  }
}

/** `VM` where their names have nothing in common. */
function sharedStem(nodes: readonly GraphNode[]): string {
  const stems = nodes.flatMap(nameOf).map(stem);
  return new Set(stems).size === 1 ? (stems[0] ?? '') : (nodes[0]?.kind ?? '');
}

const nameOf = (node: GraphNode): string[] => ('name' in node ? [node.name] : []);

export function nodeLines(nodes: Nodes, graph: FleetGraph): BoxLine[] {
  const [node] = nodes;
  switch (node.kind) {
    case 'outside':
      return outsideLines(node);
    case 'uplink':
      return uplinkLines(node, graph);
    case 'bridge':
      return nodes.length > 1 ? rangeLines(nodes.flatMap(nameOf)) : [];
    case 'network':
      return nodes.length > 1 ? networksLines(nodes) : networkLines(node);
    case 'vm':
      return nodes.length > 1 ? vmsLines(node, nodes, graph) : vmLines(node, graph);
  }
}

const plain = (text: string): BoxLine => ({ text: oneLine(text), code: false });
const code = (text: string): BoxLine => ({ text: oneLine(text), code: true });

function outsideLines({ orchestrator }: OutsideNode): BoxLine[] {
  if (orchestrator === null) return [];
  const { onboarding } = orchestrator;
  const how = onboarding === 'none' ? 'onboards no nodes' : `${onboarding} onboarding`;
  return [plain(how), plain('boot file over HTTPS')];
}

function uplinkLines({ address }: UplinkNode, { edges }: FleetGraph): BoxLine[] {
  const nat = edges.filter(({ kind }) => kind === 'nat').length;
  return [
    ...(address === null ? [] : [code(address)]),
    ...(nat === 0 ? [] : [plain(`NAT for ${count(nat, 'network')}`)]),
  ];
}

const MODES = { nat: 'NAT', isolated: 'isolated', route: 'routed', other: 'not NAT' } as const;

function networkLines(network: NetworkNode): BoxLine[] {
  const { bridge, subnet, gateway, mode, own, name, libvirtName } = network;
  const short = (address: string): string => shortened(address, subnet ?? '');
  const way = mode === null ? [] : [MODES[mode]];
  const door = gateway === null ? [] : [`gateway ${short(gateway)}`];
  return [
    ...(own || name === libvirtName ? [] : [plain(`libvirt: ${libvirtName}`)]),
    ...(bridge === null ? [] : [plain(`bridge ${bridge}`)]),
    ...(subnet === null ? [] : [code(subnet)]),
    ...(subnet === null && own ? [plain('subnet: auto')] : []),
    ...(way.length + door.length === 0 ? [] : [plain([...way, ...door].join(', '))]),
    ...serviceLines(network, short),
  ];
}

function serviceLines(
  { dhcp, dnsNames, bootUrl, subnet, own }: NetworkNode,
  short: (address: string) => string,
): BoxLine[] {
  const range = dhcp === null ? [] : [`DHCP ${short(dhcp.start)} – ${short(dhcp.end)}`];
  const names = dnsNames.length === 0 ? 'DNS' : `DNS, ${count(dnsNames.length, 'own name')}`;
  const hasDns = subnet !== null || own;
  return [
    ...range.map(plain),
    ...(hasDns ? [plain(names)] : []),
    ...(bootUrl === null ? [] : [plain('HTTP boot')]),
  ];
}

function networksLines(nodes: Nodes): BoxLine[] {
  const networks = nodes.filter((node): node is NetworkNode => node.kind === 'network');
  const [first] = networks;
  if (first === undefined) return [];
  const subnets = networks.flatMap(({ subnet }) => subnet ?? []);
  const way = first.mode === null ? [] : [plain(`${MODES[first.mode]}, a bridge each`)];
  return [
    ...rangeLines(networks.map(({ name }) => name)),
    ...(subnets.length < networks.length ? [plain('subnets: auto')] : rangeLines(subnets)),
    ...way,
    plain(first.dhcp === null ? 'DNS' : 'DHCP and DNS'),
    ...(first.bootUrl === null ? [] : [plain('HTTP boot')]),
  ];
}

const FIRMWARE: Record<FirmwareKind, string> = {
  uefi: 'UEFI',
  'uefi-secure': 'UEFI secure boot',
  bios: 'BIOS',
};

function sizeLines({ cpus, memoryKiB, firmware, tpm, power }: VmNode): BoxLine[] {
  const kind = FIRMWARE[firmware];
  const isShort = firmware !== 'uefi-secure';
  return [
    plain(`${count(cpus, 'CPU')}, ${memory(memoryKiB)}`),
    plain(tpm && isShort ? `${kind}, TPM 2.0` : kind),
    ...(tpm && !isShort ? [plain('TPM 2.0')] : []),
    ...(power === 'running' ? [] : [plain(`power ${power}`)]),
  ];
}

function vmLines(vm: VmNode, graph: FleetGraph): BoxLine[] {
  const nics = vm.nics.flatMap(({ mac, address, on }) => [
    ...(vm.nics.length > 1 ? [plain(`NIC on ${placeName(on, graph)}`)] : []),
    code(mac),
    ...(address === null ? addressWords(on, graph) : [code(address)]),
  ]);
  return [...sizeLines(vm), ...nics];
}

/** Of a network without DHCP, or that was not looked at, there is nothing to say. */
function addressWords(on: string | null, { nodes }: FleetGraph): BoxLine[] {
  const hasDhcp = nodes.some((node) => node.kind === 'network' && node.id === on && node.dhcp);
  return hasDhcp ? [plain('address by DHCP')] : [];
}

function vmsLines(first: VmNode, nodes: Nodes, graph: FleetGraph): BoxLine[] {
  const vms = nodes.filter((node): node is VmNode => node.kind === 'vm');
  const shared = sizeLines(first).filter(({ text }) =>
    vms.every((vm) => sizeLines(vm).some((line) => line.text === text)),
  );
  const nics = first.nics.map(({ on }) => {
    const isShared = vms.every((vm) => vm.nics.some((nic) => nic.on === on));
    if (isShared) return `NIC on ${placeName(on, graph)}`;
    const used = new Set(vms.flatMap((vm) => vm.nics.map((nic) => nic.on)));
    const kind = [...used].every((id) => id?.startsWith('bridge.')) ? 'bridge' : 'network';
    return used.size < vms.length ? `on several ${kind}s` : `a ${kind} each`;
  });
  const names = rangeLines(vms.map(({ name }) => name));
  return [...names, ...shared, ...[...new Set(nics)].map(plain)];
}

/** `edge-1 …` and `edge-50`, on two lines where one would be too wide. */
function rangeLines(names: readonly string[]): BoxLine[] {
  const [first = '', last = ''] = [names[0], names.at(-1)];
  const whole = `${first} … ${last}`;
  return whole.length <= 18 ? [code(whole)] : [code(`${first} …`), code(last)];
}

function placeName(on: string | null, { nodes }: FleetGraph): string {
  const node = nodes.find(({ id }) => id === on);
  return node !== undefined && 'name' in node ? node.name : 'another network';
}

/** `.1` of `192.168.122.1` in a /24: without the octets that the subnet fixes. */
function shortened(address: string, subnet: string): string {
  const fixed = Math.min(3, Math.floor(Number(subnet.split('/')[1] ?? '0') / 8));
  return fixed === 0 ? address : `.${address.split('.').slice(fixed).join('.')}`;
}

/** `8 GiB`, `256 MiB`. */
function memory(kib: number): string {
  const [amount, unit] = kib % 1024 ** 2 === 0 ? [kib / 1024 ** 2, 'GiB'] : [kib / 1024, 'MiB'];
  return `${Number.isInteger(amount) ? amount : amount.toFixed(1)} ${unit}`;
}
