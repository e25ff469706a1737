/** Checks whether the host is ready for a fleet, with fixes. Changes nothing. */
import {
  VenError,
  volumesOf,
  type HostChecks,
  type HostFinding,
  type ResolvedFleet,
} from '../../model/index.js';
import type { Env } from '../exec.js';
import type { HostFiles } from '../libvirt/host-files.js';
import { Virsh, type VirshReply } from '../libvirt/virsh.js';
import { finding } from './finding.js';
import type { FirmwareFiles } from './firmware.js';
import { guestFindings, kvmFindings } from './guest.js';
import { linkFindings } from './links.js';
import { machineFindings } from './machine.js';
import { networkFinding } from './networks.js';
import { otherMachine } from './other-machine.js';
import { poolFinding, readPools, type PoolsOnHost } from './pools.js';
import { resourceFindings } from './resources.js';
import { thisMachine } from './this-machine.js';
import { vagrantFindings } from './vagrant.js';

export interface FindingsOptions extends HostChecks {
  env: Env;
  waiting?: ((what: string) => void) | undefined;
  firmware: FirmwareFiles;
  /** Those of another machine; null: the host is this one. */
  files: HostFiles | null;
}

/** Never rejects for a finding. */
export async function findingsOf(
  fleet: ResolvedFleet,
  options: FindingsOptions,
): Promise<HostFinding[]> {
  const [libvirt, vagrant] = await Promise.all([
    libvirtFindings(fleet, options),
    options.bringUp && fleet.host.backend === 'vagrant' ? vagrantFindings(fleet, options) : [],
  ]);
  return [...libvirt, ...vagrant];
}

async function libvirtFindings(
  fleet: ResolvedFleet,
  { env, probe, seen, waiting, stop, firmware, files }: FindingsOptions,
): Promise<HostFinding[]> {
  const { uri } = fleet.host;
  const virsh = new Virsh({ uri, env, waiting, signal: stop });
  const names = [
    ...new Set(fleet.vms.flatMap((vm) => volumesOf(vm).map(({ pool }) => pool))),
  ].sort();
  const networks = fleet.networks
    .filter(({ kind }) => kind === 'existing')
    .map(({ libvirtName }) => libvirtName);
  const emulated = fleet.vms.some(({ accelerator }) => accelerator !== 'kvm');
  let replies: VirshReply[];
  let pools: PoolsOnHost;
  try {
    const asked = virsh.ask([
      ['version', '--daemon'],
      [
        'domcapabilities',
        '--virttype',
        emulated ? 'qemu' : 'kvm',
        '--machine',
        'q35',
        '--arch',
        'x86_64',
      ],
      ['nodememstats'],
      ['list', '--uuid'],
      ...networks.map((network) => ['net-info', network]),
    ]);
    [replies, pools] = await Promise.all([asked, seen ?? readPools(virsh, names)]);
  } catch (error) {
    if (!(error instanceof VenError) || error.code === 'interrupted') throw error;
    return [
      finding(
        'libvirt',
        'missing',
        `${error.summary} (${uri})`,
        error.hint ?? `Try: virsh -c ${uri} version`,
      ),
    ];
  }
  const [version, capabilities, memory, running, ...named] = replies;
  /** Of another machine that takes as long as an answer of its storage: only where KVM is tried. */
  const ofMachine = async (): Promise<HostFinding[]> => {
    if (files === null) return machineFindings(fleet, thisMachine(env));
    return probe ? machineFindings(fleet, otherMachine(virsh, files)) : [];
  };
  const words = /Running hypervisor: (.*)/.exec(version?.text ?? '')?.[1];
  const daemon = /Running against daemon: (.*)/.exec(version?.text ?? '')?.[1];
  const qemu = words === undefined ? '' : ` with ${words}`;
  return [
    finding('libvirt', 'ok', `libvirt ${daemon ?? '(unknown version)'}${qemu} at ${uri}`),
    ...(await guestFindings(fleet, firmware, capabilities)),
    ...(probe ? await kvmFindings(fleet, firmware, virsh) : []),
    ...(await ofMachine()),
    ...(await linkFindings(fleet, env, uri)),
    ...names.map((name) => poolFinding(name, pools, uri)),
    ...networks.map((network, index) => networkFinding(network, named[index])),
    ...resourceFindings(fleet, {
      memory: memory?.text ?? '',
      running: new Set(running?.text.split(/\s+/)),
      pools: pools.pools,
    }),
  ];
}
