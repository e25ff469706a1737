import {
  identityOf,
  identityOfDomain,
  type Address,
  type HostIdentity,
  type ResolvedFleet,
  type Step,
} from '../../model/index.js';
import type { FleetOnHost, OwnedDomain } from '../fleet-on-host.js';
import type { Draft } from '../sequence.js';
import type { VmIntent } from './intents.js';
import type { RemovedVm } from './leaving.js';
import { marksAgree } from './marks.js';

/** What the orchestrator is told of a VM. */
export interface Registration {
  /** Takes the VM out of it, before anything else. */
  unregister: readonly Step[];
  /** Registers it, before its first start. */
  register: Draft | null;
  /** What that means, for people. */
  notes: string[];
}

/** Longer than the client goes on trying. */
const TIMEOUT_SECONDS = 300;

export function registrationOf(
  fleet: ResolvedFleet,
  intent: VmIntent | RemovedVm,
  onHost: Pick<FleetOnHost, 'evacuated'>,
): Registration {
  const { project = null, removeHosts = false, onboarding } = fleet.orchestrator ?? {};
  const removal = removeHosts ? removalOf(intent, onHost) : null;
  const register = onboarding === 'non-interactive' ? registerStep(intent) : null;
  const unregister = stepsOf(fleet, removal);
  const removes = intent.action === 'update' ? unregister.length > 0 : removal !== null;
  const notes = [
    ...(removes ? [`removes its host from the orchestrator's project ${project}`] : []),
    ...(register === null ? [] : [`registers it in the orchestrator's project ${project}`]),
  ];
  return { unregister, register, notes: project === null ? [] : notes };
}

function registerStep(intent: VmIntent | RemovedVm): Draft | null {
  const { action } = intent;
  if (action === null || action === 'delete') return null;
  if (action === 'update' && !intent.diff.register && !hasNewIdentity(intent)) return null;
  const host = identityOf(intent.vm);
  return { name: 'register', timeoutSeconds: TIMEOUT_SECONDS, kind: 'vm-register', host };
}

function stepsOf(fleet: ResolvedFleet, removal: Removal | Lost | null): Step[] {
  if (removal === null) return [];
  return 'domain' in removal
    ? unregisterSteps(fleet, removal)
    : removalSteps(removal.address, [removal.lost], []);
}

/** A VM that is lost with its host, which the orchestrator may know. */
interface Lost {
  address: Address;
  lost: HostIdentity;
}

/** What is to be taken out of the orchestrator. */
interface Removal {
  address: Address;
  domain: OwnedDomain;
  /** It is created again, whatever happens. */
  replaced: boolean;
  /** What stays registered. */
  keeps: HostIdentity | null;
}

function removalOf(
  intent: VmIntent | RemovedVm,
  { evacuated }: Pick<FleetOnHost, 'evacuated'>,
): Removal | Lost | null {
  const { action, domain } = intent;
  if (action === 'delete') return { address: intent.address, domain, replaced: false, keeps: null };
  const { address, uuid } = intent.vm;
  if (action === 'create')
    return evacuated.has(uuid) ? { address, lost: identityOf(intent.vm) } : null;
  if (action === 'replace') return { address, domain, replaced: true, keeps: null };
  // The definition says the new one only after this: until then the change shows as what is left to
  // do.
  return action === 'update' && hasNewIdentity(intent)
    ? { address, domain, replaced: false, keeps: identityOf(intent.vm) }
    : null;
}

function hasNewIdentity({ vm, domain }: Extract<VmIntent, { action: 'update' }>): boolean {
  const told = identityOfDomain(domain, vm.name);
  return told === null || !isAlike(told, identityOf(vm));
}

/**
 * Takes what the orchestrator knows as this VM out of it; the orchestrator is asked whether that is
 * still this VM. The VM's mark says so first: a run that ends after that may leave a VM that is in
 * no orchestrator, and the next plan has to show it. The mark of one that is replaced says
 * half-made, so that the next run replaces it, too, and registers it.
 */
function unregisterSteps(
  fleet: ResolvedFleet,
  { address, domain, replaced, keeps }: Removal,
): Step[] {
  const hosts = registeredAs(fleet, domain, keeps);
  const { uuid } = domain;
  const mark = unregisteredMark(fleet, domain, replaced);
  const marking: Step[] =
    hosts.length === 0 || marksAgree(mark, domain.mark)
      ? []
      : [
          {
            id: `${address}:${replaced ? 'half-made' : 'unregistered'}`,
            ...{ address, needs: [], timeoutSeconds: 30, kind: 'vm-ready', uuid, mark },
          },
        ];
  const needs = marking.map(({ id }) => id);
  return [...marking, ...removalSteps(address, hosts, needs)];
}

function removalSteps(address: Address, hosts: readonly HostIdentity[], needs: string[]): Step[] {
  return hosts.map((host, index): Step => ({
    id: index === 0 ? `${address}:unregister` : `${address}:unregister-${host.serialNumber}`,
    ...{ address, needs, timeoutSeconds: TIMEOUT_SECONDS, kind: 'vm-unregister', host },
  }));
}

/**
 * As it was told to the orchestrator, and as it should have been: somebody may have edited the
 * domain.
 */
function registeredAs(
  fleet: ResolvedFleet,
  domain: OwnedDomain,
  keeps: HostIdentity | null,
): HostIdentity[] {
  const { uuid, mark } = domain;
  const wanted = fleet.vms.find((vm) => vm.uuid === uuid);
  const told = identityOfDomain(domain, mark.vm);
  const both = [told, wanted === undefined ? null : { ...identityOf(wanted), name: mark.vm }];
  return both
    .filter((host) => host !== null)
    .filter((host, place, all) => place === all.findIndex((other) => isAlike(host, other)))
    .filter((host) => keeps === null || !isAlike(host, keeps));
}

/** The orchestrator tells them apart by serial number and UUID. */
function isAlike(a: HostIdentity, b: HostIdentity): boolean {
  return a.serialNumber === b.serialNumber && a.uuid === b.uuid;
}

function unregisteredMark(
  { orchestrator }: ResolvedFleet,
  { mark }: OwnedDomain,
  replaced: boolean,
): OwnedDomain['mark'] {
  if (replaced) return { ...mark, ready: false };
  return mark.ready && orchestrator?.onboarding === 'non-interactive'
    ? { ...mark, unregistered: true }
    : mark;
}
