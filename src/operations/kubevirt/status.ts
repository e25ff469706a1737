import { addressesOf, fleetInCluster, powerOf, troubleOf, vmName } from '../../kubevirt/index.js';
import type { ResolvedFleet } from '../../model/index.js';
import { vmNamed } from '../find-vm.js';
import { loadOnHost } from '../load.js';
import { leftNotices, type LeftVm } from '../status/left-notice.js';
import type { FleetStatus, StatusRequest, VmStatus } from '../status/status.js';
import { clusterOf } from './cluster.js';

/** As `openStatus` of a libvirt host. */
export function openStatus(request: StatusRequest): {
  again: () => Promise<FleetStatus>;
  close: () => Promise<void>;
} {
  return { again: () => statusNow(request), close: () => Promise.resolve() };
}

async function statusNow(request: StatusRequest): Promise<FleetStatus> {
  const fleet = loadOnHost(request);
  const { vms = [] } = request;
  const shown =
    vms.length === 0 ? fleet.vms : vms.map((name) => vmNamed(fleet, name, request.file));
  const cluster = await clusterOf(fleet, request);
  const found = fleetInCluster(fleet, await cluster.observe());
  const named = new Set(fleet.vms.map(({ name }) => name));
  const left = [...found.vms].flatMap(([name, owned]): LeftVm[] =>
    named.has(name) ? [] : [{ name, power: powerOf(owned), isProtected: owned.mark.protect }],
  );
  return {
    formatVersion: '1',
    fleet: fleet.name,
    host: cluster.uri,
    orchestrator: null,
    warnings: [
      ...shown.flatMap((vm) => {
        const owned = found.vms.get(vm.name);
        const said = owned && vm.power === 'running' ? troubleOf(owned) : null;
        const runs = owned !== undefined && powerOf(owned) === 'running';
        return said === null || runs ? [] : [`${vm.address} does not run: ${said}`];
      }),
      ...leftNotices(vms.length > 0 ? [] : left, request),
    ],
    vms: shown.map((vm) => vmStatus(fleet, vm, found.vms.get(vm.name))),
  };
}

function vmStatus(
  fleet: ResolvedFleet,
  vm: ResolvedFleet['vms'][number],
  owned: ReturnType<typeof fleetInCluster>['vms'] extends ReadonlyMap<string, infer Vm>
    ? Vm | undefined
    : never,
): VmStatus {
  const isThere = owned !== undefined && owned.vm !== null;
  return {
    ...{ name: vm.name, domain: vmName(fleet.name, vm.name), uuid: vm.uuid },
    power: isThere ? powerOf(owned) : 'missing',
    ready: isThere && owned.mark.digest === vm.digest,
    addresses: isThere ? addressesOf(owned.instance) : [],
    serialNumber: vm.serialNumber,
    ...{ console: null, vnc: null, bmc: null, orchestrator: null },
    ...{ stage: null, stageTitle: null, stageAsOf: null, outcome: null, failureClass: null },
  };
}
