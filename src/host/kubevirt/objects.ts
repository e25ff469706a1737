/** Acts on single objects. Each is idempotent. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  VenError,
  type KubeObject,
  type ObjectRef,
  type Objects,
  type ObjectToApply,
} from '../../model/index.js';
import { checked, messageOf, refused, type KubeApi } from './api.js';
import { pathOf, subresource } from './paths.js';

/** In `metadata.managedFields`, and so in `kubectl get --show-managed-fields`. */
const FIELD_MANAGER = 'ven';
const APPLY = 'application/apply-patch+yaml'; // JSON is YAML
const LOOK_AGAIN_MS = [100, 250, 500, 1000];

export function objectsOf(api: KubeApi, namespace: string): Objects {
  return {
    apply: (object) => apply(api, namespace, object),
    delete: (object, signal) => remove(api, namespace, object, signal),
    restart: async (vm) => {
      const path = subresource('virtualmachines', namespace, vm, 'restart');
      checked(await api.ask({ method: 'PUT', path, body: {} }), `restart ${vm}`);
    },
  };
}

async function apply(
  api: KubeApi,
  namespace: string,
  { manifest, uid }: ObjectToApply,
): Promise<void> {
  const { kind, metadata } = manifest;
  const path = pathOf(manifest, namespace, metadata.name);
  const about = `apply ${kind} ${metadata.name}`;
  // A run that was killed may have created it; anybody else's is left alone.
  const isKnown = uid !== null || (await isOwn(api, path, manifest, about));
  const answer = await api.ask({
    method: 'PATCH',
    path,
    query: { fieldManager: FIELD_MANAGER, force: String(isKnown) },
    type: APPLY,
    body: {
      ...manifest,
      // The server refuses it when the object is another one by now.
      metadata: { ...metadata, namespace, ...(uid !== null && { uid }) },
    },
  });
  if (answer.code === 409) throw another(kind, metadata.name, namespace, messageOf(answer.body));
  checked(answer, about);
}

/** Whether there is such an object already, with the labels of this one. */
async function isOwn(
  api: KubeApi,
  path: string,
  { kind, metadata }: KubeObject,
  about: string,
): Promise<boolean> {
  const answer = await api.ask({ method: 'GET', path });
  if (answer.code === 404) return false;
  const found = checked(answer, about) as KubeObject;
  const labels = Object.entries(metadata.labels ?? {});
  if (labels.some(([key, value]) => found.metadata.labels?.[key] !== value))
    throw another(kind, metadata.name, found.metadata.namespace ?? '', '');
  return true;
}

function another(kind: string, name: string, namespace: string, detail: string): VenError {
  return new VenError('foreign-object', {
    summary: `There is another ${kind} ${name} by now, which is not ven's`,
    ...(detail !== '' && { detail }),
    hint: `Look at it: kubectl -n ${namespace} get ${kind.toLowerCase()} ${name} -o yaml`,
  });
}

async function remove(
  api: KubeApi,
  namespace: string,
  { apiVersion, kind, name, uid }: ObjectRef,
  signal: AbortSignal,
): Promise<void> {
  const path = pathOf({ apiVersion, kind }, namespace, name);
  const about = `delete ${kind} ${name}`;
  const answer = await api.ask({
    method: 'DELETE',
    path,
    // That very object: one that came in its place stays.
    body: { preconditions: { uid }, propagationPolicy: 'Background' },
  });
  if (answer.code === 404 || answer.code === 409) return;
  checked(answer, about);
  for (let round = 0; ; round += 1) {
    const { code, body } = await api.ask({ method: 'GET', path, signal });
    if (code === 404) return;
    if (code >= 400) throw refused(code, messageOf(body), about);
    if ((body as KubeObject).metadata.uid !== uid) return;
    await pause(LOOK_AGAIN_MS[Math.min(round, LOOK_AGAIN_MS.length - 1)], undefined, { signal });
  }
}
