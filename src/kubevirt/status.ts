/** What is seen of a VM while it runs, or does not. */
import type { KubeObject, Power } from '../model/index.js';
import type { OwnedVm } from './fleet-in-cluster.js';
import { mapsAt, textAt } from './json.js';

/** `off` also while the cluster looks for a node, or starts it. */
export function powerOf({ vm, instance }: Pick<OwnedVm, 'vm' | 'instance'>): Power {
  const phase = textAt(instance, 'status', 'phase');
  if (instance !== null && phase === 'Running')
    return isTrue(instance, 'Paused') ? 'paused' : 'running';
  const told = textAt(vm, 'status', 'printableStatus') ?? '';
  return phase === 'Failed' || /^(CrashLoopBackOff|Err|DataVolumeErr)/.test(told)
    ? 'crashed'
    : 'off';
}

/** IPv4 addresses, as far as the cluster or the guest's agent tells. */
export function addressesOf(instance: KubeObject | null): string[] {
  const told = mapsAt(instance, 'status', 'interfaces').flatMap((each) => {
    const several = each['ipAddresses'];
    const listed = Array.isArray(several) ? several : [];
    return [each['ipAddress'], ...listed].filter((address) => typeof address === 'string');
  });
  return [...new Set(told)].filter((address) => /^\d+(\.\d+){3}$/.test(address));
}

/** The node that it runs on; null: none, or not known yet. */
export function nodeOf(instance: KubeObject | null): string | null {
  return textAt(instance, 'status', 'nodeName');
}

/** Why it does not run, in the cluster's words; null: it says nothing of it. */
export function troubleOf({ vm }: Pick<OwnedVm, 'vm'>): string | null {
  for (const type of ['Failure', 'Ready'])
    for (const each of mapsAt(vm, 'status', 'conditions')) {
      const said = textAt(each, 'message');
      const isBad = textAt(each, 'status') === (type === 'Failure' ? 'True' : 'False');
      if (textAt(each, 'type') === type && isBad && said !== null) return said;
    }
  return null;
}

function isTrue(object: KubeObject, type: string): boolean {
  return mapsAt(object, 'status', 'conditions').some(
    (each) => textAt(each, 'type') === type && textAt(each, 'status') === 'True',
  );
}
