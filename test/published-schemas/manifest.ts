/** Checks Kubernetes objects as the API server does: against the schema of their kind, strictly. */
import { readFileSync } from 'node:fs';
import { Ajv, type AnySchema } from 'ajv';

interface Published {
  apiVersion: string;
  kind: string;
  openAPIV3Schema: Schema;
}
type Schema = Record<string, unknown> & { properties?: Record<string, Schema>; items?: Schema };

const KINDS = ['BareMetalHost', 'Hardware', 'Machine'];

/** As the API server defines it: https://kubernetes.io/docs/concepts/configuration/secret */
const SECRET: Published = {
  ...{ apiVersion: 'v1', kind: 'Secret' },
  openAPIV3Schema: {
    required: ['metadata', 'stringData'],
    properties: {
      ...{ apiVersion: {}, kind: {}, metadata: { type: 'object' }, type: { const: 'Opaque' } },
      stringData: { type: 'object', additionalProperties: { type: 'string' } },
    },
  },
};

/** Their patterns are Go's, where `(?i)` means that capitals do not count. */
const regExp = Object.assign(
  (pattern: string, flags: string): RegExp =>
    pattern.startsWith('(?i)')
      ? new RegExp(pattern.slice(4), `${flags}i`)
      : new RegExp(pattern, flags),
  { code: 'regExp' },
);
const ajv = new Ajv({
  ...{ strict: false, validateFormats: false, allErrors: true, code: { regExp } },
});
const published = [
  SECRET,
  ...KINDS.map(
    (kind) =>
      JSON.parse(
        readFileSync(new URL(`${kind}.json`, import.meta.url), 'utf8'),
      ) as unknown as Published,
  ),
].map(({ apiVersion, kind, openAPIV3Schema }) => ({
  ...{ apiVersion, kind },
  validate: ajv.compile(strict(openAPIV3Schema) as AnySchema),
}));

/** The API server drops unknown fields, and kubectl refuses them. */
function strict(schema: Schema): Schema {
  const { properties, items } = schema;
  return {
    ...schema,
    ...(items && { items: strict(items) }),
    ...(properties && {
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, inner]) => [name, strict(inner)]),
      ),
    }),
  };
}

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const LABEL = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

/** What is wrong with an object; empty: nothing. */
export function faultsOf(manifest: Manifest): string[] {
  const { apiVersion, kind, metadata } = manifest;
  const found = published.find((one) => one.kind === kind && one.apiVersion === apiVersion);
  if (!found) return [`nobody publishes ${apiVersion} ${kind}`];
  const { validate } = found;
  const faults = validate(manifest)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  if (!NAME.test(metadata.name)) faults.push(`${metadata.name} is no name`);
  for (const value of Object.values(metadata.labels ?? {}))
    if (!LABEL.test(value)) faults.push(`${value} is no label`);
  return faults;
}
