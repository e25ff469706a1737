import { isNvram, type ResolvedFleet, type ResolvedVm, type SecretReference, type Step } from '../model/index.js';
import type { OwnedDomain } from './seen.js';
import { isHung, marksAgree, readyMark, widerMark, type VmDiff } from './vms.js';

/** Longer than the client goes on trying. */
const ORCHESTRATOR_SECONDS = 300;

/** Steps that other steps of the plan can be needed by: what a VM waits for. */
export interface VmNeeds {
  networks: readonly string[];
  pools: readonly string[];
  /** Deletions of those who have what it wants, a port or a MAC, or who are in its place. */
  freeing: readonly string[];
}

/** Steps that make a VM; first of all the orchestrator is told of it, where it shall know its nodes beforehand. */
export function createVmSteps(fleet: ResolvedFleet, vm: ResolvedVm, needs: VmNeeds): Step[] {
  const { address } = vm;
  const up = `${address}:up`;
  const settings = `${address}:settings`;
  const before = [...needs.freeing, ...needs.pools, ...needs.networks];
  const steps: Step[] = [];
  if (fleet.orchestrator?.onboarding === 'non-interactive') {
    const { name, serialNumber, uuid } = vm;
    const base = { id: `${address}:register`, address, needs: before, timeoutSeconds: ORCHESTRATOR_SECONDS };
    steps.push({ ...base, kind: 'vm-register', host: { name, serialNumber, uuid } });
  }
  const registered = steps.map(({ id }) => id);
  steps.push({ id: up, address, needs: [...before, ...registered], timeoutSeconds: 900, kind: 'vm-up', vm });
  // Autostart is no part of a domain's XML.
  if (vm.autostart) steps.push({ id: settings, address, needs: [up], timeoutSeconds: 60, kind: 'vm-settings', vm, fields: ['autostart'] });
  const password = passwordOf(vm);
  if (password !== null) {
    const needs = steps.slice(-1).map(({ id }) => id);
    steps.push({ id: `${address}:password`, address, needs, timeoutSeconds: 60, kind: 'vm-password', uuid: vm.uuid, password });
  }
  steps.push({
    id: `${address}:ready`,
    address,
    needs: steps.slice(-1).map(({ id }) => id),
    timeoutSeconds: 30,
    kind: 'vm-ready',
    uuid: vm.uuid,
    mark: readyMark(fleet.name, vm),
  });
  return steps;
}

function passwordOf({ graphics }: ResolvedVm): SecretReference | null {
  return graphics.type === 'vnc' ? (graphics.password ?? null) : null;
}

/** The steps that take a VM away for good, from the orchestrator as well where the fleet says so. `keepDisks`: as `deleteVmStep`'s. */
export function removeVmSteps(
  fleet: ResolvedFleet,
  address: string,
  domain: OwnedDomain,
  keepDisks: boolean,
  needs: readonly string[],
): Step[] {
  const gone = deleteVmStep(address, domain, keepDisks, needs);
  const { uuid, mark, config } = domain;
  // As it was told to the orchestrator, whatever the fleet file says by now.
  const serialNumber = config.serialNumber ?? fleet.vms.find((vm) => vm.uuid === uuid)?.serialNumber;
  if (fleet.orchestrator?.removeHosts !== true || serialNumber === undefined) return [gone];
  const base = { id: `${address}:unregister`, address, needs: [gone.id], timeoutSeconds: ORCHESTRATOR_SECONDS };
  return [gone, { ...base, kind: 'vm-unregister', host: { name: mark.vm, serialNumber, uuid } }];
}

/** What a VM costs the orchestrator, for people. */
export function registrationNotes({ orchestrator }: ResolvedFleet, what: 'created' | 'deleted'): string[] {
  const project = orchestrator?.project;
  if (project === undefined || project === null) return [];
  if (what === 'created')
    return orchestrator?.onboarding === 'non-interactive' ? [`registers it in the orchestrator's project ${project}`] : [];
  return orchestrator?.removeHosts === true ? [`removes its host from the orchestrator's project ${project}`] : [];
}

/** The step that takes a VM away; `keepDisks` keeps all volumes but its firmware's variables. */
export function deleteVmStep(address: string, domain: OwnedDomain, keepDisks: boolean, needs: readonly string[]): Step {
  return {
    id: `${address}:delete`,
    address,
    needs: [...needs],
    timeoutSeconds: 180,
    kind: 'vm-delete',
    uuid: domain.uuid,
    volumes: domain.mark.volumes.filter((ref) => !keepDisks || isNvram(ref)).map(({ pool, volume }) => ({ pool, volume })),
  };
}

/**
 * Steps that change a VM, one after another: its definition first, so that one that libvirt refuses is known before the
 * VM is shut down; its mark last, so that a run that ends between them shows as what is left to do.
 */
export function updateVmSteps(vm: ResolvedVm, domain: OwnedDomain, diff: VmDiff, needs: VmNeeds): Step[] {
  const { address } = vm;
  const steps: Step[] = [];
  const base = (name: string, timeoutSeconds: number, more: readonly string[] = []) => ({
    id: `${address}:${name}`,
    address,
    needs: [...more, ...steps.slice(-1).map(({ id }) => id)],
    timeoutSeconds,
  });
  // First of all: of a domain that has no definition, nothing can be changed that is to stay.
  if (diff.persist) steps.push({ ...base('persist', 60), kind: 'vm-define', vm, fields: [] });
  let mark = domain.mark;
  const { create, grow } = diff.disks;
  if (diff.markFirst || grow.length > 0) {
    mark = widerMark(domain.mark, vm);
    steps.push({ ...base('volumes', 120, needs.pools), kind: 'vm-volumes', vm, create, grow, mark });
  }
  if (diff.define.length > 0) steps.push({ ...base('define', 60), kind: 'vm-define', vm, fields: diff.define });
  // What it needs to run: its disks' pools as well, which may only just be started.
  const running = [...needs.networks, ...needs.pools, ...needs.freeing];
  const again = diff.restart || diff.power === 'cut';
  if (again || diff.power === 'stop') {
    // A guest that hangs can't shut itself down.
    const graceSeconds = isHung(domain.power) ? 0 : vm.shutdownTimeoutSeconds;
    const wanted = diff.power === 'stop' ? [] : running;
    steps.push({ ...base('stop', graceSeconds + 60, wanted), kind: 'vm-stop', uuid: vm.uuid, graceSeconds });
  }
  if (diff.nvram !== null) steps.push({ ...base('nvram', 120, needs.pools), kind: 'vm-nvram', vm, ...diff.nvram, mark });
  if (diff.power !== 'stop' && (again || diff.power === 'start'))
    steps.push({ ...base('start', 120, running), kind: 'vm-start', uuid: vm.uuid });
  const password = passwordOf(vm);
  if (diff.password && password !== null) steps.push({ ...base('password', 60), kind: 'vm-password', uuid: vm.uuid, password });
  if (diff.nics.live.length > 0) steps.push({ ...base('nics', 60, needs.networks), kind: 'vm-nics', vm, macs: diff.nics.live });
  if (diff.nics.reattach.length > 0)
    steps.push({ ...base('reattach', 60, needs.networks), kind: 'vm-reattach', vm, macs: diff.nics.reattach });
  if (diff.settings.length > 0) steps.push({ ...base('settings', 60), kind: 'vm-settings', vm, fields: diff.settings });
  if (!marksAgree(mark, diff.mark)) steps.push({ ...base('ready', 30), kind: 'vm-ready', uuid: vm.uuid, mark: diff.mark });
  return steps;
}
