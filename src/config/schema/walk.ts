/** Ways through a schema and the data beside it. */
import { ownEntry } from '../../model/index.js';
import type { Path } from '../source/source.js';
import type { SchemaError } from './generated/validate.js';

export interface SchemaNode {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  patternErrorMessage?: string;
  examples?: unknown[];
  properties?: Record<string, SchemaNode>;
  propertyNames?: SchemaNode;
  items?: SchemaNode;
  additionalProperties?: SchemaNode | boolean;
  anyOf?: SchemaNode[];
  title?: string;
}

export type Schema = SchemaNode & { definitions: Record<string, SchemaNode | undefined> };

export function resolveRef({ definitions }: Schema, node: SchemaNode): SchemaNode {
  return node.$ref === undefined
    ? node
    : (definitions[node.$ref.slice('#/definitions/'.length)] ?? {});
}

/** The schema of a place, with all its branches. */
export function schemaAt(schema: Schema, path: Path): SchemaNode {
  let node: SchemaNode = schema;
  for (const step of path) node = within(schema, node, step);
  return node;
}

/** The schema of a place. It follows the data, since schema paths start again in each `$ref`. */
export function schemaOf(schema: Schema, path: Path, error: SchemaError): SchemaNode {
  const node = schemaAt(schema, path);
  if (error.propertyName !== undefined) return node.propertyNames ?? {};
  const branch = /\/anyOf\/([0-9]+)\/[^/]+$/.exec(error.schemaPath);
  return branch ? resolveRef(schema, node.anyOf?.[Number(branch[1])] ?? node) : node;
}

function within(schema: Schema, node: SchemaNode, step: string | number): SchemaNode {
  for (const one of [node, ...(node.anyOf ?? []).map((branch) => resolveRef(schema, branch))]) {
    const next =
      typeof step === 'number' && one.items
        ? one.items
        : (ownEntry(one.properties ?? {}, String(step)) ?? one.additionalProperties);
    if (next !== undefined && typeof next !== 'boolean') return resolveRef(schema, next);
  }
  return {};
}

export function pointer(text: string): (string | number)[] {
  if (text === '') return [];
  return text
    .slice(1)
    .split('/')
    .map((step) =>
      /^(0|[1-9][0-9]*)$/.test(step) ? Number(step) : step.replace(/~1/g, '/').replace(/~0/g, '~'),
    );
}

export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = Object.hasOwn(value, step)
      ? (value as Record<string | number, unknown>)[step]
      : undefined;
  }
  return value;
}
