import type { Change, Step } from '../../../model/index.js';
import type { Part } from '../../part.js';
import type { LastSteps } from '../../vm/part.js';
import type { BorrowedIntent } from './intents.js';

const TIMEOUT_SECONDS = 300;

function stepId({ address, bootUrl }: BorrowedIntent): string {
  return `${address}:${bootUrl === null ? 'give-back' : 'boot'}`;
}

/** By libvirt name of a borrowed network: the step that VMs on it wait for. */
export function readyBorrowed(intents: readonly BorrowedIntent[]): Map<string, string> {
  return new Map(
    intents
      .filter(({ beforeVms }) => beforeVms)
      .map((intent) => [intent.network.name, stepId(intent)]),
  );
}

export function borrowedPart(intents: readonly BorrowedIntent[], lastSteps: LastSteps): Part {
  return {
    changes: intents.map(({ address, reason, notes, fields }): Change => ({
      address,
      action: 'update',
      reason,
      notes,
      fields,
    })),
    steps: intents.map((intent) => stepOf(intent, lastSteps)),
  };
}

function stepOf(intent: BorrowedIntent, lastSteps: LastSteps): Step {
  const { address, network, name, bootUrl, restart, start, deleted, moved } = intent;
  return {
    id: stepId(intent),
    address,
    needs: [
      ...deleted.map((vm) => `${vm}:delete`),
      ...moved.flatMap((vm) => lastSteps.get(vm) ?? []),
    ],
    timeoutSeconds: TIMEOUT_SECONDS,
    uuid: network.uuid,
    network: name,
    ...{ kind: 'network-boot', bootUrl, restart, start },
  };
}
