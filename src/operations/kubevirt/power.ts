/** KubeVirt's verbs, under the fleet's lock. */
import { setTimeout as pause } from 'node:timers/promises';
import { fleetInCluster, powerOf, vmName, type OwnedVm } from '../../kubevirt/index.js';
import {
  EXIT,
  KUBE,
  venCommand,
  VenError,
  type Cluster,
  type ResolvedFleet,
} from '../../model/index.js';
import { needsConsent } from '../consent.js';
import { vmNamed } from '../find-vm.js';
import { loadOnHost, wordsOf } from '../load.js';
import type { PoweredVm, PowerRequest, PowerResult } from '../power.js';
import { clusterOf } from './cluster.js';

type Target = Pick<PoweredVm, 'name' | 'address' | 'domain' | 'before' | 'wanted'> & {
  /** null: it does not exist. */
  owned: OwnedVm | null;
  isForeign: boolean;
  shutdownTimeoutSeconds: number;
};

const SHUTDOWN_SECONDS = 60;
const LOOK_AGAIN_MS = 1000;

/** As `power` of a libvirt host. */
export async function power(request: PowerRequest): Promise<PowerResult> {
  const { action, interrupt } = request;
  const fleet = loadOnHost(request);
  if (request.consent === 'impossible') throw needsConsent(request);
  const cluster = await clusterOf(fleet, request);
  const lock = await cluster.lock({
    command: 'power',
    waitSeconds: request.lockTimeoutSeconds,
    signal: interrupt.graceful,
  });
  try {
    const targets = await targetsOf(request, fleet, cluster);
    await request.confirm({
      host: cluster.uri,
      vms: targets.filter(({ isForeign }) => !isForeign).map(({ address }) => address),
      refused: targets.filter(({ isForeign }) => isForeign).map(({ address }) => address),
    });
    const began = performance.now();
    const vms = await Promise.all(
      targets.map(async (target) => {
        const vm = await powered(target, cluster, request);
        request.tell(vm);
        return vm;
      }),
    );
    const has = (outcome: PoweredVm['outcome']): boolean =>
      vms.some((vm) => vm.outcome === outcome);
    let exitCode: number = EXIT.done;
    if (interrupt.graceful.aborted) exitCode = EXIT.interrupted;
    else if (has('failed')) exitCode = EXIT.someVmsFailed;
    else if (has('refused')) exitCode = EXIT.refused;
    const outcomes = { [EXIT.done]: 'done', [EXIT.interrupted]: 'interrupted' } as const;
    return {
      ...{ fleet: fleet.name, host: cluster.uri, action, exitCode, vms },
      outcome: exitCode in outcomes ? outcomes[exitCode as keyof typeof outcomes] : 'failed',
      durationSeconds: secondsSince(began),
    };
  } finally {
    lock.release();
  }
}

async function targetsOf(
  request: PowerRequest,
  fleet: ResolvedFleet,
  cluster: Cluster,
): Promise<Target[]> {
  const found = fleetInCluster(fleet, await cluster.observe(request.interrupt.graceful));
  const written = fleet.vms.map((vm): Target => {
    const owned = found.vms.get(vm.name);
    const domain = vmName(fleet.name, vm.name);
    return {
      ...{ name: vm.name, address: vm.address, domain, wanted: vm.power },
      ...stateOf(owned),
      isForeign: found.foreign.has(`${KUBE.vm.kind} ${domain}`),
      shutdownTimeoutSeconds: vm.shutdownTimeoutSeconds,
    };
  });
  const names = new Set(written.map(({ name }) => name));
  const left = [...found.vms].flatMap(([name, owned]): Target[] =>
    names.has(name)
      ? []
      : [
          {
            ...{ name, address: `vm.${name}`, domain: vmName(fleet.name, name), wanted: null },
            ...stateOf(owned),
            ...{ isForeign: false, shutdownTimeoutSeconds: SHUTDOWN_SECONDS },
          },
        ],
  );
  const all = [...written, ...left];
  if (request.vms.length === 0)
    return all.filter(({ owned, isForeign }) => owned !== null || isForeign);
  const wanted = request.vms.map((word) => vmNamed({ vms: all }, word, request.file));
  return [...new Map(wanted.map((target) => [target.address, target])).values()];
}

function stateOf(owned: OwnedVm | undefined): Pick<Target, 'owned' | 'before'> {
  const isThere = owned !== undefined && owned.vm !== null;
  return isThere ? { owned, before: powerOf(owned) } : { owned: null, before: 'missing' };
}

async function powered(
  target: Target,
  cluster: Cluster,
  request: PowerRequest,
): Promise<PoweredVm> {
  const { name, address, domain, before, wanted } = target;
  const about = { name, address, domain, before, wanted };
  const began = performance.now();
  if (request.interrupt.graceful.aborted)
    return { ...about, outcome: 'skipped', durationSeconds: 0 };
  try {
    const outcome = await act(target, cluster, request);
    return { ...about, outcome, durationSeconds: secondsSince(began) };
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    const { code, summary, detail, hint } = error;
    return {
      ...about,
      outcome: code === 'foreign-object' ? 'refused' : 'failed',
      durationSeconds: secondsSince(began),
      error: { code, summary, detail, hint },
    };
  }
}

async function act(
  target: Target,
  cluster: Cluster,
  request: PowerRequest,
): Promise<'done' | 'already'> {
  const { owned, isForeign, address, domain, name, before, shutdownTimeoutSeconds } = target;
  if (isForeign)
    throw new VenError('foreign-object', {
      summary: `VirtualMachine ${domain} is in the place of ${address}, and is not ven's`,
      hint:
        'It is left alone. Look at it: ' +
        `kubectl -n ${cluster.namespace} get virtualmachine ${domain} -o yaml`,
    });
  if (owned === null)
    throw new VenError('not-found', {
      summary: `the VM does not exist on ${cluster.uri}`,
      hint: `Create it: ${venCommand('apply', wordsOf(request))}`,
    });
  const runs = owned.instance !== null;
  if (request.action === 'on') {
    if (runs) return 'already';
    await cluster.start(domain);
    return 'done';
  }
  if (!runs && request.action === 'off') return 'already';
  if (!runs)
    throw new VenError('not-running', {
      summary: 'the VM is off',
      hint: `Start it: ${venCommand('power on', name, wordsOf(request))}`,
    });
  if (request.action === 'reset') await cluster.reset(domain);
  else if (request.action === 'reboot') await cluster.objects.restart(domain);
  else {
    const cuts = request.force || before === 'crashed' || shutdownTimeoutSeconds === 0;
    const grace = cuts ? 0 : shutdownTimeoutSeconds;
    await cluster.stop(domain, grace);
    await untilOff(domain, grace, cluster, request);
  }
  return 'done';
}

/** The cluster cuts the power by itself when the time is up. */
async function untilOff(
  vm: string,
  graceSeconds: number,
  cluster: Cluster,
  { interrupt }: PowerRequest,
): Promise<void> {
  const deadline = performance.now() + (graceSeconds + 30) * 1000;
  for (;;) {
    const { instances } = await cluster.observe(interrupt.graceful);
    const left = instances.some(
      ({ metadata, status }) =>
        metadata.name === vm &&
        !['Succeeded', 'Failed'].includes((status as { phase?: string } | undefined)?.phase ?? ''),
    );
    if (!left) return;
    if (performance.now() > deadline)
      throw new VenError('tool-failed', {
        summary: `It was told to stop, and still runs ${graceSeconds + 30} s later`,
        hint: `Look at it: kubectl -n ${cluster.namespace} describe virtualmachineinstance ${vm}`,
      });
    await pause(LOOK_AGAIN_MS);
  }
}

function secondsSince(began: number): number {
  return Math.round(performance.now() - began) / 1000;
}
