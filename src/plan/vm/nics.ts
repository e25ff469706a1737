import type {
  DomainFacts,
  FieldChange,
  NicSource,
  ObservedNic,
  ResolvedNic,
  ResolvedVm,
} from '../../model/index.js';
import type { OwnedDomain, FleetOnHost } from '../fleet-on-host.js';

export interface NicDiff {
  fields: FieldChange[];
  /** Patches of the persistent definition: `nics.<mac>`, `-nics.<mac>`. */
  define: string[];
  /** MACs that a running VM must be told of, when it isn't restarted. */
  live: string[];
  /** MACs whose taps are to be hung on their bridges again, when the VM isn't restarted. */
  reattach: string[];
}

/**
 * The NICs that ven made, by the MACs in the mark and in the fleet file; all others are left alone.
 * `outages`: libvirt names of networks whose bridges this plan makes anew.
 */
export function diffNics(
  vm: ResolvedVm,
  domain: OwnedDomain,
  onHost: FleetOnHost,
  outages: ReadonlySet<string>,
): NicDiff {
  const diff: NicDiff = { fields: [], define: [], live: [], reattach: [] };
  const config = byMac(domain.config);
  const live = domain.live === null ? null : byMac(domain.live);
  for (const nic of vm.nics)
    diffNic(
      nic,
      config.get(nic.mac.toLowerCase()),
      live === null ? null : live.get(nic.mac.toLowerCase()),
      diff,
    );

  const wanted = new Set(vm.nics.map(({ mac }) => mac.toLowerCase()));
  for (const mac of domain.mark.nics.map((made) => made.toLowerCase())) {
    if (wanted.has(mac)) continue;
    const old = config.get(mac) ?? live?.get(mac);
    if (old === undefined) continue;
    if (config.has(mac)) diff.define.push(`-nics.${mac}`);
    diff.fields.push({
      path: `nics.${mac}`,
      before: shownNic(old),
      after: null,
      effect: live?.has(mac) === true ? 'restart' : 'live',
    });
  }
  const cut = detachedNics(vm, domain, onHost, outages);
  diff.reattach.push(...cut.reattach);
  diff.fields.push(...cut.fields);
  return diff;
}

function diffNic(
  nic: ResolvedNic,
  config: ObservedNic | undefined,
  live: ObservedNic | undefined | null,
  diff: NicDiff,
): void {
  const path = `nics.${nic.mac}`;
  const wantedSource = shownSource(nic.source);
  if (config === undefined || live === undefined) {
    if (config === undefined || !agrees(nic, config)) diff.define.push(path);
    const old = config ?? live ?? undefined;
    const why =
      old === undefined
        ? {}
        : {
            why:
              config === undefined
                ? 'it is gone from the definition'
                : 'it is not in the running VM',
          };
    // In the running VM as it should be, and missing from the definition only: no restart.
    const effect = live === null || (live !== undefined && agrees(nic, live)) ? 'live' : 'restart';
    diff.fields.push({ path, before: null, after: `${wantedSource} ${nic.model}`, effect, ...why });
    return;
  }
  const models = [config.model, live?.model].filter(
    (model) => model !== undefined && model !== nic.model,
  );
  const sources = [shownSource(config.source), live && shownSource(live.source)].filter(
    (source) => typeof source === 'string' && source !== wantedSource,
  );
  if (!agrees(nic, config)) diff.define.push(path);
  const liveModelWrong = live !== null && live.model !== nic.model;
  if (models[0] !== undefined)
    diff.fields.push({
      path: `${path}.model`,
      before: models[0],
      after: nic.model,
      effect: liveModelWrong ? 'restart' : 'live',
    });
  if (typeof sources[0] === 'string') {
    diff.fields.push({
      path: `${path}.network`,
      before: sources[0],
      after: wantedSource,
      effect: 'live',
    });
    if (live !== null && shownSource(live.source) !== wantedSource) diff.live.push(nic.mac);
  }
}

/** Taps of ours that hang on no bridge, or are about to. Those of NICs that are moved elsewhere anyway are left out. */
export function detachedNics(
  vm: ResolvedVm,
  domain: OwnedDomain,
  onHost: FleetOnHost,
  outages: ReadonlySet<string>,
): Pick<NicDiff, 'fields' | 'reattach'> {
  const fields: FieldChange[] = [];
  const reattach: string[] = [];
  if (domain.live === null) return { fields, reattach };
  const live = byMac(domain.live);
  for (const nic of vm.nics) {
    const found = live.get(nic.mac.toLowerCase());
    if (found === undefined || shownSource(found.source) !== shownSource(nic.source)) continue;
    const anew = nic.source.kind === 'network' && outages.has(nic.source.network);
    if (!anew && attached(found, onHost) !== false) continue;
    reattach.push(nic.mac);
    const why = anew ? `${shownSource(nic.source)} is started anew` : 'its tap hangs on no bridge';
    fields.push({
      path: `nics.${nic.mac}.attached`,
      before: 'no',
      after: 'yes',
      effect: 'live',
      why,
    });
  }
  return { fields, reattach };
}

/** Whether the tap of a running VM's NIC hangs on its bridge; null where that can't be known. */
export function attached(nic: ObservedNic, onHost: FleetOnHost): boolean | null {
  if (onHost.ports === null || nic.tap === null) return null;
  const { source } = nic;
  // The domain's own word on its bridge may be old: the network may have been made anew with another one.
  const bridge =
    source.kind === 'network'
      ? onHost.networksByName.get(source.network)?.bridge
      : source.kind === 'bridge'
        ? source.bridge
        : null;
  const ports = bridge == null ? undefined : onHost.ports.get(bridge);
  return ports === undefined ? null : ports.has(nic.tap);
}

function byMac(facts: DomainFacts): Map<string, ObservedNic> {
  return new Map(facts.nics.map((nic) => [nic.mac.toLowerCase(), nic]));
}

function agrees(nic: ResolvedNic, observed: ObservedNic): boolean {
  return observed.model === nic.model && shownSource(observed.source) === shownSource(nic.source);
}

export function shownNic(nic: {
  model: string;
  source: NicSource | ObservedNic['source'];
}): string {
  return `${shownSource(nic.source)} ${nic.model}`;
}

function shownSource(source: NicSource | ObservedNic['source']): string {
  if (source.kind === 'network') return `network ${source.network}`;
  return source.kind === 'bridge' ? `bridge ${source.bridge}` : 'something else';
}
