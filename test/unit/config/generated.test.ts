/** The generated files are those of the schema, and the schema explains itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generate } from '../../../scripts/generate.js';
import { schema as fleetSchema } from '../../../src/config/schema/generated/validate.js';
import { schema as profileSchema } from '../../../src/config/schema/generated/validate-profile.js';

const ROOT = join(import.meta.dirname, '../../..');

describe('generated files', () => {
  it('are up to date (npm run generate)', async () => {
    for (const [path, text] of await generate())
      expect(readFileSync(join(ROOT, path), 'utf8'), path).toBe(text);
  });

  it.each(['validate.js', 'validate-profile.js'])('%s needs nothing at run time', (name) => {
    const code = readFileSync(join(ROOT, 'src/config/schema/generated', name), 'utf8');
    expect(code).not.toMatch(
      /^\s*import |[^_.]require\(["'](?!ajv\/dist\/runtime\/(?:ucs2length|equal)"\)\.default')/m,
    );
    expect(code).toMatch(/^export \{/m);
  });
});

describe.each(['fleet', 'profile'])("the editors' schema: %s", (kind) => {
  const read = (path: string): object => parse(readFileSync(join(ROOT, path), 'utf8')) as object;
  const editors = read(`schemas/${kind}.schema.json`);

  it('is draft-07 under a name that lasts', () => {
    const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false });
    ajv.addVocabulary(['patternErrorMessage', 'markdownDescription', 'defaultSnippets']);
    ajv.addSchema(editors);
    expect(ajv.getSchema(`urn:ven:${kind}:v1`)).toBeTypeOf('function');
  });
});

interface Node {
  $schema?: string;
  $ref?: string;
  description?: string;
  examples?: unknown[];
  properties?: Record<string, Node | false>;
  [key: string]: unknown;
}

describe.each([
  ['fleet', fleetSchema as object as Node],
  ['profile', profileSchema as object as Node],
])('the %s schema', (_kind, schema) => {
  const properties: [string, Node][] = [];
  const visit = (node: Node, path: string): void => {
    for (const [name, property] of Object.entries(node.properties ?? {})) {
      // Ruled out by another key.
      if (property === false) continue;
      const target =
        property.$ref === undefined
          ? property
          : (schema['definitions'] as Record<string, Node>)[
              property.$ref.replace('#/definitions/', '')
            ];
      if (!target) throw new Error(`${path}.${name} points nowhere`);
      properties.push([`${path}.${name}`, target]);
    }
    for (const [key, value] of Object.entries(node)) {
      if (value !== null && typeof value === 'object' && !['examples', 'properties'].includes(key))
        visit(value as Node, `${path}/${key}`);
    }
    for (const [key, value] of Object.entries(node.properties ?? {}))
      if (value !== false) visit(value, `${path}/${key}`);
  };
  visit(schema, '');

  it('is draft-07', () => expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#'));

  it.each(properties)('%s has a description and an example', (_, property) => {
    expect(property.description?.length ?? 0).toBeGreaterThan(10);
    expect(property.examples?.length ?? 0).toBeGreaterThan(0);
  });
});
