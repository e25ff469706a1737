/**
 * A Kubernetes cluster, as the engine of fleets: the port `Cluster`, opened for one namespace and
 * one fleet, and what was seen of it. Pure JSON but for the port.
 */
import type { FleetState } from './fleet-state.js';
import type { HostFinding, LockRequest } from './host.js';

/** An object of the API, or what ven says of one. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    /** It is being deleted: ISO 8601. */
    deletionTimestamp?: string;
  };
  spec?: unknown;
  status?: unknown;
}

/** The kinds of objects that ven has to do with. */
export const KUBE = {
  vm: { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine' },
  instance: { apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachineInstance' },
  disk: { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  network: { apiVersion: 'k8s.cni.cncf.io/v1', kind: 'NetworkAttachmentDefinition' },
} as const;

/** Which object. `uid`: that very one, and no later one of its name. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

/** An object to create (`uid` null) or to bring to what `manifest` says. */
export interface ObjectToApply {
  manifest: KubeObject;
  uid: string | null;
}

/** What a namespace had at one moment: everybody's. */
export interface ClusterState {
  uri: string;
  namespace: string;
  /** VirtualMachines. */
  vms: KubeObject[];
  /** VirtualMachineInstances: a VM that runs has one of its name. */
  instances: KubeObject[];
  /** PersistentVolumeClaims. */
  disks: KubeObject[];
  /** NetworkAttachmentDefinitions. */
  networks: KubeObject[];
}

/** What a run does to a cluster's objects. Each is idempotent, and rejects with a `VenError`. */
export interface Objects {
  /**
   * Server-side apply, with ven as the manager of these fields. @throws VenError `foreign-object`
   * where another object has the name
   */
  apply(object: ObjectToApply): Promise<void>;
  /** Resolves when it is gone. Another object of its name stays. */
  delete(object: ObjectRef, signal: AbortSignal): Promise<void>;
  /** Has a running VM stopped and started again. */
  restart(vm: string): Promise<void>;
}

/** Websockets of a VM's console or screen: bytes both ways. */
export interface KubeStream {
  send(bytes: Uint8Array): void;
  close(): void;
  /** Resolves when the other end has closed it. */
  readonly ended: Promise<void>;
}

export interface Cluster {
  /** `kubevirt://CONTEXT/NAMESPACE`, with the names that count. */
  readonly uri: string;
  readonly namespace: string;
  readonly state: FleetState;
  readonly objects: Objects;
  /** Changes nothing. @throws VenError `host-not-ready` */
  observe(stop?: AbortSignal): Promise<ClusterState>;
  /** KubeVirt's verbs. `graceSeconds` 0: at once. */
  start(vm: string): Promise<void>;
  stop(vm: string, graceSeconds: number): Promise<void>;
  reset(vm: string): Promise<void>;
  /** @throws VenError `not-running`, `tool-failed` */
  open(
    what: 'console' | 'vnc',
    vm: string,
    receive: (bytes: Uint8Array) => void,
  ): Promise<KubeStream>;
  /** Is the API there, does it have what a fleet needs, and may this user use it. Never rejects. */
  findings(storageClasses: readonly string[]): Promise<HostFinding[]>;
  /** The lock of the fleet among the runs of this machine. @throws VenError `locked` */
  lock(request: LockRequest): Promise<{ release: () => void }>;
  lockHolder(): Promise<string | null>;
}
