import {
  isIgnored,
  markFor,
  type Address,
  type Power,
  type ResolvedFleet,
  type ResolvedVm,
  type SecretReference,
  type Step,
  type VolumeRef,
} from '../../model/index.js';
import type { OwnedDomain } from '../fleet-on-host.js';
import { inSequence, type Draft } from '../sequence.js';
import type { VmDiff } from './diff.js';
import type { VmIntent } from './intents.js';
import type { RemovedVm } from './leaving.js';
import { marksAgree, widerMark } from './marks.js';
import type { VmNeeds } from './needs.js';
import type { Registration } from './registration.js';

export function vmSteps(
  fleet: ResolvedFleet,
  intent: VmIntent | RemovedVm,
  registration: Registration,
  needs: VmNeeds,
  doomed: readonly VolumeRef[],
): Step[] {
  const { unregister } = registration;
  if (intent.action === null) return [];
  if (intent.action === 'delete') {
    const { address, domain } = intent;
    return [...unregister, deletion(address, domain, doomed, unregister, needs)];
  }
  const { vm } = intent;
  if (intent.action === 'update')
    return updateSteps(vm, intent.domain, intent.diff, registration, needs);
  const { created } = intent;
  if (intent.action === 'create') {
    const freeing = [...needs.freeing, ...unregister.map(({ id }) => id)];
    return [...unregister, ...createSteps(fleet, created, registration, { ...needs, freeing })];
  }
  const deleted = deletion(vm.address, intent.domain, doomed, unregister, needs);
  const freeing = [...new Set([deleted.id, ...needs.freeing])];
  const creation = createSteps(fleet, created, registration, { ...needs, freeing });
  return [...unregister, deleted, ...creation];
}

/**
 * Where the orchestrator is to know the VM beforehand, it is told between creation and first start:
 * the VM shows a later run that there may be a registration, whenever this one ends.
 */
function createSteps(
  fleet: ResolvedFleet,
  vm: ResolvedVm,
  { register }: Registration,
  needs: VmNeeds,
): Step[] {
  const { uuid } = vm;
  const first = [...needs.freeing, ...needs.pools, ...needs.networks, ...needs.provider];
  const created = register === null ? vm : { ...vm, power: 'off' as const };
  const mark = markFor(fleet, vm, true);
  return inSequence(vm.address, [
    { name: 'up', needs: first, timeoutSeconds: 900, kind: 'vm-up', vm: created },
    register,
    register !== null && vm.power === 'running' ? start(vm) : null,
    // Autostart is no part of a domain's XML.
    vm.autostart ? settings(vm, ['autostart']) : null,
    setPassword(vm),
    { name: 'ready', timeoutSeconds: 30, kind: 'vm-ready', uuid, mark },
  ]);
}

/** As long as the VM is there, so is its removal from the orchestrator in the next plan. */
function deletion(
  address: Address,
  { uuid }: OwnedDomain,
  doomed: readonly VolumeRef[],
  unregister: readonly Step[],
  { oldPools }: VmNeeds,
): Step {
  return {
    id: `${address}:delete`,
    address,
    needs: [...oldPools, ...unregister.map(({ id }) => id)],
    timeoutSeconds: 180,
    kind: 'vm-delete',
    uuid,
    volumes: [...doomed],
  };
}

/**
 * Steps that change a VM, one after another: its definition first, so that one that libvirt refuses
 * is known before the VM is shut down; its mark last, so that a run that ends between them shows as
 * what is left to do.
 */
function updateSteps(
  vm: ResolvedVm,
  domain: OwnedDomain,
  diff: VmDiff,
  { unregister, register }: Registration,
  needs: VmNeeds,
): Step[] {
  const { address, uuid } = vm;
  const { define, create, grow, live, reattach, nvram, power } = diff;
  const widens = diff.markFirst || grow.length > 0;
  const unregistered = unregister.find((step) => step.kind === 'vm-ready')?.mark ?? domain.mark;
  const mark = widens ? widerMark(unregistered, vm) : unregistered;
  // What it needs to run: its disks' pools as well, which may only just be started.
  const running = [
    ...[...needs.networks, ...needs.pools, ...needs.freeing],
    // One that is off may never have been on.
    ...(power === 'start' ? needs.provider : []),
  ];
  const restarts = diff.restart || power === 'cut';
  return [
    ...unregister,
    ...inSequence(
      address,
      [
        register,
        // Of a domain that has no definition, nothing can be changed that is to stay.
        diff.persist
          ? { name: 'persist', timeoutSeconds: 60, kind: 'vm-define', vm, fields: [] }
          : null,
        widens
          ? {
              ...{ name: 'volumes', needs: needs.pools, timeoutSeconds: 120 },
              ...{ kind: 'vm-volumes', vm, create, grow, mark },
            }
          : null,
        define.length > 0
          ? { name: 'define', timeoutSeconds: 60, kind: 'vm-define', vm, fields: define }
          : null,
        diff.continues && restarts ? start(vm, running, 'restore') : null,
        restarts || power === 'stop' ? stop(vm, domain, power === 'stop' ? [] : running) : null,
        nvram === null
          ? null
          : {
              ...{ name: 'nvram', needs: needs.pools, timeoutSeconds: 120 },
              ...{ kind: 'vm-nvram', vm, ...nvram, mark },
            },
        power !== 'stop' && (restarts || power === 'start') ? start(vm, running) : null,
        diff.password ? setPassword(vm) : null,
        live.length > 0
          ? {
              ...{ name: 'nics', needs: needs.networks, timeoutSeconds: 60 },
              ...{ kind: 'vm-nics', vm, macs: live },
            }
          : null,
        reattach.length > 0
          ? {
              ...{ name: 'reattach', needs: needs.networks, timeoutSeconds: 60 },
              ...{ kind: 'vm-reattach', vm, macs: reattach },
            }
          : null,
        diff.settings.length > 0 ? settings(namedAs(vm, domain), diff.settings) : null,
        marksAgree(mark, diff.mark)
          ? null
          : { name: 'ready', timeoutSeconds: 30, kind: 'vm-ready', uuid, mark: diff.mark },
      ],
      unregister,
    ),
  ];
}

function start(
  { uuid }: ResolvedVm,
  needs: readonly string[] = [],
  name: 'start' | 'restore' = 'start',
): Draft {
  return { name, needs, timeoutSeconds: 120, kind: 'vm-start', uuid };
}

function stop(vm: ResolvedVm, { power }: OwnedDomain, needs: readonly string[]): Draft {
  // A guest that hangs can't shut itself down.
  const graceSeconds = isHung(power) ? 0 : vm.shutdownTimeoutSeconds;
  const timeoutSeconds = graceSeconds + 60;
  return { name: 'stop', needs, timeoutSeconds, kind: 'vm-stop', uuid: vm.uuid, graceSeconds };
}

function isHung(power: Power): boolean {
  return power === 'paused' || power === 'crashed';
}

function settings(vm: ResolvedVm, fields: ('autostart' | 'title')[]): Draft {
  return { name: 'settings', timeoutSeconds: 60, kind: 'vm-settings', vm, fields };
}

/** Title and description are set together. */
function namedAs(vm: ResolvedVm, { config }: OwnedDomain): ResolvedVm {
  const { title, description } = config;
  return {
    ...vm,
    ...(isIgnored(vm, 'title') && { title }),
    ...(isIgnored(vm, 'description') && { description }),
  };
}

function setPassword(vm: ResolvedVm): Draft | null {
  const password = passwordOf(vm);
  if (password === null) return null;
  return { name: 'password', timeoutSeconds: 60, kind: 'vm-password', uuid: vm.uuid, password };
}

function passwordOf({ graphics }: ResolvedVm): SecretReference | null {
  return graphics.type === 'vnc' ? (graphics.password ?? null) : null;
}
