import { bringUpOf } from '../apply/index.js';
import { firmwareHere, machinesJson } from '../host/index.js';
import { createRender } from '../libvirt/index.js';
import {
  volumesOf,
  type HostFirmware,
  type HostState,
  type ResolvedFleet,
  type ResolvedVm,
} from '../model/index.js';
import { makePlan } from '../plan/index.js';
import { shownAccelerator } from './diffs.js';
import { loadOnHost, type Request } from './load.js';
import { readTemplate } from './templates.js';

/** A file that apply would use; `path` is relative. */
export interface RenderedFile {
  path: string;
  text: string;
}

/** What only a host can decide, so that a guess is shown. */
export type Guess = 'accelerator' | 'firmware' | 'subnet';

/**
 * The files that apply would use on an empty host; no host is asked. A subnet `auto` is the first
 * of its sequence, an accelerator `auto` is shown as kvm, and the firmware comes from this
 * machine's descriptors, if there are any; else libvirt chooses it. `guesses` lists which of these
 * the fleet has. The content of firmware variables is not shown.
 */
export function render(request: Request): { files: RenderedFile[]; guesses: Guess[] } {
  const fleet = loadOnHost(request);
  const renderer = createRender();
  const options = {
    ...{ mode: 'apply' as const, targets: [], excludes: [], replace: [] },
    keepDisks: false,
  };
  const plan = makePlan(fleet, emptyHost(fleet), options, renderer);
  const files: RenderedFile[] = [];
  for (const step of plan.steps) {
    if (step.kind === 'network-create') {
      files.push({
        path: `networks/${step.network.libvirtName}.xml`,
        text: renderer.network(step.network, fleet.name),
      });
    }
  }
  for (const network of fleet.networks) {
    if (network.kind !== 'existing' || network.bootUrl === null) continue;
    // The rest of a foreign network is not known here, and stays.
    const bare = `<network>\n  <name>${network.libvirtName}</name>\n</network>`;
    const text = renderer.bootNetwork(
      bare,
      { fleet: fleet.name, network: network.name },
      network.bootUrl,
    );
    files.push({ path: `networks/${network.libvirtName}-boot.xml`, text });
  }
  const machines = fleet.vms.map((vm) =>
    bringUpOf(
      vm,
      { accelerator: shownAccelerator(vm), firmware: shownFirmware(vm) },
      { render: renderer, fleet },
      null,
    ),
  );
  for (const machine of machines) {
    files.push({ path: `domains/${machine.domain}.xml`, text: machine.domainXml });
    for (const { volume, xml } of machine.volumes)
      files.push({ path: `volumes/${volume}.xml`, text: xml });
  }
  if (fleet.host.backend === 'vagrant')
    files.push(
      { path: 'Vagrantfile', text: readTemplate('Vagrantfile') },
      { path: 'machines.json', text: machinesJson(fleet.host.uri, machines) },
    );
  return { files, guesses: guessesOf(fleet) };
}

function guessesOf({ vms, networks }: ResolvedFleet): Guess[] {
  const guesses: Guess[] = [];
  if (vms.some(({ accelerator }) => accelerator === 'auto')) guesses.push('accelerator');
  if (vms.some(({ firmware }) => firmware !== 'bios' && typeof firmware === 'string'))
    guesses.push('firmware');
  if (networks.some((network) => network.kind === 'own' && network.subnet === 'auto'))
    guesses.push('subnet');
  return guesses;
}

/** From this machine's descriptors; no host is asked. */
function shownFirmware({ firmware, nvram }: ResolvedVm): HostFirmware | null {
  const need = { template: false, ownKeys: nvram?.keys !== undefined };
  return firmware === 'bios' ? null : firmwareHere(firmware, need);
}

/**
 * A host that has only what the fleet expects to exist (foreign networks, and pools).
 */
function emptyHost(fleet: ResolvedFleet): HostState {
  const pools = new Set(fleet.vms.flatMap((vm) => volumesOf(vm).map(({ pool }) => pool)));
  const others = new Set(
    fleet.vms.flatMap((vm) =>
      vm.nics.flatMap(({ source }) =>
        source.kind === 'network' && source.own === null ? [source.network] : [],
      ),
    ),
  );
  return {
    uri: fleet.host.uri,
    observedAt: new Date(0).toISOString(),
    domains: [],
    networks: [...others].map((name) => ({
      uuid: '',
      name,
      active: true,
      autostart: true,
      persistent: true,
      mark: null,
      live: null,
      fault: null,
      bridge: null,
      stp: null,
      delay: null,
      bridgeMac: null,
      mode: 'nat' as const,
      gateway: null,
      // A network that offers a boot file must have DHCP, whatever its range.
      ranges: [{ start: '', end: '' }],
      dnsHosts: [],
      dhcpHosts: [],
      bootUrl: null,
      boot: null,
      otherBoot: [],
      temporaryFor: null,
      unsaved: false,
    })),
    pools: [...pools].map((name) => ({
      name,
      uuid: '',
      active: true,
      autostart: true,
      type: 'dir',
      path: '/',
      realPath: '/',
      availableBytes: 0,
    })),
    defaultFolder: '',
    volumes: [],
    leftovers: [],
    backing: {},
    routes: [],
    bridgePorts: null,
  };
}
