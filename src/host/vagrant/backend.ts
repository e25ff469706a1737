import type { Backend, ResolvedHost } from '../../model/index.js';
import type { Env } from '../exec.js';
import type { AfterStart } from '../links/links.js';
import type { Virsh } from '../libvirt/virsh.js';
import { fleetKey } from '../state/lock.js';
import { bringUpAct } from './bring-up.js';
import { containerRuntime } from './container.js';
import { GatheredBringUps } from './gathering.js';
import { machinesJson } from './machines.js';
import { localRuntime } from './runtime.js';

export interface VagrantOptions {
  virsh: Virsh;
  /** For a VM that vagrant has started. */
  hasStarted: AfterStart;
  fleet: string;
  runner: ResolvedHost['runner'];
  /** The fleet's work folder. */
  workDir: string;
  /** The text of the Vagrantfile, which reads `machines.json` beside it. */
  vagrantfile: string;
  env: Env;
  /** See `Lock.fd`. */
  lockFd?: number | undefined;
}

/** VMs through vagrant: several processes, each with its share of the VMs. */
export function vagrantBackend(options: VagrantOptions): Backend {
  const { virsh, hasStarted, fleet, runner, workDir, vagrantfile, env, lockFd } = options;
  const { uri } = virsh;
  const act = bringUpAct({
    virsh,
    hasStarted,
    workDir,
    vagrantfile,
    machinesJson,
    runtime:
      runner.kind === 'container'
        ? containerRuntime({ image: runner.image, key: fleetKey({ uri, fleet }), env })
        : localRuntime(env),
    env,
    lockFd,
  });
  return { open: (atOnce) => new GatheredBringUps(act, atOnce) };
}
