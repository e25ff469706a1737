import type { Address, ResolvedFleet, VolumeRef } from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { Part } from '../part.js';
import { vmChange } from './changes.js';
import { doomedVolumes } from './doomed.js';
import type { VmIntent } from './intents.js';
import type { RemovedVm } from './leaving.js';
import { needsOf, type ReadySteps } from './needs.js';
import { registrationOf } from './registration.js';
import { vmSteps } from './steps.js';

export interface VmPart extends Part {
  /** By address of a VM: its last step. */
  lastSteps: LastSteps;
}

export type LastSteps = ReadonlyMap<Address, string>;

/** The volumes that are deleted with it. */
function doomedBy(intent: VmIntent | RemovedVm, onHost: FleetOnHost): VolumeRef[] {
  if (intent.action !== 'delete' && intent.action !== 'replace') return [];
  const keepDisks = intent.action === 'delete' && intent.keepDisks;
  return doomedVolumes(intent.domain, keepDisks, onHost).volumes;
}

/** The VMs' part of a plan: what comes, changes and goes, with its steps. */
export function vmsPart(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  intents: readonly (VmIntent | RemovedVm)[],
  ready: ReadySteps,
): VmPart {
  const each = intents.map((intent) => {
    const registration = registrationOf(fleet, intent, onHost);
    const needs = needsOf(intent, ready);
    return {
      change: vmChange(intent, onHost, registration.notes),
      steps: vmSteps(fleet, intent, registration, needs, doomedBy(intent, onHost)),
    };
  });
  const steps = each.flatMap((vm) => vm.steps);
  return {
    changes: each.flatMap(({ change }) => change ?? []),
    steps,
    lastSteps: new Map(steps.map(({ address, id }) => [address, id])),
  };
}
