import { lockProvisioning } from '../../flow/index.js';
import { EXIT } from '../../model/index.js';
import { carryOut, type CarryOut } from './carry-out.js';
import { onboard, type Onboard } from './onboard.js';

/**
 * What `apply --wait` and `provision --retry-failed` share: makes VMs, which stay off, then onboards those that stand. Nobody else
 * watches the fleet's nodes meanwhile, or the run is refused before it has taken anything away. Resolves to the exit code.
 */
export async function makeAndOnboard(make: CarryOut, watch: Omit<Onboard, 'file' | 'vms' | 'json' | 'lock'>): Promise<number> {
  const { file, json } = make;
  const lock = await lockProvisioning({ file, env: process.env, lockTimeoutSeconds: make.lockTimeoutSeconds });
  try {
    const { exitCode, standing } = await carryOut({ ...make, options: { ...make.options, leaveOff: true } });
    if (standing.length === 0 || exitCode === EXIT.interrupted) return exitCode;
    return (await onboard({ ...watch, file, json, vms: standing, lock })) || exitCode;
  } finally {
    lock.release();
  }
}
