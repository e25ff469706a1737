/** What runs the VMs in place of libvirt on a host. */
import type { Fleet, ResolvedEngine, ResolvedHost } from '../../model/index.js';

export function resolveEngine({ engine }: Fleet): ResolvedEngine | null {
  if (!engine) return null;
  const { kubeconfig = null, context = null, namespace = null } = engine.kubevirt;
  return { kind: 'kubevirt', kubeconfig, context, namespace };
}

/** The host of a fleet file without one; its URI names the cluster as far as the file does. */
export function withEngine(host: ResolvedHost, { engine }: Fleet): ResolvedHost {
  if (!engine) return host;
  const { context = '', namespace = '', storageClass } = engine.kubevirt;
  return {
    ...host,
    uri: `kubevirt://${encodeURIComponent(context)}/${namespace}`,
    backend: 'libvirt',
    storagePool: storageClass ?? host.storagePool,
  };
}
