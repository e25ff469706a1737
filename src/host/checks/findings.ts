/** Checks whether the host is ready for a fleet, with fixes. Changes nothing. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import {
  VenError,
  type HostChecks,
  type HostFinding,
  type ResolvedFleet,
} from '../../model/index.js';
import {
  attribute,
  child,
  childrenNamed,
  parseXml,
  textOf,
  type XmlElement,
} from '../../xml/index.js';
import { engineState } from '../vagrant/container.js';
import { INSTALL_ENGINE } from '../vagrant/engine.js';
import { run, type Env } from '../exec.js';
import { firmwareFindings } from './firmware-findings.js';
import { isLocal } from '../libvirt/local.js';
import { probeAccelerator } from './probe.js';
import { resourceFindings } from './resources.js';
import { Virsh, type VirshReply } from '../libvirt/virsh.js';

export interface FindingsOptions extends HostChecks {
  env: Env;
}

export const finding = (
  check: string,
  level: HostFinding['level'],
  message: string,
  fix = '',
): HostFinding => ({
  check,
  level,
  message,
  fix,
});

/** Never rejects for a finding. */
export async function findingsOf(
  fleet: ResolvedFleet,
  options: FindingsOptions,
): Promise<HostFinding[]> {
  const [libvirt, vagrant] = await Promise.all([
    libvirtFindings(fleet, options),
    options.vagrant ? runnerFinding(fleet, options) : [],
  ]);
  return [...libvirt, ...vagrant];
}

async function libvirtFindings(
  fleet: ResolvedFleet,
  { env, probe }: FindingsOptions,
): Promise<HostFinding[]> {
  const { uri } = fleet.host;
  const virsh = new Virsh({ uri, env });
  const pools = [
    ...new Set([
      fleet.host.storagePool,
      ...fleet.vms.flatMap(({ disks }) => disks.map(({ pool }) => pool)),
    ]),
  ].sort();
  const networks = fleet.networks
    .filter(({ kind }) => kind === 'existing')
    .map(({ libvirtName }) => libvirtName);
  const emulated = fleet.vms.some(({ accelerator }) => accelerator !== 'kvm');
  let replies: VirshReply[];
  try {
    replies = await virsh.ask(
      [
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
        ...pools.map((pool) => ['pool-dumpxml', pool]),
        ...pools.map((pool) => ['pool-info', pool]),
        ...networks.map((network) => ['net-info', network]),
      ],
      { timeoutSeconds: 60 },
    );
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
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
  const poolXml = named.splice(0, pools.length);
  const poolInfo = named.splice(0, pools.length);
  const words = /Running hypervisor: (.*)/.exec(version?.text ?? '')?.[1];
  const daemon = /Running against daemon: (.*)/.exec(version?.text ?? '')?.[1];
  const qemu = words === undefined ? '' : ` with ${words}`;
  return [
    finding('libvirt', 'ok', `libvirt ${daemon ?? '(unknown version)'}${qemu} at ${uri}`),
    ...guestFindings(fleet, capabilities, env),
    ...(probe ? await kvmFindings(fleet, virsh, env) : []),
    ...localFindings(fleet, env, uri),
    ...pools.map((pool, index) => poolFinding(pool, poolXml[index], poolInfo[index])),
    ...networks.map((network, index) => networkFinding(network, named[index])),
    ...resourceFindings(fleet, {
      memory: memory?.text ?? '',
      running: new Set(running?.text.split(/\s+/)),
      pools: new Map(pools.map((pool, index) => [pool, poolXml[index]?.text ?? ''])),
    }),
  ];
}

/** Checks of QEMU and its tools, as libvirt reports them; so they work for a remote host too. */
function guestFindings(
  fleet: ResolvedFleet,
  capabilities: VirshReply | undefined,
  env: Env,
): HostFinding[] {
  if (!capabilities?.ok) {
    return [
      finding(
        'qemu',
        'missing',
        `libvirt has no QEMU for x86_64: ${capabilities?.error?.summary ?? ''}`,
        'sudo apt-get install qemu-system-x86 qemu-utils',
      ),
    ];
  }
  const root = parseXml(capabilities.text);
  const findings = firmwareFindings(fleet, capabilities.text, env);
  if (fleet.vms.some(({ tpm }) => tpm)) {
    findings.push(
      canEmulateTpm(root)
        ? finding('tpm', 'ok', 'swtpm is there')
        : finding(
            'tpm',
            'missing',
            'A VM wants a TPM, and swtpm is not installed',
            'sudo apt-get install swtpm swtpm-tools',
          ),
    );
  }
  return findings;
}

function canEmulateTpm(root: XmlElement): boolean {
  const tpm = child(child(root, 'devices'), 'tpm');
  const values = (name: string) =>
    childrenNamed(tpm, 'enum')
      .filter((element) => attribute(element, 'name') === name)
      .flatMap((element) => childrenNamed(element, 'value').map(textOf));
  const versions = values('backendVersion');
  // libvirt before 8 does not report the versions.
  return (
    values('backendModel').includes('emulator') &&
    (versions.length === 0 || versions.includes('2.0'))
  );
}

async function kvmFindings(fleet: ResolvedFleet, virsh: Virsh, env: Env): Promise<HostFinding[]> {
  const { accelerator, why } = await probeAccelerator(virsh, { uri: fleet.host.uri, env });
  if (accelerator === 'kvm') return [finding('kvm', 'ok', why)];
  const insists = fleet.vms.filter((vm) => vm.accelerator === 'kvm').map(({ name }) => name);
  const fix =
    'Switch virtualisation on in the firmware (or nested virtualisation on the outer ' +
    'host), then: sudo modprobe kvm_intel || sudo modprobe kvm_amd';
  if (insists.length > 0)
    return [
      finding(
        'kvm',
        'missing',
        `${why}; ${insists.slice(0, 3).join(', ')} of the fleet insists on KVM`,
        `${fix}; or say accelerator: auto`,
      ),
    ];
  return [finding('kvm', 'warning', why, `VMs run, about ten times slower. ${fix}`)];
}

/** Only when the host is this machine. */
function localFindings(fleet: ResolvedFleet, env: Env, uri: string): HostFinding[] {
  if (!isLocal(uri)) return [];
  const findings: HostFinding[] = [];
  if (fleet.networks.some(({ kind }) => kind === 'own')) {
    findings.push(
      findProgram('dnsmasq', env) === null
        ? finding(
            'dnsmasq',
            'missing',
            'dnsmasq is not installed; networks need it for DHCP and DNS',
            'sudo apt-get install dnsmasq-base',
          )
        : finding('dnsmasq', 'ok', 'dnsmasq is there'),
    );
  }
  const bridges = new Set(
    fleet.vms.flatMap(({ nics }) =>
      nics.flatMap(({ source }) => (source.kind === 'bridge' ? [source.bridge] : [])),
    ),
  );
  for (const bridge of [...bridges].sort()) {
    if (!exists(`/sys/class/net/${bridge}/bridge`)) {
      findings.push(
        finding(
          'bridge',
          'warning',
          `The bridge ${bridge} does not exist; VMs with a NIC on it will fail`,
          `sudo ip link add ${bridge} type bridge && sudo ip link set ${bridge} up`,
        ),
      );
    }
  }
  if (uri.startsWith('qemu:///system') && kvmIsClosed()) {
    findings.push(
      finding(
        'kvm-device',
        'warning',
        "/dev/kvm exists, and QEMU's user may not open it: libvirt then tries out QEMU " +
          'again for every single VM, seconds each time',
        'sudo chgrp kvm /dev/kvm && sudo chmod 0660 /dev/kvm',
      ),
    );
  }
  return findings;
}

/** Whether only root may use it. False when it does not exist. */
function kvmIsClosed(): boolean {
  try {
    const { mode, gid } = statSync('/dev/kvm');
    return (mode & 0o006) !== 0o006 && !((mode & 0o060) === 0o060 && gid !== 0);
  } catch {
    return false;
  }
}

function poolFinding(
  pool: string,
  xml: VirshReply | undefined,
  info: VirshReply | undefined,
): HostFinding {
  if (xml?.ok) {
    const active = /^State:\s+running/m.test(info?.text ?? '');
    return finding(
      'pool',
      'ok',
      active
        ? `The storage pool ${pool} is active`
        : `The storage pool ${pool} is not active; apply starts it`,
    );
  }
  if (pool === 'default')
    return finding('pool', 'ok', 'There is no storage pool default yet; apply makes it');
  return finding(
    'pool',
    'missing',
    `There is no storage pool ${pool}`,
    `virsh pool-define-as ${pool} dir --target /path/to/folder && virsh pool-build ` +
      `${pool} && virsh pool-start ${pool} && virsh pool-autostart ${pool}`,
  );
}

function networkFinding(network: string, info: VirshReply | undefined): HostFinding {
  if (!info?.ok)
    return finding(
      'network',
      'missing',
      `There is no network ${network} on the host, and the fleet file says it exists`,
      'virsh net-list --all',
    );
  return /^Active:\s+yes/m.test(info.text)
    ? finding('network', 'ok', `The network ${network} is active`)
    : finding(
        'network',
        'missing',
        `The network ${network} is not active`,
        `virsh net-start ${network} && virsh net-autostart ${network}`,
      );
}

function runnerFinding(
  { host: { runner } }: ResolvedFleet,
  options: FindingsOptions,
): Promise<HostFinding[]> {
  return runner.kind === 'local'
    ? vagrantFinding(options)
    : containerFinding(runner.image, options);
}

/** The image contains vagrant, so that needs no check. */
async function containerFinding(image: string, { env }: FindingsOptions): Promise<HostFinding[]> {
  const state = await engineState(image, env);
  if ('problem' in state) {
    return [
      finding(
        'container',
        'missing',
        state.problem,
        `${INSTALL_ENGINE}; or write runner: local, and install vagrant`,
      ),
    ];
  }
  const { program, version } = state.engine;
  return [
    finding('container', 'ok', `${program} ${version} runs containers`),
    state.image
      ? finding('image', 'ok', `The image ${image} is there`)
      : finding(
          'image',
          'warning',
          `The image ${image} is not there yet; apply fetches it`,
          `${program} pull ${image}`,
        ),
  ];
}

/** Running vagrant costs a second; without `probe` only its executable is checked. */
async function vagrantFinding({ env, probe }: FindingsOptions): Promise<HostFinding[]> {
  const install = 'sudo apt-get install vagrant vagrant-libvirt';
  if (findProgram('vagrant', env) === null)
    return [finding('vagrant', 'missing', 'vagrant is not installed, or not in PATH', install)];
  if (!probe) return [finding('vagrant', 'ok', 'vagrant is there')];
  try {
    const extraEnv = { VAGRANT_CHECKPOINT_DISABLE: '1', LC_ALL: 'C.UTF-8' };
    const [version, plugins] = await Promise.all(
      [['--version'], ['plugin', 'list']].map((args) =>
        run('vagrant', args, { env, timeoutSeconds: 60, cwd: '/', extraEnv }),
      ),
    );
    const plugin = /^vagrant-libvirt \(([\d.]+)/m.exec(plugins?.stdout ?? '')?.[1];
    const own = /\d[\w.]*/.exec(version?.stdout ?? '')?.[0] ?? '(unknown version)';
    return plugin === undefined
      ? [
          finding(
            'vagrant',
            'missing',
            `vagrant ${own} is there, its plugin vagrant-libvirt is not`,
            `${install}, or: vagrant plugin install vagrant-libvirt`,
          ),
        ]
      : [finding('vagrant', 'ok', `vagrant ${own} with vagrant-libvirt ${plugin}`)];
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    return [finding('vagrant', 'missing', `vagrant does not work: ${error.summary}`, install)];
  }
}

/** Searches the administrators' folders too, where dnsmasq is. */
function findProgram(name: string, env: Env): string | null {
  const folders = [
    ...(env['PATH'] ?? '').split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    '/usr/bin',
  ].filter((folder) => folder !== '');
  return (
    folders
      .map((folder) => join(folder, name))
      .find((path) => {
        try {
          accessSync(path, constants.X_OK);
          return statSync(path).isFile();
        } catch {
          return false;
        }
      }) ?? null
  );
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}
