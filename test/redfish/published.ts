/**
 * What the DMTF's published JSON schemas (DSP8010, folder `json-schema`) say of an answer. They are
 * no part of this repository: whoever has them names the folder in VEN_REDFISH_SCHEMAS.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type AnySchemaObject, type ErrorObject, type ValidateFunction } from 'ajv';

const BASE = 'http://redfish.dmtf.org/schemas/v1/';
const LINK = `${BASE}odata-v4.json#/definitions/idRef`;
/** Of another body (SNIA), which publishes its own: resources, which are linked to, and words. */
const SWORDFISH = 'http://redfish\\.dmtf\\.org/schemas/swordfish/v1/';
const SWORDFISH_RESOURCE = new RegExp(`"${SWORDFISH}(\\w+)\\.json#/definitions/\\1"`, 'g');
const SWORDFISH_WORDS = new RegExp(`"\\$ref": *("${SWORDFISH}[^"]+")`, 'g');
const SWORDFISH_TYPES = ['VolumeCollection.VolumeCollection'];
const FORMATS = {
  'uri-reference': /^[^\s<>"{}|\\^`]*$/,
  uri: /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]*$/i,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
};

interface Definition {
  $ref?: string;
  anyOf?: Definition[];
}
type Definitions = Record<string, Definition>;

export class PublishedSchemas {
  readonly #dir: string;
  readonly #ajv: Ajv;
  /** By type: `ComputerSystem.v1_20_0.ComputerSystem`, `redfish-error.v1_0_2.RedfishError`. */
  readonly #validators = new Map<string, Promise<ValidateFunction>>();

  constructor(dir: string) {
    this.#dir = dir;
    this.#ajv = new Ajv({
      strict: false,
      allErrors: true,
      meta: false,
      validateSchema: false,
      formats: FORMATS,
      inlineRefs: false,
      loadSchema: (uri) => Promise.resolve(this.#load(uri)),
    });
  }

  /** What is wrong with it, a line each; its type is what `@odata.type` says. */
  async findings(body: unknown, type = typeOf(body)): Promise<string[]> {
    if (type === null) return ['no @odata.type'];
    const [file, definition] = splitType(type);
    if (!existsSync(join(this.#dir, `${file}.json`)))
      return SWORDFISH_TYPES.includes(type) ? [] : [`${type} was never published`];
    const known = this.#validators.get(type);
    const compiled = known ?? this.#compile(file, definition);
    this.#validators.set(type, compiled);
    const validate = await compiled;
    return validate(body) ? [] : (validate.errors ?? []).map(told);
  }

  /** The newest published version: `redfish-error` → `redfish-error.v1_0_2`. */
  newest(name: string): string {
    const versions = readdirSync(this.#dir).filter((file) => file.startsWith(`${name}.v`));
    return (
      versions
        .toSorted(byVersion)
        .at(-1)
        ?.replace(/\.json$/, '') ?? name
    );
  }

  #compile(file: string, definition: string): Promise<ValidateFunction> {
    const ref = { $ref: `${BASE}${file}.json#/definitions/${definition}` };
    // As an answer, not as a link to it.
    const answer = { allOf: [ref, { required: ['@odata.id'], minProperties: 2 }] };
    return this.#ajv.compileAsync(file.startsWith('redfish-error') ? ref : answer);
  }

  #load(uri: string): AnySchemaObject {
    const name = uri.slice(BASE.length);
    const text = readFileSync(join(this.#dir, name), 'utf8')
      .replace(SWORDFISH_RESOURCE, `"${LINK}"`)
      // Anything will do.
      .replace(SWORDFISH_WORDS, '"title": $1');
    const { definitions = {} } = JSON.parse(text) as { definitions?: Definitions };
    const isVersioned = /\.v\d/.test(name) || name.startsWith('odata');
    // Some files are known by two names.
    return { $id: uri, definitions: isVersioned ? definitions : unversioned(definitions) };
  }
}

/**
 * A file without a version lists all versions of each type. What is linked to needs no schema; of
 * the rest the newest version allows all that the others do.
 */
function unversioned(definitions: Definitions): Definitions {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, one]) => [name, newestOf(one)]),
  );
}

function newestOf(definition: Definition): Definition {
  const { anyOf } = definition;
  if (!anyOf) return definition;
  const isVersion = ({ $ref = '' }: Definition): boolean => /\.v\d/.test($ref);
  const newest = anyOf
    .filter(isVersion)
    .toSorted((a, b) => byVersion(a.$ref ?? '', b.$ref ?? ''))
    .at(-1);
  if (!newest) return definition;
  if (anyOf.some(({ $ref }) => $ref === LINK)) return { $ref: LINK };
  return { anyOf: [...anyOf.filter((one) => !isVersion(one)), newest] };
}

const numbers = (name: string): number[] =>
  (/\.v(\d+)_(\d+)_(\d+)/.exec(name) ?? []).slice(1).map(Number);

function byVersion(one: string, other: string): number {
  const [a, b] = [numbers(one), numbers(other)];
  const at = a.findIndex((number, index) => number !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function typeOf(body: unknown): string | null {
  const type = (body as Record<string, unknown> | null | undefined)?.['@odata.type'];
  return typeof type === 'string' ? type.replace(/^#/, '') : null;
}

/** `Chassis.v1_25_0.Chassis` → its file and definition. */
function splitType(type: string): [string, string] {
  const at = type.lastIndexOf('.');
  return [type.slice(0, at), type.slice(at + 1)];
}

function told({ instancePath, message, params }: ErrorObject): string {
  const { additionalProperty, allowedValues } = params as Record<string, unknown>;
  const what = JSON.stringify(additionalProperty ?? allowedValues) ?? '';
  return `${instancePath || '/'} ${message} ${what}`.trim();
}
