/** Checks of this machine itself, for when it is the host. */
import { statSync } from 'node:fs';
import type { HostFinding, ResolvedFleet } from '../../model/index.js';
import type { Env } from '../exec.js';
import { isLocal } from '../libvirt/local.js';
import { finding } from './finding.js';
import { findProgram } from './programs.js';
import { virtlogdFindings } from './virtlogd.js';

export function localFindings(fleet: ResolvedFleet, env: Env, uri: string): HostFinding[] {
  if (!isLocal(uri)) return [];
  const findings = fleet.vms.length > 0 ? virtlogdFindings() : [];
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
  if (kvmIsClosed()) {
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

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}
