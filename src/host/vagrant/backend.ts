import { availableParallelism } from 'node:os';
import type { Backend } from '../../model/index.js';
import { GatheredBringUps } from '../bring-ups/gathering.js';
import type { BackendOptions } from '../bring-ups/options.js';
import { fleetKey } from '../state/lock.js';
import { bringUpAct } from './bring-up.js';
import { containerRuntime } from './container.js';
import { machinesJson } from './machines.js';
import { localRuntime } from './runtime.js';

/** How long a VM waits for others, to share a process (a second of Ruby each) with them. */
const WAIT_MS = 1000;

/** VMs through vagrant: several processes, each with its share of the VMs. */
export function vagrantBackend(options: BackendOptions): Backend {
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
  return {
    open: (most) =>
      new GatheredBringUps(act, {
        // More than there are cores would only slow each other down.
        atOnce: Math.min(most, availableParallelism()),
        ...{ waitMs: WAIT_MS, split: true },
      }),
  };
}
