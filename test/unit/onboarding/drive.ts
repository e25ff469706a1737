/** What onboarding nodes write, and a run over them. */
import { driveNodes, type DriveOptions } from '../../../src/onboarding/drive.js';
import type { ResolvedVm } from '../../../src/model/index.js';
import { PROFILE, World, type Script } from './world.js';

export const IO: Script = [
  { at: 10, say: 'firmware\r\nUsername: ' },
  { after: 'alice', at: 0.3, say: 'alice\r\nPassword: ' },
  { after: 'canary-secret', at: 0.3, say: '\r\nworking\r\n' },
  { after: 'canary-secret', at: 20, say: 'all done\r\n' },
];
export const PLAIN: Script = [
  { at: 5, say: 'working\r\n' },
  { at: 15, say: 'all done\r\n' },
];
export const FULL: Script = [
  { at: 5, say: 'working\r\n' },
  { at: 8, say: 'tar: No space left on device\r\n' },
];

/** A run over these VMs, in the world's time. */
export function drive(
  world: World,
  vms: readonly ResolvedVm[],
  options: Partial<DriveOptions> = {},
) {
  return driveNodes({
    run: 'run',
    fleet: 'lab',
    words: 'lab.yaml',
    host: 'qemu:///system',
    profile: PROFILE,
    flow: 'none',
    until: 'ready',
    nodes: vms.map((vm) => ({
      vm,
      power: world.power(vm),
      record: world.records.get(vm.name) ?? null,
    })),
    limits: { maxConcurrent: Infinity, staggerSeconds: 0 },
    timeoutSeconds: null,
    known: null,
    ports: world.ports(),
    signal: new AbortController().signal,
    ...options,
  });
}

export const count = (world: World, vm: ResolvedVm, text: string): number =>
  world.machine(vm).typed.filter((each) => each.text === text).length;
