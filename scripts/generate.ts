/**
 * Writes what is generated. From `schemas/*.yaml`: schemas in JSON for editors, the types, and the
 * validators with their schemas as plain code, so that the start of ven takes no time for compiling
 * a schema. From `templates/*.njk`: plain code, too. A unit test fails when they are out of date.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import standaloneModule from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { format } from 'prettier';
import { parse } from 'yaml';
import { editorSchema } from './editor-schema.ts';
import { compiledTemplates, TEMPLATES } from './templates.ts';

const ROOT = join(import.meta.dirname, '..');
const SCHEMAS = [
  {
    source: 'schemas/fleet.schema.yaml',
    schema: 'schemas/fleet.schema.json',
    variables: true,
    type: 'Fleet',
    types: 'src/model/fleet.schema.ts',
    validator: 'src/config/schema/generated/validate',
  },
  {
    source: 'schemas/profile.schema.yaml',
    schema: 'schemas/profile.schema.json',
    variables: false,
    type: 'ProfileFile',
    types: 'src/model/profile.schema.ts',
    validator: 'src/config/schema/generated/validate-profile',
  },
];
const bannerOf = (source: string): string =>
  `// Generated from ${source} by \`npm run generate\`. Do not edit.`;

const DECLARATION = `
import type { Schema } from '../walk.js';

/** One complaint of the validator. */
export interface SchemaError {
  /** JSON pointer into the data. */
  instancePath: string;
  /** JSON pointer into the schema, through \`$ref\`s. */
  schemaPath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string;
  /** Set when the complaint is about a key itself. */
  propertyName?: string;
}
export interface Validate {
  (data: unknown): boolean;
  /** Of the last call. */
  errors?: SchemaError[] | null;
}
export declare const validate: Validate;
export declare const schema: Schema;
`;

/** All generated files: path relative to the repository, and content. */
export async function generate(): Promise<Map<string, string>> {
  const files = await Promise.all(SCHEMAS.map(generateFrom));
  return new Map([...files.flat(), ...compiledTemplates()]);
}

async function generateFrom({
  source,
  schema,
  variables,
  type,
  types,
  validator,
}: (typeof SCHEMAS)[number]): Promise<[string, string][]> {
  const banner = bannerOf(source);
  const content = parse(readFileSync(join(ROOT, source), 'utf8')) as Parameters<
    typeof editorSchema
  >[0];
  const forEditors = JSON.stringify(editorSchema(content, variables));
  const json = await format(forEditors, { parser: 'json', printWidth: 100 });
  const declarations = await compile(structuredClone(content) as JSONSchema, type, {
    bannerComment: `${banner}\n`,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { printWidth: 140, singleQuote: true },
  });

  const ajv = new Ajv({
    allErrors: true,
    strict: true,
    strictRequired: false,
    code: { source: true, esm: true },
  });
  ajv.addVocabulary(['patternErrorMessage']);
  const validate = ajv.compile(content);
  // ajv's standalone code needs its runtime with `require`; a bundle needs nothing.
  const standalone = standaloneModule.default;
  const bundle = await build({
    stdin: {
      contents: `${standalone(ajv, validate)}\nexport const schema = ${JSON.stringify(content)};`,
      resolveDir: ROOT,
      sourcefile: 'validate.js',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
  });
  const code = bundle.outputFiles[0]?.text ?? '';
  return [
    [schema, json],
    [types, declarations],
    [`${validator}.js`, `${banner}\n${code}`],
    [`${validator}.d.ts`, banner + DECLARATION],
  ];
}

/** What code is made from what. */
const CODE = [
  ...SCHEMAS.map(({ source, validator }) => ({ sources: [source], code: validator })),
  TEMPLATES,
];

/**
 * Writes the code if some is missing, or older than its source. It is not in git. The build calls
 * this, and vitest does before all tests (as `setup`).
 */
export async function generateCode(): Promise<void> {
  const fresh = CODE.every(({ sources, code }) =>
    [...sources, 'scripts/generate.ts', 'scripts/templates.ts'].every(
      (source) => timeOf(`${code}.js`) >= timeOf(source),
    ),
  );
  if (fresh) return;
  for (const [path, text] of await generate()) if (path.endsWith('.js')) write(path, text);
}
export { generateCode as setup };

function timeOf(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Another process may read the file at the same time: it finds the old one or the new one. */
function write(path: string, text: string): void {
  const file = join(ROOT, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

if (import.meta.main) {
  for (const [path, text] of await generate()) {
    write(path, text);
    console.log(`wrote ${path}`);
  }
}
