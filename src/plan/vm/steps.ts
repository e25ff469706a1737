import {
  isNvramVolume,
  type Power,
  type ResolvedFleet,
  type ResolvedVm,
  type SecretReference,
  type Step,
} from '../../model/index.js';
import type { OwnedDomain } from '../fleet-on-host.js';
import type { VmDiff } from './diff.js';
import { marksAgree, readyMark, widerMark } from './marks.js';

/** Longer than the client goes on trying. */
const ORCHESTRATOR_SECONDS = 300;

/** Steps that other steps of the plan can be needed by: what a VM waits for. */
export interface VmNeeds {
  networks: readonly string[];
  pools: readonly string[];
  /** Deletions of those who have what it wants, a port or a MAC, or who are in its place. */
  freeing: readonly string[];
}

/**
 * Steps that make a VM. Where the orchestrator shall know it beforehand, it is told between making and first start: from the VM a later
 * run sees that there may be a registration, whenever this one ends.
 */
export function createVmSteps(fleet: ResolvedFleet, vm: ResolvedVm, needs: VmNeeds): Step[] {
  const { address } = vm;
  const up = `${address}:up`;
  const settings = `${address}:settings`;
  const before = [...needs.freeing, ...needs.pools, ...needs.networks];
  const steps: Step[] = [];
  const last = (): string[] => steps.slice(-1).map(({ id }) => id);
  const registers = fleet.orchestrator?.onboarding === 'non-interactive';
  const made = registers ? { ...vm, power: 'off' as const } : vm;
  steps.push({ id: up, address, needs: before, timeoutSeconds: 900, kind: 'vm-up', vm: made });
  if (registers) steps.push(registerStep(vm, [up]));
  if (registers && vm.power === 'running')
    steps.push({
      id: `${address}:start`,
      address,
      needs: last(),
      timeoutSeconds: 120,
      kind: 'vm-start',
      uuid: vm.uuid,
    });
  // Autostart is no part of a domain's XML.
  if (vm.autostart)
    steps.push({
      id: settings,
      address,
      needs: last(),
      timeoutSeconds: 60,
      kind: 'vm-settings',
      vm,
      fields: ['autostart'],
    });
  const password = passwordOf(vm);
  if (password !== null)
    steps.push({
      id: `${address}:password`,
      address,
      needs: last(),
      timeoutSeconds: 60,
      kind: 'vm-password',
      uuid: vm.uuid,
      password,
    });
  steps.push({
    id: `${address}:ready`,
    address,
    needs: last(),
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

function registerStep({ name, serialNumber, uuid, address }: ResolvedVm, needs: string[]): Step {
  const host = { name, serialNumber, uuid };
  return {
    id: `${address}:register`,
    address,
    needs,
    timeoutSeconds: ORCHESTRATOR_SECONDS,
    kind: 'vm-register',
    host,
  };
}

/**
 * Takes what the orchestrator knows as this VM out of it, where the fleet says so; whether that is still this VM the orchestrator is asked.
 * Its mark says so first: a run that ends after that may leave a VM that is in no orchestrator, and the next plan has to see it.
 * `halfMade`: it is to be made anew whatever happens; `stays`: but for this serial number.
 */
function unregisterSteps(
  fleet: ResolvedFleet,
  address: string,
  { uuid, mark, config }: OwnedDomain,
  { halfMade = false, stays = null }: { halfMade?: boolean; stays?: string | null } = {},
): Step[] {
  if (fleet.orchestrator?.removeHosts !== true) return [];
  // As it was told to the orchestrator, and as it should have been: somebody may have edited the domain.
  const serials = new Set([
    config.serialNumber,
    fleet.vms.find((vm) => vm.uuid === uuid)?.serialNumber,
  ]);
  const hosts = [...serials].flatMap((serialNumber) =>
    serialNumber == null || serialNumber === stays ? [] : [{ name: mark.vm, serialNumber, uuid }],
  );
  const registers = fleet.orchestrator.onboarding === 'non-interactive';
  const first = halfMade
    ? { ...mark, ready: false }
    : mark.ready && registers
      ? { ...mark, unregistered: true as const }
      : mark;
  const id = `${address}:${halfMade ? 'half-made' : 'unregistered'}`;
  const steps: Step[] = [];
  if (hosts.length > 0 && !marksAgree(first, mark))
    steps.push({ id, address, needs: [], timeoutSeconds: 30, kind: 'vm-ready', uuid, mark: first });
  const needs = steps.map((step) => step.id);
  for (const [index, host] of hosts.entries())
    steps.push({
      id: index === 0 ? `${address}:unregister` : `${address}:unregister-${host.serialNumber}`,
      ...{ address, needs, timeoutSeconds: ORCHESTRATOR_SECONDS, kind: 'vm-unregister', host },
    });
  return steps;
}

/**
 * The steps that take a VM away, out of the orchestrator first where the fleet says so: as long as the VM is there, so is the step in the
 * next plan. `keepDisks` keeps all volumes but its firmware's variables.
 */
export function removeVmSteps(
  fleet: ResolvedFleet,
  address: string,
  domain: OwnedDomain,
  keepDisks: boolean,
  needs: readonly string[],
): Step[] {
  return withDeletion(unregisterSteps(fleet, address, domain), address, domain, keepDisks, needs);
}

/**
 * The steps that take a VM away to make it anew. Where the orchestrator is to forget it in between, it is marked as half-made first: whatever
 * a run that ends there leaves of it, the next one makes it anew, too, and registers it.
 */
export function replacedVmSteps(
  fleet: ResolvedFleet,
  address: string,
  domain: OwnedDomain,
  needs: readonly string[],
): Step[] {
  return withDeletion(
    unregisterSteps(fleet, address, domain, { halfMade: true }),
    address,
    domain,
    false,
    needs,
  );
}

function withDeletion(
  before: Step[],
  address: string,
  { uuid, mark }: OwnedDomain,
  keepDisks: boolean,
  needs: readonly string[],
): Step[] {
  const gone: Step = {
    id: `${address}:delete`,
    address,
    needs: [...needs, ...before.map(({ id }) => id)],
    timeoutSeconds: 180,
    kind: 'vm-delete',
    uuid,
    volumes: mark.volumes
      .filter((ref) => !keepDisks || isNvramVolume(ref))
      .map(({ pool, volume }) => ({ pool, volume })),
  };
  return [...before, gone];
}

/** What a VM costs the orchestrator, for people. */
export function registrationNotes(
  { orchestrator }: ResolvedFleet,
  what: 'created' | 'deleted',
): string[] {
  const project = orchestrator?.project;
  if (project === undefined || project === null) return [];
  if (what === 'created')
    return orchestrator?.onboarding === 'non-interactive'
      ? [`registers it in the orchestrator's project ${project}`]
      : [];
  return orchestrator?.removeHosts === true
    ? [`removes its host from the orchestrator's project ${project}`]
    : [];
}

/**
 * Steps that change a VM, one after another: its definition first, so that one that libvirt refuses is known before the
 * VM is shut down; its mark last, so that a run that ends between them shows as what is left to do.
 */
export function updateVmSteps(
  fleet: ResolvedFleet,
  vm: ResolvedVm,
  domain: OwnedDomain,
  diff: VmDiff,
  needs: VmNeeds,
): Step[] {
  const { address } = vm;
  const steps: Step[] = [];
  const base = (name: string, timeoutSeconds: number, more: readonly string[] = []) => ({
    id: `${address}:${name}`,
    address,
    needs: [...more, ...steps.slice(-1).map(({ id }) => id)],
    timeoutSeconds,
  });
  let { mark } = domain;
  // Before the definition says the new one: until then the change shows as what is left to do.
  if (diff.define.includes('serialNumber')) {
    steps.push(...unregisterSteps(fleet, address, domain, { stays: vm.serialNumber }));
    for (const step of steps) if (step.kind === 'vm-ready') ({ mark } = step);
  }
  if (
    diff.register ||
    (diff.define.includes('serialNumber') && fleet.orchestrator?.onboarding === 'non-interactive')
  )
    steps.push(registerStep(vm, base('', 0).needs));
  // Of a domain that has no definition, nothing can be changed that is to stay.
  if (diff.persist) steps.push({ ...base('persist', 60), kind: 'vm-define', vm, fields: [] });
  const { create, grow } = diff;
  if (diff.markFirst || grow.length > 0) {
    mark = widerMark(mark, vm);
    steps.push({
      ...base('volumes', 120, needs.pools),
      kind: 'vm-volumes',
      vm,
      create,
      grow,
      mark,
    });
  }
  if (diff.define.length > 0)
    steps.push({ ...base('define', 60), kind: 'vm-define', vm, fields: diff.define });
  // What it needs to run: its disks' pools as well, which may only just be started.
  const running = [...needs.networks, ...needs.pools, ...needs.freeing];
  const again = diff.restart || diff.power === 'cut';
  if (again || diff.power === 'stop') {
    // A guest that hangs can't shut itself down.
    const graceSeconds = isHung(domain.power) ? 0 : vm.shutdownTimeoutSeconds;
    const wanted = diff.power === 'stop' ? [] : running;
    steps.push({
      ...base('stop', graceSeconds + 60, wanted),
      kind: 'vm-stop',
      uuid: vm.uuid,
      graceSeconds,
    });
  }
  if (diff.nvram !== null)
    steps.push({ ...base('nvram', 120, needs.pools), kind: 'vm-nvram', vm, ...diff.nvram, mark });
  if (diff.power !== 'stop' && (again || diff.power === 'start'))
    steps.push({ ...base('start', 120, running), kind: 'vm-start', uuid: vm.uuid });
  const password = passwordOf(vm);
  if (diff.password && password !== null)
    steps.push({ ...base('password', 60), kind: 'vm-password', uuid: vm.uuid, password });
  if (diff.live.length > 0)
    steps.push({ ...base('nics', 60, needs.networks), kind: 'vm-nics', vm, macs: diff.live });
  if (diff.reattach.length > 0)
    steps.push({
      ...base('reattach', 60, needs.networks),
      kind: 'vm-reattach',
      vm,
      macs: diff.reattach,
    });
  if (diff.settings.length > 0)
    steps.push({ ...base('settings', 60), kind: 'vm-settings', vm, fields: diff.settings });
  if (!marksAgree(mark, diff.mark))
    steps.push({ ...base('ready', 30), kind: 'vm-ready', uuid: vm.uuid, mark: diff.mark });
  return steps;
}

function isHung(power: Power): boolean {
  return power === 'paused' || power === 'crashed';
}
