/**
 * A fleet on KubeVirt: its VMs, disks and networks as objects of a Kubernetes cluster; written from
 * what a fleet file means, compared with what the cluster has, and planned. Pure and synchronous:
 * it knows no API server. Whose an object is, its labels, annotations and name tell.
 */
export { fleetInCluster, type FleetInCluster, type OwnedVm } from './fleet-in-cluster.js';
export { makeClusterPlan } from './make-plan.js';
export { manifestsOf } from './manifests.js';
export { vmName } from './names.js';
export { addressesOf, nodeOf, powerOf, troubleOf } from './status.js';
