import { identityOf, VenError, type ResolvedFleet, type ResolvedVm } from '../../model/index.js';
import { vmNamed } from '../find-vm.js';
import { withOrchestrator, type OrchestratorRequest } from './connect.js';

/** Some VMs of the fleet, by name or address; none: all. */
export interface VmsRequest extends OrchestratorRequest {
  vms: readonly string[];
}

export interface Registration {
  name: string;
  serialNumber: string;
  id: string;
  /** It was registered before. */
  already: boolean;
}

/**
 * Called for each VM when it is done, or refused. A single VM's refusal is not passed to
 * `tellRefused`: the operation rejects with it.
 */
interface Told<T> {
  tell: (one: T) => void;
  tellRefused: (error: VenError) => void;
}

/**
 * Registers VMs with the orchestrator by their serial numbers. Idempotent. A refused VM does not
 * stop the others: rejects with `vms-failed` after the last (`foreign-object` if all are foreign),
 * and at once only for an error that would hit every VM.
 */
export async function registerVms({
  tell,
  tellRefused,
  ...request
}: VmsRequest & Told<Registration>): Promise<void> {
  await withOrchestrator(request, async (orchestrator, fleet) => {
    const vms = chosen(request, fleet);
    await orchestrator.checkProject(request.signal);
    await eachOf(vms, 'registered', tellRefused, async (vm) => {
      const { name, serialNumber } = vm;
      const answer = await orchestrator.register(identityOf(vm), request.signal);
      tell({ name, serialNumber, ...answer });
    });
  });
}

/** Removes the VMs' hosts; else like `registerVms`. */
export async function unregisterVms({
  tell,
  tellRefused,
  ...request
}: VmsRequest & Told<{ name: string; serialNumber: string; removed: boolean }>): Promise<void> {
  await withOrchestrator(request, async (orchestrator, fleet) => {
    await eachOf(chosen(request, fleet), 'removed', tellRefused, async (vm) => {
      const { name, serialNumber } = vm;
      const answer = await orchestrator.unregister(identityOf(vm), request.signal);
      tell({ name, serialNumber, ...answer });
    });
  });
}

async function eachOf(
  vms: readonly ResolvedVm[],
  done: string,
  tellRefused: (error: VenError) => void,
  work: (vm: ResolvedVm) => Promise<void>,
): Promise<void> {
  const refused: VenError[] = [];
  const names: string[] = [];
  for (const vm of vms) {
    try {
      await work(vm);
    } catch (error) {
      if (
        !(error instanceof VenError) ||
        (error.code !== 'host-refused' && error.code !== 'foreign-object')
      )
        throw error;
      const { code, summary, detail, hint } = error;
      const own = new VenError(code, { summary, detail, hint, where: vm.address });
      if (vms.length > 1) tellRefused(own);
      refused.push(own);
      names.push(vm.name);
    }
  }
  const [first] = refused;
  if (!first) return;
  const isNoneDone = refused.length === vms.length;
  const code =
    isNoneDone && refused.every((error) => error.code === 'foreign-object')
      ? 'foreign-object'
      : 'vms-failed';
  if (vms.length === 1) {
    const { summary, detail, hint, where } = first;
    throw new VenError(code, { summary, detail, hint, where });
  }
  throw new VenError(code, {
    summary:
      `${refused.length} of ${vms.length} VMs ` +
      `${refused.length === 1 ? 'was' : 'were'} not ` +
      `${done}: ${names.join(', ')}`,
    hint:
      `The reasons are above. ${isNoneDone ? '' : 'The others are done. '}Fix them and run the ` +
      'same command again.',
  });
}

function chosen({ vms, file }: VmsRequest, fleet: ResolvedFleet): ResolvedVm[] {
  return vms.length === 0 ? fleet.vms : vms.map((name) => vmNamed(fleet, name, file));
}
