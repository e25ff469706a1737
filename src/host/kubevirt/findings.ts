/** Is the cluster ready for a fleet. */
import { KUBE, VenError, type HostFinding } from '../../model/index.js';
import type { KubeApi } from './api.js';
import { groupOf, pluralOf, type Kind } from './paths.js';

interface Looking {
  api: KubeApi;
  namespace: string;
}

/** What ven does to each kind, in the words of the API. */
const NEEDED: readonly { kind: Kind; verbs: readonly string[] }[] = [
  { kind: KUBE.vm, verbs: ['list', 'get', 'create', 'patch', 'delete'] },
  { kind: KUBE.disk, verbs: ['list', 'get', 'create', 'patch', 'delete'] },
  { kind: KUBE.network, verbs: ['list', 'get', 'create', 'patch', 'delete'] },
  { kind: KUBE.instance, verbs: ['list'] },
];
const SUBRESOURCES = [
  { resource: 'virtualmachines', verb: 'update', names: ['start', 'stop', 'restart'] },
  { resource: 'virtualmachineinstances', verb: 'get', names: ['console', 'vnc'] },
  { resource: 'virtualmachineinstances', verb: 'update', names: ['reset'] },
] as const;
const SUBRESOURCE_GROUP = 'subresources.kubevirt.io';

/** Never rejects. With the first that makes the others pointless it ends. */
export async function findingsOf(
  looking: Looking,
  storageClasses: readonly string[],
): Promise<HostFinding[]> {
  const reached = await reach(looking);
  if (reached.level === 'missing') return [reached];
  const parts = await Promise.all([
    kubevirt(looking),
    multus(looking),
    namespaceThere(looking),
    permissions(looking),
    storage(looking, storageClasses),
  ]);
  return [reached, ...parts.flat()];
}

async function ask({ api }: Looking, path: string): Promise<{ code: number; body: unknown }> {
  return api.ask({ method: 'GET', path });
}

async function reach(looking: Looking): Promise<HostFinding> {
  const check = 'api';
  try {
    const { code, body } = await ask(looking, '/version');
    if (code === 200) {
      const { gitVersion = '?' } = body as { gitVersion?: string };
      return ok(check, `Kubernetes ${gitVersion} answers at ${looking.api.server}`);
    }
    return missing(
      check,
      `The API at ${looking.api.server} answers with ${code}`,
      code === 401 ? 'Log in again, as for kubectl' : 'kubectl version',
    );
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    return missing(check, `${error.summary}: ${error.detail ?? ''}`, error.hint ?? '');
  }
}

async function kubevirt(looking: Looking): Promise<HostFinding[]> {
  const check = 'kubevirt';
  const { code } = await ask(looking, `/apis/${KUBE.vm.apiVersion}`);
  if (code === 404) return [missing(check, 'KubeVirt is not installed in the cluster', INSTALL)];
  const { code: verbs } = await ask(looking, `/apis/${SUBRESOURCE_GROUP}/v1`);
  const found = await ask(looking, `/apis/${KUBE.vm.apiVersion}/kubevirts`);
  const version = found.code === 200 ? versionIn(found.body) : null;
  const there = `KubeVirt ${version ?? '(its version is not for this user to see)'} is installed`;
  return [
    ok(check, there),
    verbs === 200
      ? ok('kubevirt-api', 'Its own API answers: power, consoles, screens')
      : warning(
          'kubevirt-api',
          'Its own API does not answer: no power, no consoles, no screens',
          'kubectl get apiservice v1.subresources.kubevirt.io; kubectl -n kubevirt get pods',
        ),
  ];
}

const INSTALL = 'https://kubevirt.io/user-guide/cluster_admin/installation/';

function versionIn(body: unknown): string | null {
  const { items = [] } = body as {
    items?: { status?: { observedKubeVirtVersion?: string } }[];
  };
  return items[0]?.status?.observedKubeVirtVersion ?? null;
}

async function multus(looking: Looking): Promise<HostFinding> {
  const { code } = await ask(looking, `/apis/${KUBE.network.apiVersion}`);
  return code === 200
    ? ok('multus', 'Multus is installed')
    : warning(
        'multus',
        'Multus is not installed: VMs can only be on the network of the pods (nics: default)',
        'https://github.com/k8snetworkplumbingwg/multus-cni',
      );
}

async function namespaceThere(looking: Looking): Promise<HostFinding[]> {
  const check = 'namespace';
  const { namespace } = looking;
  const { code } = await ask(looking, `/api/v1/namespaces/${namespace}`);
  if (code === 200) return [ok(check, `The namespace ${namespace} is there`)];
  if (code !== 404) return []; // Not for this user to see.
  return [
    missing(check, `There is no namespace ${namespace}`, `kubectl create namespace ${namespace}`),
  ];
}

interface Review {
  group: string;
  resource: string;
  subresource?: string;
  verb: string;
}

async function permissions(looking: Looking): Promise<HostFinding[]> {
  const asked: Review[] = [
    ...NEEDED.flatMap(({ kind, verbs }) =>
      verbs.map((verb) => ({ group: groupOf(kind), resource: pluralOf(kind), verb })),
    ),
    ...SUBRESOURCES.flatMap(({ resource, verb, names }) =>
      names.map((name) => ({
        ...{ group: SUBRESOURCE_GROUP, resource, subresource: name, verb },
      })),
    ),
  ];
  const allowed = await Promise.all(asked.map((each) => may(looking, each)));
  const denied = asked.filter((_, index) => !allowed[index]);
  if (denied.length === 0)
    return [ok('permissions', `This user may do all that ven does in ${looking.namespace}`)];
  const isPart = ({ subresource }: Review): boolean => subresource !== undefined;
  const words = denied.map(({ verb, resource, subresource }) =>
    [`${verb} ${resource}`, ...(subresource === undefined ? [] : [subresource])].join('/'),
  );
  const message = `This user may not, in ${looking.namespace}: ${words.join(', ')}`;
  const fix = 'Have a Role with it bound to this user; docs/kubevirt.md has the whole list';
  return [
    denied.every(isPart)
      ? warning('permissions', message, fix)
      : missing('permissions', message, fix),
  ];
}

async function may({ api, namespace }: Looking, attributes: Review): Promise<boolean> {
  const { body } = await api.ask({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace, ...attributes } },
    },
  });
  const { status } = (body ?? {}) as { status?: { allowed?: boolean } };
  return status?.allowed === true;
}

interface StorageClass {
  metadata: { name: string; annotations?: Record<string, string> };
}

const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

async function storage(looking: Looking, wanted: readonly string[]): Promise<HostFinding[]> {
  const check = 'storage';
  const { code, body } = await ask(looking, '/apis/storage.k8s.io/v1/storageclasses');
  if (code !== 200) return [warning(check, 'The storage classes are not for this user to see', '')];
  const { items } = body as { items: StorageClass[] };
  const names = items.map(({ metadata }) => metadata.name);
  const hasDefault = items.some(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true');
  return wanted.map((name) => {
    const isThere = name === 'default' ? hasDefault : names.includes(name);
    if (isThere) return ok(check, `The storage class ${name} is there`);
    return missing(
      check,
      name === 'default'
        ? 'The cluster has no default storage class'
        : `There is no storage class ${name}`,
      `Name one of these in the fleet file (engine.kubevirt.storageClass): ` +
        (names.join(', ') || 'there is none yet'),
    );
  });
}

function ok(check: string, message: string): HostFinding {
  return { check, level: 'ok', message, fix: '' };
}

function warning(check: string, message: string, fix: string): HostFinding {
  return { check, level: 'warning', message, fix };
}

function missing(check: string, message: string, fix: string): HostFinding {
  return { check, level: 'missing', message, fix };
}
