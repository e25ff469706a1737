/** What the operations on a cluster share. */
import { folderOf, openCluster } from '../../host/index.js';
import {
  venCommand,
  VenError,
  type Cluster,
  type ClusterState,
  type ResolvedFleet,
  type ResolvedVm,
} from '../../model/index.js';
import { fleetInCluster, type OwnedVm } from '../../kubevirt/index.js';
import { vmNamed, type VmRequest } from '../find-vm.js';
import { loadOnHost, wordsOf, type Request } from '../load.js';

export function clusterOf(fleet: ResolvedFleet, request: Request): Promise<Cluster> {
  const { engine } = fleet;
  if (!engine) throw new Error('the fleet is not for a cluster');
  const { env, file } = request;
  return openCluster({ engine, fleet: fleet.name, folder: folderOf(file), env });
}

/** A VM of the fleet file, and what the cluster has of it. */
export interface FoundVm {
  cluster: Cluster;
  state: ClusterState;
  vm: ResolvedVm;
  owned: OwnedVm & { vm: NonNullable<OwnedVm['vm']> };
}

/** @throws VenError `not-found`: in the fleet file, or in the cluster */
export async function findVmInCluster(request: VmRequest): Promise<FoundVm> {
  const fleet = loadOnHost(request);
  const vm = vmNamed(fleet, request.vm, request.file);
  const cluster = await clusterOf(fleet, request);
  const state = await cluster.observe();
  const owned = fleetInCluster(fleet, state).vms.get(vm.name);
  if (owned === undefined || owned.vm === null)
    throw new VenError('not-found', {
      where: vm.address,
      summary: `the VM does not exist on ${cluster.uri}`,
      hint: `Create it: ${venCommand('apply', wordsOf(request))}`,
    });
  return { cluster, state, vm, owned: { ...owned, vm: owned.vm } };
}

/** The same, of one that runs. @throws VenError `not-running` */
export async function findRunningInCluster(request: VmRequest): Promise<FoundVm> {
  const found = await findVmInCluster(request);
  if (found.owned.instance === null)
    throw new VenError('not-running', {
      where: found.vm.address,
      summary: 'the VM is off',
      hint: `Start it: ${venCommand('power on', found.vm.name, wordsOf(request))}`,
    });
  return found;
}
