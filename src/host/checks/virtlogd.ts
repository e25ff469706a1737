/** virtlogd keeps the logs of consoles: without its socket no VM with one starts. */
import { existsSync, readFileSync } from 'node:fs';
import type { HostFinding } from '../../model/index.js';
import { finding } from './finding.js';

export interface VirtlogdFiles {
  /** Where it may listen. */
  sockets: readonly string[];
  config: string;
}

const FILES: VirtlogdFiles = {
  sockets: ['/run/libvirt/virtlogd-sock', '/var/run/libvirt/virtlogd-sock'],
  config: '/etc/libvirt/qemu.conf',
};

/**
 * Nothing where it is there, or is not needed. A warning otherwise: only libvirt's own socket may
 * have been handed in from where virtlogd is.
 */
export function virtlogdFindings({ sockets, config }: VirtlogdFiles = FILES): HostFinding[] {
  if (sockets.some((path) => existsSync(path)) || writesItself(config)) return [];
  return [
    finding(
      'virtlogd',
      'warning',
      `virtlogd does not listen (${sockets[0]}); VMs need it for the logs of their consoles`,
      'sudo systemctl enable --now virtlogd.socket (without systemd: sudo virtlogd -d)',
    ),
  ];
}

/** Whether QEMU is set to write its logs itself. No, where the settings can't be read. */
function writesItself(config: string): boolean {
  try {
    return /^\s*stdio_handler\s*=\s*"file"/m.test(readFileSync(config, 'utf8'));
  } catch {
    return false;
  }
}
