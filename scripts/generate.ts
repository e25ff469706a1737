/**
 * Writes what is generated from the schemas: a type, and the validator as plain code, so that starting ven does not pay for
 * compiling a schema. A unit test says when they are out of date.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import standaloneModule from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const ROOT = join(import.meta.dirname, '..');
const SCHEMAS = [
  {
    schema: 'schemas/fleet.schema.json',
    type: 'Fleet',
    types: 'src/model/fleet.schema.ts',
    validator: 'src/config/schema/generated/validate',
  },
  {
    schema: 'schemas/profile.schema.json',
    type: 'ProfileFile',
    types: 'src/model/profile.schema.ts',
    validator: 'src/config/schema/generated/validate-profile',
  },
];
const bannerOf = (schema: string): string =>
  `// Generated from ${schema} by \`npm run generate\`. Do not edit.`;

const DECLARATION = `
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
`;

/** All generated files: path relative to the repository, and content. */
export async function generate(): Promise<Map<string, string>> {
  const files = await Promise.all(SCHEMAS.map(generateFrom));
  return new Map(files.flat());
}

async function generateFrom({
  schema,
  type,
  types,
  validator,
}: (typeof SCHEMAS)[number]): Promise<[string, string][]> {
  const banner = bannerOf(schema);
  const text = readFileSync(join(ROOT, schema), 'utf8');
  const declarations = await compile(JSON.parse(text) as JSONSchema, type, {
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
  const validate = ajv.compile(JSON.parse(text) as object);
  // ajv's standalone code still asks for its runtime with `require`; bundled, it needs nothing at all.
  const standalone = standaloneModule.default;
  const bundle = await build({
    stdin: { contents: standalone(ajv, validate), resolveDir: ROOT, sourcefile: 'validate.js' },
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
    [types, declarations],
    [`${validator}.js`, `${banner}\n${code}`],
    [`${validator}.d.ts`, banner + DECLARATION],
  ];
}

/**
 * Writes the validators if one is missing, or older than what it is made from. They are not in git. The build calls it,
 * and vitest does before all tests (as `setup`).
 */
export async function generateValidators(): Promise<void> {
  const fresh = SCHEMAS.every(({ schema, validator }) => {
    const made = timeOf(`${validator}.js`);
    return made >= timeOf(schema) && made >= timeOf('scripts/generate.ts');
  });
  if (fresh) return;
  for (const [path, text] of await generate()) if (path.endsWith('.js')) write(path, text);
}
export { generateValidators as setup };

function timeOf(path: string): number {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Others may read it at the same time: they find the old one or the new. */
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
