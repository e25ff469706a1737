/**
 * The NICs that ven made, by the MACs in the mark and in the fleet file; all others are left alone.
 */
import {
  GOOD_LINK,
  isIgnored,
  wholeLinkText,
  type DomainFacts,
  type FieldChange,
  type Impairment,
  type NicSource,
  type ObservedNic,
  type ResolvedNic,
  type ResolvedVm,
} from '../../../model/index.js';
import {
  attribute,
  child,
  childrenNamed,
  parseXml,
  serializeXml,
  type XmlElement,
} from '../../../xml/index.js';
import { insertAfter, remove, removeNamed, setNamed } from '../../edit.js';
import {
  absent,
  devicesOf,
  mergedFor,
  type Comparison,
  type Difference,
  type Field,
  type MarkedDomain,
  type Patch,
  type Surroundings,
} from './field.js';
import { definedImpairments } from '../impairments.js';
import { compareLink, LINK_PLACES, patchImpairment, readLink, takeLink } from './links.js';
import { compareNicOrder, NIC_ORDER, patchNicOrder } from './nic-order.js';

export const nics: Field<Pick<DomainFacts, 'nics'>> = {
  read({ domain, devices }) {
    const impairments = definedImpairments(domain);
    return {
      nics: childrenNamed(devices, 'interface').map((nic) => readNic(nic, impairments)),
    };
  },
  patches: { 'nics.': patchNic, '-nics.': dropNic, [NIC_ORDER]: patchNicOrder },
  compare: compareNics,
  shown: {
    name: 'nics',
    wanted: (vm) => vm.nics.map(wantedNic).join(', ') || 'none',
    observed({ mark, config }) {
      const made = new Set(mark.nics.map((mac) => mac.toLowerCase()));
      const ours = config.nics.filter(({ mac }) => made.has(mac.toLowerCase()));
      return ours.map(shown).join(', ') || 'none';
    },
  },
  digest: (facts) =>
    facts.nics.map(({ mac, model, source, link }) => [
      ...[mac, model, source.kind, placeOf(source)],
      ...(link ? [wholeLinkText(link)] : []),
    ]),
  covers: {
    places: [
      ...['@type', '/mac', '/source', '/model'],
      ...LINK_PLACES.map((name) => `/${name}`),
    ].map((part) => `devices/interface${part}`),
    presence: ['devices/interface'],
  },
};

function readNic(nic: XmlElement, impairments: ReadonlyMap<string, Impairment>): ObservedNic {
  const bridge = attribute(child(nic, 'source'), 'bridge');
  const mac = (attribute(child(nic, 'mac'), 'address') ?? '').toLowerCase();
  return {
    mac,
    model: modelOf(nic),
    source: readSource(nic),
    tap: attribute(child(nic, 'target'), 'dev'),
    bridge,
    ...readLink(nic, impairments.get(mac)),
  };
}

function modelOf(nic: XmlElement): string {
  return attribute(child(nic, 'model'), 'type') ?? '';
}

function readSource(nic: XmlElement): ObservedNic['source'] {
  const kind = attribute(nic, 'type');
  const network = attribute(child(nic, 'source'), 'network');
  const bridge = attribute(child(nic, 'source'), 'bridge');
  if (kind === 'network' && network !== null) return { kind, network };
  return kind === 'bridge' && bridge !== null ? { kind, bridge } : { kind: 'other' };
}

/**
 * Sets model, source and link of a NIC that is there; its place on the bus and what else it has
 * stay.
 */
function patchNic(patch: Patch, mac: string): void {
  const fresh = nicElement(patch.fresh, mac) ?? absent(patch.vm, `NIC ${mac}`);
  const nic = nicElement(patch.domain, mac);
  if (!nic) {
    insertAfter(devicesOf(patch.domain), ['emulator', 'disk', 'controller', 'interface'], [fresh]);
    patchImpairment(patch, mac);
    return;
  }
  const path = `nics.${mac}`;
  if (!isIgnored(patch.vm, `${path}.network`)) moveTo(nic, fresh);
  if (!isIgnored(patch.vm, `${path}.link`)) {
    takeLink(nic, fresh);
    patchImpairment(patch, mac);
  }
  if (isIgnored(patch.vm, `${path}.model`)) return;
  if (modelOf(nic) !== modelOf(fresh)) {
    setNamed(nic, 'model', childrenNamed(fresh, 'model'), ['mac', 'source']);
    setNamed(nic, 'rom', childrenNamed(fresh, 'rom'), ['mac', 'source', 'model']);
    removeNamed(nic, 'driver');
  }
}

/** What libvirt adds to a source of its own (a port id) does not count. */
function moveTo(nic: XmlElement, fresh: XmlElement): void {
  if (shownSource(readSource(nic)) === shownSource(readSource(fresh))) return;
  nic.attrs['type'] = fresh.attrs['type'] ?? 'network';
  setNamed(nic, 'source', childrenNamed(fresh, 'source'), ['mac']);
  removeNamed(nic, 'virtualport');
}

/** What can be changed of a NIC while it runs: the network that it is on; its cable and rate. */
export type NicPart = 'place' | 'link';

/**
 * A running domain's NIC with these parts as `wanted` says. What else it has stays. null: it has no
 * such NIC.
 */
export function updatedNic(live: string, wanted: string, parts: readonly NicPart[]): string | null {
  const fresh = parseXml(wanted);
  const nic = nicElement(parseXml(live), attribute(child(fresh, 'mac'), 'address') ?? '');
  if (!nic) return null;
  if (parts.includes('place')) {
    moveTo(nic, fresh);
    // Without libvirt's own name for the place on the network.
    setNamed(nic, 'source', childrenNamed(fresh, 'source'), ['mac']);
  }
  if (parts.includes('link')) takeLink(nic, fresh);
  return serializeXml(nic);
}

function dropNic(patch: Patch, mac: string): void {
  if (nicElement(patch.fresh, mac)) throw new Error(`${patch.vm.address} wants NIC ${mac}`);
  const nic = nicElement(patch.domain, mac);
  if (nic) remove(devicesOf(patch.domain), nic);
  patchImpairment(patch, mac);
}

/** The `<interface>` with that MAC, whatever its case. */
export function nicElement(domain: XmlElement, mac: string): XmlElement | undefined {
  return childrenNamed(devicesOf(domain), 'interface').find(
    (nic) => attribute(child(nic, 'mac'), 'address')?.toLowerCase() === mac.toLowerCase(),
  );
}

function compareNics(comparison: Comparison): Difference {
  const { vm, domain, around } = comparison;
  const config = byMac(domain.config);
  const live = domain.live && byMac(domain.live);
  const wanted = new Set(vm.nics.map(({ mac }) => mac.toLowerCase()));
  const unwanted = domain.mark.nics
    .map((made) => made.toLowerCase())
    .filter((mac) => !wanted.has(mac));
  return mergedFor(vm, [
    ...vm.nics.map((nic) => {
      const mac = nic.mac.toLowerCase();
      return compareNic(comparison, nic, config.get(mac), live === null ? null : live.get(mac));
    }),
    ...unwanted.map((mac) => compareUnwanted(mac, config.get(mac), live?.get(mac))),
    compareNicOrder(comparison),
    detachedNics(vm, domain, around),
  ]);
}

function compareUnwanted(
  mac: string,
  config: ObservedNic | undefined,
  live: ObservedNic | undefined,
): Difference {
  const old = config ?? live;
  if (old === undefined) return {};
  const effect = live === undefined ? 'live' : 'restart';
  return {
    define: config === undefined ? [] : [`-nics.${mac}`],
    fields: [{ path: `nics.${mac}`, before: shown(old), after: null, effect }],
  };
}

/** `live`: null when the VM does not run. */
function compareNic(
  { vm, around }: Comparison,
  nic: ResolvedNic,
  config: ObservedNic | undefined,
  live: ObservedNic | undefined | null,
): Difference {
  const path = `nics.${nic.mac}`;
  const missing = {
    define: config && agrees(nic, config) ? [] : [path],
    fields: [missingField(nic, config, live)],
  };
  if (live === undefined || (config === undefined && live?.model !== nic.model)) return missing;
  // What the definition lacks gets into it as it should be; what runs is compared all the same.
  const other = compareFound({ vm, around }, nic, config ?? nic, live);
  return config === undefined ? mergedFor(vm, [missing, other]) : other;
}

/** Of a NIC that is in the definition, and in what runs. */
function compareFound(
  { vm, around }: Pick<Comparison, 'vm' | 'around'>,
  nic: ResolvedNic,
  config: Pick<ObservedNic, 'model' | 'source' | 'link'>,
  live: ObservedNic | null,
): Difference {
  const path = `nics.${nic.mac}`;
  const source = shownSource(nic.source);
  const models = [config.model, live?.model ?? nic.model];
  const sources = [config.source, live?.source ?? nic.source].map(shownSource);
  const model = models.find((found) => found !== nic.model);
  const place = sources.find((found) => found !== source);
  const parts: Difference[] = [];
  if (model !== undefined)
    parts.push({
      define: config.model === nic.model ? [] : [path],
      fields: [
        {
          path: `${path}.model`,
          before: model,
          after: nic.model,
          effect: live !== null && live.model !== nic.model ? 'restart' : 'live',
        },
      ],
    });
  if (place !== undefined)
    parts.push({
      define: sources[0] === source ? [] : [path],
      fields: [{ path: `${path}.network`, before: place, after: source, effect: 'live' }],
      live: sources[1] === source ? [] : [nic.mac],
    });
  return mergedFor(vm, [...parts, compareLink(nic, config, live, around)]);
}

/** A NIC that the definition lacks, or what runs. */
function missingField(
  nic: ResolvedNic,
  config: ObservedNic | undefined,
  live: ObservedNic | undefined | null,
): FieldChange {
  const why = config === undefined ? 'it is not in the definition' : 'it is not in the running VM';
  return {
    path: `nics.${nic.mac}`,
    before: null,
    after: wantedNic(nic),
    // Missing from the definition only: no restart.
    effect: live === null || live?.model === nic.model ? 'live' : 'restart',
    ...((config ?? live) && { why }),
  };
}

/**
 * Taps that are on no bridge, or soon will be. NICs that move to another network anyway are left
 * out.
 */
export function detachedNics(
  vm: ResolvedVm,
  { live }: MarkedDomain,
  around: Surroundings,
): { fields: FieldChange[]; reattach: string[] } {
  const running = live && byMac(live);
  const detached = vm.nics.flatMap((nic) => {
    const found = running?.get(nic.mac.toLowerCase());
    if (found === undefined || shownSource(found.source) !== shownSource(nic.source)) return [];
    const restarted = nic.source.kind === 'network' && around.outages.has(nic.source.network);
    if (!restarted && attached(found, around) !== false) return [];
    const why = restarted
      ? `${shownSource(nic.source)} is restarted`
      : `${shownSource(nic.source)}: its tap is on no bridge`;
    return [{ mac: nic.mac, why }];
  });
  return {
    fields: detached.map(({ mac, why }) => ({
      path: `nics.${mac}.attached`,
      before: 'no',
      after: 'yes',
      effect: 'live',
      why,
    })),
    reattach: detached.map(({ mac }) => mac),
  };
}

/** Whether the tap of a running VM's NIC is on its bridge; null where unknown. */
export function attached(
  { tap, source }: ObservedNic,
  { ports, networksByName }: Pick<Surroundings, 'ports' | 'networksByName'>,
): boolean | null {
  if (ports === null || tap === null || source.kind === 'other') return null;
  // The domain's own word on its bridge may be old: the network may have got another one since.
  const bridge =
    source.kind === 'network' ? networksByName.get(source.network)?.bridge : source.bridge;
  return (bridge == null ? undefined : ports.get(bridge))?.has(tap) ?? null;
}

function byMac(facts: DomainFacts): Map<string, ObservedNic> {
  return new Map(facts.nics.map((nic) => [nic.mac.toLowerCase(), nic]));
}

function agrees(nic: ResolvedNic, observed: ObservedNic): boolean {
  return (
    observed.model === nic.model &&
    shownSource(observed.source) === shownSource(nic.source) &&
    wholeLinkText(observed.link ?? GOOD_LINK) === wholeLinkText(nic.link ?? GOOD_LINK)
  );
}

/** With its address, where the fleet file fixes one. */
function wantedNic(nic: ResolvedNic): string {
  return nic.ip === null ? shown(nic) : `${shown(nic)} ${nic.ip}`;
}

function shown({ model, source, link }: ResolvedNic | ObservedNic): string {
  return `${shownSource(source)} ${model}${link ? ` (${wholeLinkText(link)})` : ''}`;
}

function shownSource(source: NicSource | ObservedNic['source']): string {
  const place = placeOf(source);
  return place === null ? 'something else' : `${source.kind} ${place}`;
}

function placeOf(source: NicSource | ObservedNic['source']): string | null {
  if (source.kind === 'network') return source.network;
  return source.kind === 'bridge' ? source.bridge : null;
}
