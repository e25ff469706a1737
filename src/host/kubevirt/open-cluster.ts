import type { Cluster, ResolvedEngine } from '../../model/index.js';
import type { Env } from '../exec.js';
import { openFleetState } from '../state/fleet-state.js';
import { acquireLock, lockHolder } from '../state/lock.js';
import { checkWorkFolder, workFolder } from '../state/work-folder.js';
import { checked, KubeApi } from './api.js';
import { findingsOf } from './findings.js';
import { accessOf } from './kubeconfig.js';
import { objectsOf } from './objects.js';
import { observe } from './observe.js';
import { subresource } from './paths.js';
import { openStream } from './stream.js';

export interface ClusterOptions {
  engine: ResolvedEngine;
  fleet: string;
  /** Where paths in the fleet file begin. */
  folder: string;
  env: Env;
}

/** Reads the kubeconfig file; the cluster is not asked yet. @throws VenError `host-not-ready` */
export function openCluster(options: ClusterOptions): Cluster {
  const { engine, fleet, env } = options;
  const access = accessOf(engine, options);
  const { namespace, server } = access;
  const api = new KubeApi(access);
  const uri = `kubevirt://${encodeURIComponent(access.context)}/${namespace}`;
  // The context is what this user calls it; the server is what it is.
  const place = { uri: `${server}/${namespace}`, fleet };
  const workDir = workFolder({ ...place, env });
  const put = async (
    kind: 'virtualmachines' | 'virtualmachineinstances',
    vm: string,
    verb: string,
    body: object = {},
  ): Promise<void> => {
    const path = subresource(kind, namespace, vm, verb);
    checked(await api.ask({ method: 'PUT', path, body }), `${verb} ${vm}`);
  };
  return {
    uri,
    namespace,
    state: openFleetState(workDir),
    objects: objectsOf(api, namespace),
    observe: (stop) => observe(api, { uri, namespace }, stop),
    start: (vm) => put('virtualmachines', vm, 'start'),
    stop: (vm, graceSeconds) => put('virtualmachines', vm, 'stop', { gracePeriod: graceSeconds }),
    reset: (vm) => put('virtualmachineinstances', vm, 'reset'),
    open: (what, vm, receive) => openStream(access, what, vm, receive),
    findings: (storageClasses) => findingsOf({ api, namespace }, storageClasses),
    lock: (request) => {
      checkWorkFolder(workDir);
      return acquireLock({ ...place, env, ...request });
    },
    lockHolder: () => lockHolder(place),
  };
}
