import { KUBE, VenError, type ClusterState, type KubeObject } from '../../model/index.js';
import { checked, type KubeApi } from './api.js';
import { pathOf, type Kind } from './paths.js';

/** So many objects in an answer. */
const PAGE = 500;

/** What the namespace has of the kinds that fleets consist of, whoever's it is. */
export async function observe(
  api: KubeApi,
  { uri, namespace }: Pick<ClusterState, 'uri' | 'namespace'>,
  stop?: AbortSignal,
): Promise<ClusterState> {
  const [vms, instances, disks, networks] = await Promise.all([
    list(api, KUBE.vm, namespace, stop),
    list(api, KUBE.instance, namespace, stop),
    list(api, KUBE.disk, namespace, stop),
    list(api, KUBE.network, namespace, stop),
  ]);
  return { uri, namespace, vms, instances, disks, networks };
}

async function list(
  api: KubeApi,
  kind: Kind,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<KubeObject[]> {
  const items: KubeObject[] = [];
  for (let next = ''; ;) {
    const query = { limit: String(PAGE), ...(next !== '' && { continue: next }) };
    const path = pathOf(kind, namespace);
    const answer = await api.ask({ method: 'GET', path, query, signal });
    if (answer.code === 404) {
      // Without Multus there are no networks of its kind, and a fleet may need none.
      if (kind === KUBE.network) return [];
      throw notThere(kind);
    }
    const page = checked(answer, `list ${kind.kind}s in ${namespace}`) as {
      items: KubeObject[];
      metadata: { continue?: string };
    };
    // Entries of a list don't say what they are.
    for (const { metadata, spec, status } of page.items)
      items.push({ ...kind, metadata, spec, status });
    next = page.metadata.continue ?? '';
    if (next === '') return items;
  }
}

function notThere({ apiVersion, kind }: Kind): VenError {
  return new VenError('host-not-ready', {
    summary: `The cluster knows no ${kind} (${apiVersion})`,
    hint: 'Install KubeVirt in it (https://kubevirt.io); `ven doctor` shows what is missing.',
  });
}
