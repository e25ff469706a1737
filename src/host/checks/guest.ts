/** Checks of QEMU and its tools, as libvirt reports them; so they work for a remote host too. */
import type { HostFinding, ResolvedFleet, ResolvedVm } from '../../model/index.js';
import {
  attribute,
  child,
  childrenNamed,
  parseXml,
  textOf,
  type XmlElement,
} from '../../xml/index.js';
import type { Virsh, VirshReply } from '../libvirt/virsh.js';
import { finding } from './finding.js';
import type { FirmwareFiles } from './firmware.js';
import { firmwareFindings } from './firmware-findings.js';
import { probeAccelerator, type Probe } from './probe.js';

export async function guestFindings(
  fleet: ResolvedFleet,
  files: FirmwareFiles,
  capabilities: VirshReply | undefined,
): Promise<HostFinding[]> {
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
  const findings = await firmwareFindings(fleet, files, capabilities.text);
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

/** KVM is tried with each kind of firmware that VMs of the fleet have, once. */
export async function kvmFindings(
  fleet: ResolvedFleet,
  files: FirmwareFiles,
  virsh: Virsh,
): Promise<HostFinding[]> {
  if (fleet.vms.every((vm) => vm.accelerator === 'qemu'))
    return [finding('kvm', 'ok', 'not asked for: the fleet file says accelerator: qemu')];
  const asking = fleet.vms.filter((vm) => vm.accelerator !== 'qemu');
  const kinds = Map.groupBy(asking, ({ firmware, nvram }) =>
    JSON.stringify([firmware, nvram?.keys !== undefined]),
  );
  const found = new Map<string, { probe: Probe; vms: ResolvedVm[] }>();
  for (const vms of kinds.values()) {
    const [vm] = vms;
    if (vm === undefined) continue;
    const probe = await probeAccelerator(virsh, files, vm);
    // What is true of all kinds is said once.
    found.set(probe.why, { probe, vms: [...(found.get(probe.why)?.vms ?? []), ...vms] });
  }
  return [...found.values()].map(({ probe, vms }) => kvmFinding(probe, vms));
}

function kvmFinding(
  { accelerator, why, fix, untried }: Probe,
  vms: readonly ResolvedVm[],
): HostFinding {
  if (accelerator === 'kvm')
    return untried === undefined
      ? finding('kvm', 'ok', why)
      : finding('kvm', 'unknown', why, 'Apply, and see whether its VMs come up');
  const insists = vms.filter((vm) => vm.accelerator === 'kvm').map(({ name }) => name);
  if (insists.length > 0)
    return finding(
      'kvm',
      'missing',
      `${why}; ${insists.slice(0, 3).join(', ')} of the fleet insists on KVM`,
      `${fix}; or say accelerator: auto`,
    );
  return finding('kvm', 'warning', why, `VMs run, about ten times slower. ${fix}`);
}
