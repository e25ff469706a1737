/**
 * Checks of the machine that the host is, this one or another. What can't be known of it is said to
 * be unknown, never to be well.
 */
import type { HostFinding, ResolvedFleet } from '../../model/index.js';
import { finding } from './finding.js';

/** What is asked of a machine; null: it can't be known. */
export interface Machine {
  /** As in `fix`es: where to type them. */
  place: string;
  /** Whether virtlogd listens, or QEMU writes its logs itself. */
  hasLogs(): Promise<boolean | null>;
  hasDnsmasq(): Promise<boolean | null>;
  /** By name. */
  areBridges(names: readonly string[]): Promise<(boolean | null)[]>;
  /** Whether /dev/kvm is there for root alone. */
  isKvmClosed(): Promise<boolean | null>;
}

export async function machineFindings(
  fleet: ResolvedFleet,
  machine: Machine,
): Promise<HostFinding[]> {
  const bridges = bridgesOf(fleet);
  const [logs, dnsmasq, found, isKvmClosed] = await Promise.all([
    fleet.vms.length > 0 ? machine.hasLogs() : true,
    fleet.networks.some(({ kind }) => kind === 'own') ? machine.hasDnsmasq() : undefined,
    bridges.length > 0 ? machine.areBridges(bridges) : [],
    machine.isKvmClosed(),
  ]);
  return [
    ...logFindings(logs, machine),
    ...(dnsmasq === undefined ? [] : [dnsmasqFinding(dnsmasq, machine)]),
    ...bridges.flatMap((bridge, at) => bridgeFindings(bridge, found[at] ?? null, machine)),
    ...kvmDeviceFindings(isKvmClosed, machine),
  ];
}

function bridgesOf({ vms }: ResolvedFleet): string[] {
  const names = vms.flatMap(({ nics }) =>
    nics.flatMap(({ source }) => (source.kind === 'bridge' ? [source.bridge] : [])),
  );
  return [...new Set(names)].sort();
}

/** A warning: only libvirt's own socket may have been handed in from where virtlogd is. */
function logFindings(logs: boolean | null, { place }: Machine): HostFinding[] {
  if (logs === true) return [];
  if (logs === null)
    return [
      finding(
        'virtlogd',
        'unknown',
        'Whether virtlogd listens was not checked; VMs need it for the logs of their consoles',
        `${place}ls -l /run/libvirt/virtlogd-sock`,
      ),
    ];
  return [
    finding(
      'virtlogd',
      'warning',
      'virtlogd does not listen (/run/libvirt/virtlogd-sock); VMs need it for the logs of their ' +
        'consoles',
      `${place}sudo systemctl enable --now virtlogd.socket (without systemd: sudo virtlogd -d)`,
    ),
  ];
}

function dnsmasqFinding(dnsmasq: boolean | null, { place }: Machine): HostFinding {
  if (dnsmasq === null)
    return finding(
      'dnsmasq',
      'unknown',
      'Whether dnsmasq is installed was not checked; networks need it for DHCP and DNS',
      `${place}command -v dnsmasq`,
    );
  return dnsmasq
    ? finding('dnsmasq', 'ok', 'dnsmasq is there')
    : finding(
        'dnsmasq',
        'missing',
        'dnsmasq is not installed; networks need it for DHCP and DNS',
        `${place}sudo apt-get install dnsmasq-base`,
      );
}

function bridgeFindings(
  bridge: string,
  isThere: boolean | null,
  { place }: Machine,
): HostFinding[] {
  if (isThere === true) return [];
  if (isThere === null)
    return [
      finding(
        'bridge',
        'unknown',
        `Whether there is a bridge ${bridge} was not checked; VMs with a NIC on it need it`,
        `${place}ip -d link show ${bridge}`,
      ),
    ];
  return [
    finding(
      'bridge',
      'warning',
      `The bridge ${bridge} does not exist; VMs with a NIC on it will fail`,
      `${place}sudo ip link add ${bridge} type bridge && sudo ip link set ${bridge} up`,
    ),
  ];
}

function kvmDeviceFindings(isClosed: boolean | null, { place }: Machine): HostFinding[] {
  const tries = 'libvirt then tries out QEMU again for every single VM, seconds each time';
  if (isClosed === false) return [];
  if (isClosed === null)
    return [
      finding(
        'kvm-device',
        'unknown',
        `Whether there is a /dev/kvm that QEMU's user may not open was not checked; ${tries}`,
        `${place}ls -l /dev/kvm`,
      ),
    ];
  return [
    finding(
      'kvm-device',
      'warning',
      `/dev/kvm exists, and QEMU's user may not open it: ${tries}`,
      `${place}sudo chgrp kvm /dev/kvm && sudo chmod 0660 /dev/kvm`,
    ),
  ];
}

/** Whether QEMU is set to write its logs itself. */
export function writesItself(config: string): boolean {
  return /^\s*stdio_handler\s*=\s*"file"/m.test(config);
}
