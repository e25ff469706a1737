/** What the formats that are Kubernetes objects share. */
import type { ExportedVm, ExportOptions, FleetExport } from '../../model/index.js';
import { yamlText } from './yaml.js';

export type Manifest = Record<string, unknown> & { kind: string };

/** An object's name: `<fleet>-<vm>`, since `_` of the domain's name is not allowed there. */
export function objectName({ fleet }: FleetExport, { vm }: ExportedVm): string {
  return `${fleet.name}-${vm.name}`;
}

export function secretName(fleet: FleetExport, vm: ExportedVm): string {
  return `${objectName(fleet, vm)}-bmc`;
}

export function metadata(
  name: string,
  { fleet }: FleetExport,
  namespace: string | null,
): Record<string, unknown> {
  return {
    name,
    ...(namespace !== null && { namespace }),
    labels: {
      'app.kubernetes.io/managed-by': 'ven',
      'app.kubernetes.io/part-of': fleet.name,
    },
  };
}

/** The Secret of a VM's BMC; none without credentials. */
export function secretsOf(
  fleet: FleetExport,
  vm: ExportedVm,
  namespace: string | null,
): Manifest[] {
  if (!vm.bmc?.credentials) return [];
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata(secretName(fleet, vm), fleet, namespace),
      type: 'Opaque',
      stringData: { ...vm.bmc.credentials },
    },
  ];
}

/** A stream of objects, with a word about the Secrets that are not in it. */
export function manifestsText(
  fleet: FleetExport,
  manifests: readonly Manifest[],
  options: Pick<ExportOptions, 'namespace'>,
): string {
  const missing = fleet.vms.filter(({ bmc }) => bmc !== null && bmc.credentials === null);
  const comment = [`The fleet ${fleet.fleet.name}, by ven export.`];
  if (missing.length > 0)
    comment.push(
      'Not in it are the Secrets of the BMCs, with the keys username and password:',
      ...missing.map((vm) => `  ${qualified(secretName(fleet, vm), options.namespace)}`),
      'ven export --with-secrets writes them, too.',
    );
  return yamlText(manifests, comment);
}

function qualified(name: string, namespace: string | null): string {
  return namespace === null ? name : `${namespace}/${name}`;
}
