/** This machine, as its files and devices tell. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Env } from '../exec.js';
import { writesItself, type Machine } from './machine.js';
import { findProgram } from './programs.js';

/** libvirt's settings of QEMU. */
export const QEMU_SETTINGS = '/etc/libvirt/qemu.conf';

export interface VirtlogdFiles {
  /** Where it may listen. */
  sockets: readonly string[];
  config: string;
}

const VIRTLOGD: VirtlogdFiles = {
  sockets: ['/run/libvirt/virtlogd-sock', '/var/run/libvirt/virtlogd-sock'],
  config: QEMU_SETTINGS,
};

export function thisMachine(env: Env, { sockets, config } = VIRTLOGD): Machine {
  return {
    place: '',
    hasLogs: () =>
      Promise.resolve(sockets.some((path) => existsSync(path)) || writesItself(textOf(config))),
    hasDnsmasq: () => Promise.resolve(findProgram('dnsmasq', env) !== null),
    areBridges: (names) =>
      Promise.resolve(names.map((name) => existsSync(`/sys/class/net/${name}/bridge`))),
    isKvmClosed: () => Promise.resolve(isKvmClosed()),
  };
}

/** False when it does not exist. */
function isKvmClosed(): boolean {
  try {
    const { mode, gid } = statSync('/dev/kvm');
    return (mode & 0o006) !== 0o006 && !((mode & 0o060) === 0o060 && gid !== 0);
  } catch {
    return false;
  }
}

/** Empty where it can't be read. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
