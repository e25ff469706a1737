/** What a plan shows of a VM that is created, changed, replaced or deleted. */
import { lostDisks, observedVmFacts, vmFacts } from '../../libvirt/index.js';
import type { Change, Facts, Leftover } from '../../model/index.js';
import type { FleetOnHost, OwnedDomain } from '../fleet-on-host.js';
import type { VmIntent } from './intents.js';
import type { RemovedVm } from './leaving.js';

/** `notes`: what it means for the orchestrator. */
export function vmChange(
  intent: VmIntent | RemovedVm,
  onHost: FleetOnHost,
  notes: readonly string[],
): Change | null {
  if (intent.action === null) return null;
  if (intent.action === 'delete') {
    const { address, action, reason, domain, keepDisks } = intent;
    const lost = lossOf(domain, onHost, keepDisks);
    return { address, action, reason, notes: [...lost.notes, ...notes], before: lost.before };
  }
  const { vm } = intent;
  const { address } = vm;
  const from = onHost.evacuated.get(vm.uuid);
  const evacuated = from === undefined ? {} : { evacuatedFrom: from };
  const anew = from === undefined ? [] : [anewNote(from)];
  if (intent.action === 'create') {
    const { action } = intent;
    const left = (onHost.leftovers.get(vm.uuid) ?? []).map(replacedNote);
    return {
      ...{ address, action, reason: 'missing', ...evacuated },
      notes: [...anew, ...left, ...notes],
      after: vmFacts(vm),
    };
  }
  if (intent.action === 'update') {
    const { action, reason, diff } = intent;
    return { address, action, reason, notes: [...diff.notes, ...notes], fields: diff.fields };
  }
  const { action, reason, domain, diff } = intent;
  const lost = lossOf(domain, onHost, false);
  const off =
    vm.power === 'external' && domain.live !== null
      ? ['the VM is off then: others power it on (power: external)']
      : [];
  return {
    ...{ address, action, reason, ...evacuated },
    notes: [...anew, ...lost.notes, ...off, ...notes],
    fields: (diff?.fields ?? []).map((field) => ({ ...field, effect: 'replace' })),
    before: lost.before,
    after: vmFacts(vm),
  };
}

function anewNote(from: string): string {
  return `a new VM with empty disks: its own are on ${from}, if it was made, and stay there`;
}

function replacedNote({ kind, path }: Leftover): string {
  const what = kind === 'tpm' ? "the TPM's state" : "the firmware's variables";
  return `deletes ${what} that an earlier VM of this name left: ${path}`;
}

const DROPS_SAVED = 'drops its saved memory, with what its guest had not written to its disks yet';
const DROPS_TPM = "deletes its TPM's state: what is sealed to it can't be read again";

/** What goes with a VM. */
function lossOf(
  domain: OwnedDomain,
  onHost: FleetOnHost,
  keepDisks: boolean,
): { notes: string[]; before: Facts } {
  return {
    notes: [
      ...lostDisks(domain, keepDisks, onHost),
      ...(domain.saved === undefined ? [] : [DROPS_SAVED]),
      ...(keepDisks && domain.config.tpm ? [DROPS_TPM] : []),
    ],
    before: observedVmFacts(domain, onHost),
  };
}
