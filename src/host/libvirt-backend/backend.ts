import { availableParallelism } from 'node:os';
import type { Backend } from '../../model/index.js';
import { GatheredBringUps } from '../bring-ups/gathering.js';
import type { BackendOptions } from '../bring-ups/options.js';
import { bringUpAct } from './bring-up.js';

/** A start waits as much as it computes; beyond this, VMs would only take longer each. */
const STARTS_PER_CORE = 4;

/** Networks are made one after another, and a VM alone takes as many processes as ten do. */
const WAIT_MS = 1000;

/** VMs through virsh alone. (decision 61) */
export function libvirtBackend({ virsh, hasStarted }: BackendOptions): Backend {
  return {
    open: (most) => {
      const cores = availableParallelism();
      const atOnce = {
        disks: Math.min(most, cores),
        starts: Math.min(most, cores * STARTS_PER_CORE),
      };
      return new GatheredBringUps(bringUpAct({ virsh, hasStarted, atOnce }), {
        ...{ atOnce: atOnce.disks, split: false },
        waitMs: WAIT_MS,
      });
    },
  };
}
