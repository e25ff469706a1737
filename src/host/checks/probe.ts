/**
 * Checks whether KVM works, with a tiny VM: a /dev/kvm that exists may still be unable to run
 * firmware (a BIOS may run where UEFI dies), or be closed to QEMU's user. The VM is transient and
 * ends with the virsh process that created it.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  usesSecureBoot,
  type FirmwareFile,
  type HostFirmware,
  type ResolvedFirmware,
  type ResolvedVm,
} from '../../model/index.js';
import { serializeXml } from '../../xml/index.js';
import { ownFirmware, type FirmwareFiles } from './firmware.js';
import { findFirmware } from './firmware-descriptors.js';
import type { VirshReply, Virsh } from '../libvirt/virsh.js';

export interface Probe {
  accelerator: 'kvm' | 'qemu';
  why: string;
  /** What gives the host a KVM that works; empty: it has. */
  fix: string;
  /** Why another firmware than the VM's was tried; absent: it was that. */
  untried?: string;
}

const NO_KVM =
  'Switch virtualisation on in the firmware (or nested virtualisation on the outer host), then: ' +
  'sudo modprobe kvm_intel || sudo modprobe kvm_amd';
const NOT_ALLOWED =
  "Let QEMU's user open /dev/kvm (ls -l /dev/kvm): by default members of the group kvm may";
const NOT_WORKING =
  'KVM is there and does not work: where this host is itself a VM, the host around it must offer ' +
  'nested virtualisation with all CPU features (CPU mode host-passthrough)';

/** Firmware that KVM can't run dies within the first second. */
const WATCH_SECONDS = 3;
const TIMEOUT_SECONDS = 40;
const STATELESS_SINCE = 8_006_000;
const TURNS = 5;
const TURN_MS = 2000;

/** @throws VenError when libvirt can't be reached. */
export async function probeAccelerator(
  virsh: Virsh,
  files: FirmwareFiles,
  vm: Pick<ResolvedVm, 'firmware' | 'nvram'>,
): Promise<Probe> {
  const [able, version] = await virsh.ask([['domcapabilities', '--virttype', 'kvm'], ['version']], {
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  if (!able?.ok)
    return {
      accelerator: 'qemu',
      why: `software emulation: libvirt offers no KVM here (${firstWords(able?.error?.detail)})`,
      fix: NO_KVM,
    };
  const tried = await firmwareToTry(vm, files, version?.text ?? '');

  let [created, state] = await tryOut(virsh, tried);
  // One name for all probes, so that libvirt has one log for them; concurrent probes wait.
  for (let turn = 0; created?.answer === 'exists' && turn < TURNS; turn += 1) {
    await pause(TURN_MS);
    [created, state] = await tryOut(virsh, tried);
  }
  if (!created?.ok) {
    const reason = firstWords(created?.error?.detail);
    return {
      accelerator: 'qemu',
      why: `software emulation: a VM with KVM does not start (${reason})`,
      fix: /permission denied/i.test(reason) ? NOT_ALLOWED : NOT_WORKING,
    };
  }
  const { what, untried } = tried;
  if (state?.ok && state.text.startsWith('running'))
    return {
      accelerator: 'kvm',
      why: `KVM: a tiny VM ran ${what} with it${untried === '' ? '' : `; ${untried}`}`,
      fix: '',
      ...(untried !== '' && { untried }),
    };
  return {
    accelerator: 'qemu',
    why:
      `software emulation: a VM with KVM starts and can't run ${what} ` +
      `(${state?.ok ? state.text.replaceAll(/\s+/g, ' ') : 'it was gone at once'})`,
    fix: NOT_WORKING,
  };
}

/** What the tiny VM boots. */
interface Tried {
  /** null: the BIOS of QEMU. */
  loader: FirmwareFile | null;
  /** It runs with SMM. */
  secure: boolean;
  /** For people. */
  what: string;
  /** Why it is not the firmware of the VM; empty: it is. */
  untried: string;
}

/**
 * What the VM boots, without a variable store, which would be left behind. Older libvirt can't
 * express that: then the BIOS is tried, as when the host does not have the firmware's file.
 */
async function firmwareToTry(
  { firmware: wanted, nvram }: Pick<ResolvedVm, 'firmware' | 'nvram'>,
  files: FirmwareFiles,
  version: string,
): Promise<Tried> {
  const bios = (untried: string): Tried => ({
    ...{ loader: null, secure: false, what: 'a BIOS', untried },
  });
  if (wanted === 'bios') return bios('');
  const what = isSecure(wanted) ? 'UEFI firmware for secure boot' : 'UEFI firmware';
  if (libvirtVersion(version) < STATELESS_SINCE)
    return bios(`${what} was not tried: this libvirt is too old for that`);
  const firmware = await uefiToTry(wanted, nvram, files);
  if (firmware === null) return bios(`${what} was not tried: there is none`);
  return { ...{ loader: firmware.loader, secure: firmware.secure }, what, untried: '' };
}

async function uefiToTry(
  wanted: Exclude<ResolvedFirmware, 'bios'>,
  nvram: ResolvedVm['nvram'],
  files: FirmwareFiles,
): Promise<Extract<HostFirmware, { by: 'files' }> | null> {
  if (typeof wanted === 'object')
    return (await files.missing(wanted)).includes(wanted.loader) ? null : ownFirmware(wanted);
  const search = await files.search();
  const ownKeys = nvram?.keys !== undefined;
  return search && findFirmware(wanted, { template: false, ownKeys }, search).firmware;
}

function isSecure(wanted: Exclude<ResolvedFirmware, 'bios'>): boolean {
  return typeof wanted === 'object' ? wanted.secureBoot : usesSecureBoot(wanted);
}

async function tryOut(
  virsh: Virsh,
  tried: Pick<Tried, 'loader' | 'secure'>,
): Promise<(VirshReply | undefined)[]> {
  const uuid = randomUUID();
  const [created, , state] = await virsh.ask(
    [
      ['create', { file: tinyDomain(uuid, tried) }, '--autodestroy'],
      ['event', '--domain', uuid, '--event', 'lifecycle', '--timeout', String(WATCH_SECONDS)],
      ['domstate', uuid, '--reason'],
    ],
    { timeoutSeconds: TIMEOUT_SECONDS },
  );
  return [created, state];
}

/**
 * From the answer of `virsh version`, as libvirt counts: 9.0.0 is 9000000. 0: not known.
 */
export function libvirtVersion(text: string): number {
  const found = /Using library: libvirt (\d+)\.(\d+)\.(\d+)/.exec(text);
  return found ? Number(found[1]) * 1_000_000 + Number(found[2]) * 1000 + Number(found[3]) : 0;
}

/** No disk, no NIC, nothing persistent. The CPU is the one that ven's VMs get with KVM. */
function tinyDomain(uuid: string, { loader, secure }: Pick<Tried, 'loader' | 'secure'>): string {
  const format = loader === null || loader.format === 'raw' ? {} : { format: loader.format };
  const attrs = {
    ...{ readonly: 'yes', ...(secure && { secure: 'yes' }) },
    ...{ type: 'pflash', stateless: 'yes', ...format },
  };
  const firmware =
    loader === null ? '' : serializeXml({ name: 'loader', attrs, children: [loader.path] });
  return `<domain type="kvm"><name>ven-probe</name><uuid>${uuid}</uuid>
<memory unit="MiB">128</memory><vcpu>1</vcpu>
<os><type arch="x86_64" machine="q35">hvm</type>${firmware}</os>
<features><acpi/>${secure ? '<smm state="on"/>' : ''}</features>
<cpu mode="host-passthrough" check="none"/>
<on_poweroff>destroy</on_poweroff><on_reboot>destroy</on_reboot><on_crash>destroy</on_crash>
<devices><controller type="usb" model="none"/><memballoon model="none"/></devices></domain>`;
}

/** QEMU's own error, if libvirt's contains one; else libvirt's last line. */
function firstWords(detail: string | undefined): string {
  const lines = (detail ?? '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('virsh '));
  const qemu = lines.find((line) => / error: /.test(line))?.replace(/^.* error: /, '');
  return (qemu ?? lines.at(-1) ?? 'no reason given').slice(0, 200);
}
