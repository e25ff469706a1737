/**
 * Writes test/kubevirt/crds.json: the definitions of KubeVirt's and Multus' objects that ven uses,
 * without their prose. The sources are of public repositories:
 *
 *   node scripts/kubevirt-crds.ts validations_generated.go networks-crd.yaml
 *
 * kubevirt/kubevirt v1.8.4: pkg/virt-operator/resource/generate/components/validations_generated.go
 * k8snetworkplumbingwg/network-attachment-definition-client v1.7.7: artifacts/networks-crd.yaml
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const [validations = '', networks = ''] = process.argv.slice(2).map((file) => readText(file));
const FILE = join(import.meta.dirname, '../test/kubevirt/crds.json');

const items = [
  kubevirt('VirtualMachine', 'virtualmachines'),
  kubevirt('VirtualMachineInstance', 'virtualmachineinstances'),
  // Multus reads its definition's own name for the shape of all that is in it.
  parse(networks) as unknown,
];
writeFileSync(FILE, `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 1)}\n`);

function kubevirt(kind: string, plural: string): unknown {
  const key = kind.toLowerCase();
  const [, text] = new RegExp(`"${key}": \`([^\`]*)\``).exec(validations) ?? [];
  if (text === undefined) throw new Error(`no ${key} among the validations`);
  const schema = plain(parse(text) as unknown);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.kubevirt.io` },
    spec: {
      group: 'kubevirt.io',
      scope: 'Namespaced',
      names: { kind, plural, singular: key },
      versions: [
        {
          ...{ name: 'v1', served: true, storage: true, schema },
          subresources: { status: {} },
        },
      ],
    },
  };
}

/** Without descriptions, and without `default: ""`, which an API server of 1.20 reads as null. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(key === 'description' && typeof inner === 'string'))
      .filter(([key, inner]) => !(key === 'default' && inner === ''))
      .map(([key, inner]) => [key, plain(inner)]),
  );
}

function readText(file: string): string {
  return readFileSync(file, 'utf8');
}
