import { KUBE, type KubeObject } from '../../model/index.js';

const PLURALS: Readonly<Record<string, string>> = {
  [KUBE.vm.kind]: 'virtualmachines',
  [KUBE.instance.kind]: 'virtualmachineinstances',
  [KUBE.disk.kind]: 'persistentvolumeclaims',
  [KUBE.network.kind]: 'network-attachment-definitions',
};

export type Kind = Pick<KubeObject, 'apiVersion' | 'kind'>;

/** `virtualmachines`. */
export function pluralOf({ kind }: Pick<Kind, 'kind'>): string {
  const plural = PLURALS[kind];
  if (plural === undefined) throw new Error(`ven has nothing to do with a ${kind}`);
  return plural;
}

/** `kubevirt.io`; empty: the core. */
export function groupOf({ apiVersion }: Pick<Kind, 'apiVersion'>): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/** Of a kind in a namespace, or of one object. */
export function pathOf(kind: Kind, namespace: string, name?: string): string {
  const root = kind.apiVersion.includes('/') ? 'apis' : 'api';
  const all = `/${root}/${kind.apiVersion}/namespaces/${namespace}/${pluralOf(kind)}`;
  return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
}

/** What KubeVirt's own API server does: `start`, `console`. */
export function subresource(
  kind: 'virtualmachines' | 'virtualmachineinstances',
  namespace: string,
  name: string,
  verb: string,
): string {
  const group = '/apis/subresources.kubevirt.io/v1';
  return `${group}/namespaces/${namespace}/${kind}/${encodeURIComponent(name)}/${verb}`;
}
