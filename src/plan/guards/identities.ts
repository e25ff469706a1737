/**
 * What only one VM of a host can have, compared with all domains that this plan leaves as they are:
 * foreign ones, other fleets', and the fleet's own that were not asked for. A copy of a fleet file
 * under another name is the usual way to two VMs with one identity. Values that ven derived are the
 * fleet's alone, but a copied domain has them, too.
 */
import type {
  Address,
  CommonFacts,
  AnyDomain,
  ObservedNic,
  Refusal,
  ResolvedFleet,
  ResolvedVm,
} from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import { formatSome } from '../format.js';
import type { Selection } from '../select.js';
import type { VmIntent } from '../vm/intents.js';
import type { RemovedVm } from '../vm/leaving.js';

interface Identity {
  /** Equal: one and the same. */
  key: string;
  /** In the words of a message: `MAC address 52:54:…, on network lab`. */
  what: string;
  /** The key of the fleet file. */
  path: string;
}

interface Clash extends Identity {
  address: Address;
  /** Who has it, too. */
  other: AnyDomain;
  /** The plan would bring it about, and one of the two would not work. */
  isHarm: boolean;
}

export interface Identities {
  refusals: Refusal[];
  warnings: string[];
}

/**
 * Refused is what this plan would bring about, and what then can't work: a MAC address on the same
 * bridge, a port that is in use, and, where an orchestrator knows nodes by them, a serial number or
 * SMBIOS UUID. The rest is a warning, also a clash that is there already.
 */
export function clashingIdentities(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  intents: readonly VmIntent[],
  removed: readonly RemovedVm[],
): Identities {
  const clashes = clashesOf(fleet, onHost, selection, intents, removed);
  const harmful = Map.groupBy(
    clashes.filter(({ isHarm }) => isHarm),
    ({ address }) => address,
  );
  const refusals = [...harmful].map(([address, ofVm]) => refusal(address, ofVm, fleet));
  const harmless = clashes.filter(({ address }) => !harmful.has(address));
  const byPath = Map.groupBy(harmless, ({ path }) => path);
  return { refusals, warnings: [...byPath.values()].map(warning) };
}

function clashesOf(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  intents: readonly VmIntent[],
  removed: readonly RemovedVm[],
): Clash[] {
  const planned = new Set([
    ...intents.map(({ vm }) => vm.uuid),
    ...removed.map(({ domain }) => domain.uuid),
  ]);
  const isLeft = ({ uuid }: AnyDomain): boolean => {
    const own = onHost.owned.get(uuid);
    // What a refused VM has is told with its refusal.
    return !planned.has(uuid) && (own === undefined || !selection.refused(`vm.${own.mark.vm}`));
  };
  const holders = Map.groupBy(
    onHost.state.domains
      .filter(isLeft)
      .flatMap((other) => [...heldBy(other, onHost)].map((key) => ({ key, other }))),
    ({ key }) => key,
  );
  const registers = (fleet.orchestrator?.onboarding ?? 'none') !== 'none';
  return intents.flatMap(({ vm, domain }) => {
    const had = domain === null ? null : heldBy(domain, onHost);
    return identitiesOf(vm, onHost).flatMap((identity) => {
      const [first] = holders.get(identity.key) ?? [];
      if (first === undefined) return [];
      const { other } = first;
      const isHarm = had?.has(identity.key) !== true && isHarmful(identity, vm, other, registers);
      return [{ ...identity, address: vm.address, other, isHarm }];
    });
  });
}

function isHarmful(
  { path, key }: Identity,
  vm: ResolvedVm,
  { live }: AnyDomain,
  registers: boolean,
): boolean {
  if (path === 'nics[].mac') return true;
  if (path !== 'graphics.port') return registers;
  return vm.power !== 'off' && live !== null && portsOf(live).includes(key);
}

/** All that a VM is to have for itself. */
function identitiesOf(vm: ResolvedVm, onHost: FleetOnHost): Identity[] {
  const { nics, serialNumber, graphics } = vm;
  const uuid = vm.smbios?.uuid ?? vm.uuid;
  return [
    ...nics.map(({ mac, source }) => ({
      key: macKey(mac, segmentOf(source, onHost)),
      what: `MAC address ${mac} on ${placeOf(source)}`,
      path: 'nics[].mac',
    })),
    { key: serialKey(serialNumber), what: `serial number ${serialNumber}`, path: 'serialNumbers' },
    { key: uuidKey(uuid), what: `SMBIOS UUID ${uuid}`, path: 'smbios.uuid' },
    ...(graphics.type === 'vnc' && graphics.port !== 'auto'
      ? [
          {
            key: portKey(graphics.port),
            what: `port ${graphics.port} for its screen`,
            path: 'graphics.port',
          },
        ]
      : []),
  ];
}

/** All that a domain has, as keys; as defined and as it runs. */
function heldBy({ uuid, config, live }: AnyDomain, onHost: FleetOnHost): Set<string> {
  const all = live === null ? [config] : [config, live];
  return new Set(
    all.flatMap((facts) => [
      ...facts.nics.flatMap(({ mac, source }) =>
        source.kind === 'other' ? [] : [macKey(mac, segmentOf(source, onHost))],
      ),
      ...(facts.serialNumber === null ? [] : [serialKey(facts.serialNumber)]),
      uuidKey(facts.smbios.uuid ?? uuid),
      ...portsOf(facts),
    ]),
  );
}

/** A port that libvirt chose is taken only while the domain runs. */
function portsOf({ graphics }: CommonFacts): string[] {
  return 'port' in graphics && graphics.port > 0 ? [portKey(graphics.port)] : [];
}

type Source = Exclude<ObservedNic['source'], { kind: 'other' }>;

/** A network and its bridge are one place. */
function segmentOf(source: Source, { networksByName }: FleetOnHost): string {
  if (source.kind === 'bridge') return `bridge ${source.bridge}`;
  const bridge = networksByName.get(source.network)?.bridge ?? null;
  return bridge === null ? `network ${source.network}` : `bridge ${bridge}`;
}

function placeOf(source: Source): string {
  return source.kind === 'bridge' ? `bridge ${source.bridge}` : `network ${source.network}`;
}

const macKey = (mac: string, segment: string): string => `mac ${mac.toLowerCase()} ${segment}`;
const serialKey = (serialNumber: string): string => `serial ${serialNumber}`;
const uuidKey = (uuid: string): string => `uuid ${uuid.toLowerCase()}`;
const portKey = (port: number): string => `port ${port}`;

function refusal(address: Address, clashes: readonly Clash[], fleet: ResolvedFleet): Refusal {
  const lines = clashes.map(({ what, other }) => `${what}: ${shown(other)}`);
  const paths = [...new Set(clashes.map(({ path }) => path))];
  const edits = [...new Set(clashes.map(({ other }) => other.uuid))].map(
    (uuid) => `virsh -c ${fleet.host.uri} edit ${uuid}`,
  );
  return {
    address,
    code: 'foreign-object',
    summary: 'It would have what another domain has',
    detail: lines.join('\n'),
    hint:
      `Give it another value in the fleet file (${paths.join(', ')}), ` +
      `or the other domain one: ${edits.join('; ')}.`,
  };
}

function warning(clashes: readonly Clash[]): string {
  const each = clashes.map(
    ({ address, what, other }) => `${address} has the ${what}, and so has ${shown(other)}`,
  );
  return formatSome(each);
}

function shown({ name, mark }: AnyDomain): string {
  return mark === null ? `domain ${name}` : `domain ${name} (vm.${mark.vm} of fleet ${mark.fleet})`;
}
