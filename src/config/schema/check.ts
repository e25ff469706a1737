/**
 * The schema's errors in plain words: one finding for each mistake, with its place and what to
 * write instead.
 */
import { nearest, type Finding, type FindingRule } from '../../model/index.js';
import { schema, validate, type SchemaError, type Validate } from './generated/validate.js';
import { instead, isSize, withUnit } from './instead.js';
import { laterWork } from './later.js';
import { label, placeOf, quote, type Path, type Place, type Source } from '../source/source.js';
import { didYouMean } from './suggest.js';
import {
  pointer,
  resolveRef,
  schemaAt,
  schemaOf,
  valueAt,
  type Schema,
  type SchemaNode,
} from './walk.js';

export interface SchemaFinding {
  finding: Finding;
  /** The wrong value, or the wrong key. */
  path: Path;
}

/** A kind of file: its schema and validator. */
export interface Format {
  schema: Schema;
  validate: Validate;
}

const FLEET: Format = { schema, validate };

/** More than anyone reads. */
const MAX_ERRORS = 500;

const TYPE_NAMES: Record<string, string> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
};

/**
 * All errors of the schema in `value`. Empty: `value` has the format's type, `Fleet` for example.
 */
export function checkSchema(
  value: unknown,
  root: Place,
  source: Source,
  format = FLEET,
): SchemaFinding[] {
  if (format.validate(value)) return [];
  const errors = distinct((format.validate.errors ?? []).slice(0, MAX_ERRORS));
  return errors.flatMap((error) => explain(error, value, root, source, format) ?? []);
}

/**
 * Drops the branches of `anyOf` for another type of value, and the errors that only repeat others.
 */
function distinct(errors: readonly SchemaError[]): SchemaError[] {
  const dropped = new Set<SchemaError>();
  for (const union of errors.filter((error) => error.keyword === 'anyOf')) {
    const here = errors.filter(
      (e) =>
        e.instancePath === union.instancePath && e.schemaPath.startsWith(`${union.schemaPath}/`),
    );
    const deeper = errors.some((e) => e.instancePath.startsWith(`${union.instancePath}/`));
    const branch = (e: SchemaError): string =>
      e.schemaPath.slice(union.schemaPath.length + 1).split('/')[0] ?? '';
    const misfits = new Set(here.filter((e) => e.keyword === 'type').map(branch));
    const fitting = here.filter((e) => !misfits.has(branch(e)));
    for (const error of here) if (misfits.has(branch(error))) dropped.add(error);
    // The errors of a branch that fits say more than the error of the union.
    if (deeper || fitting.length > 0) dropped.add(union);
  }
  for (const error of errors) {
    if (error.keyword === 'if' || error.keyword === 'propertyNames') dropped.add(error);
    const sameplace = (other: SchemaError): boolean =>
      other !== error &&
      other.instancePath === error.instancePath &&
      other.propertyName === error.propertyName;
    // A wrong type needs no second error about a pattern, a constant or keys.
    if (
      ['enum', 'const', 'pattern', 'not'].includes(error.keyword) &&
      errors.some((o) => sameplace(o) && o.keyword === 'type' && !dropped.has(o))
    )
      dropped.add(error);
    if (
      error.keyword === 'pattern' &&
      errors.some((o) => sameplace(o) && o.keyword === 'maxLength')
    )
      dropped.add(error);
  }
  return errors.filter((error) => !dropped.has(error));
}

function explain(
  error: SchemaError,
  data: unknown,
  root: Place,
  source: Source,
  { schema }: Format,
): SchemaFinding | null {
  const at = pointer(error.instancePath);
  const value = valueAt(data, at);
  const make = (
    rule: FindingRule,
    path: Path,
    onKey: boolean,
    message: string,
    hint: string,
  ): SchemaFinding => {
    const place = placeOf(root, path);
    return {
      path,
      finding: source.finding(rule, (onKey && place.key) || place.value, message, hint),
    };
  };
  const name = label(at);
  const later = laterWork(at, value);
  if (later) return make('not-yet', at, false, later.message, later.hint);
  const owner = schemaOf(schema, at, error);
  if (owner.title === 'FleetSecret' && error.keyword !== 'additionalProperties') {
    // The value may be the secret itself, so no message quotes it.
    const key = String(at.at(-1));
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      const hint =
        `Write where it is: \`${key}: { env: VARIABLE }\` or \`${key}: { file: PATH }\`, ` +
        `a file of mode 0600; and change the ${key} if others have seen this file.`;
      return make(
        'secret',
        at,
        false,
        `${name} must say where the ${key} is, and never the ${key} itself`,
        hint,
      );
    }
    const found =
      Object.keys(value).length === 0 ? 'neither `env` nor `file`' : 'both `env` and `file`';
    return make(
      'secret',
      at,
      true,
      `${name} has ${found}`,
      `Write \`${key}: { env: VARIABLE }\` or \`${key}: { file: PATH }\`.`,
    );
  }
  const example = `For example \`${snippet(at, owner)}\`.`;
  const secret = at.some((step) => /^(?:os)?credentials$|^password$/i.test(String(step)));
  const quoted = secret ? 'this value' : quote(value);
  const isInserted = placeOf(root, at).inserted;
  const networks = namesOf(valueAt(data, ['networks']));

  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params['additionalProperty']);
      const path = [...at, key];
      const notYet = laterWork(path, valueAt(data, path));
      if (notYet) return make('not-yet', path, true, notYet.message, notYet.hint);
      const where = at.length === 0 ? 'at the top of the file' : `in ${name}`;
      return make(
        'unknown-key',
        path,
        true,
        `There is no key ${quote(key)} ${where}`,
        didYouMean(key, Object.keys(owner.properties ?? {})),
      );
    }
    case 'required': {
      const key = String(error.params['missingProperty']);
      if (key === 'bridge') {
        return make(
          'missing-key',
          at,
          false,
          `${name} has neither \`network\` nor \`bridge\``,
          'Write `{ network: lab }` or `{ bridge: br0 }`.',
        );
      }
      const wanted = resolveRef(schema, owner.properties?.[key] ?? {});
      const place = at.length === 0 ? 'The file' : name;
      return make(
        'missing-key',
        at,
        true,
        `${place} has no \`${key}\``,
        `Add \`${key}: ${inline(wanted.examples?.[0] ?? wanted.const ?? '…')}\`.`,
      );
    }
    case 'not':
      return make(
        'not-allowed',
        at,
        false,
        `${name} has both \`network\` and \`bridge\``,
        'Keep one of them; two cards are two entries of the list.',
      );
    case 'false schema': {
      // The one place where a key excludes another.
      const hint =
        'Delete it: ven changes a foreign network only for `httpBoot`. ' +
        "Or delete `existing`, for a network of the fleet's own.";
      return make(
        'not-allowed',
        at,
        true,
        `${label(at.slice(0, -1))} is an existing network, and can't have \`${String(at.at(-1))}\``,
        hint,
      );
    }
    case 'maxProperties':
      return make(
        'out-of-range',
        at,
        true,
        `${name} has too many entries`,
        `Keep at most ${String(error.params['limit'])}.`,
      );
    case 'type':
    case 'anyOf': {
      const accepted = error.keyword === 'type' ? [owner] : (owner.anyOf ?? []);
      const wanted = accepted
        .map(
          (one) =>
            one.enum?.join(' or ') ??
            (one.const !== undefined
              ? JSON.stringify(one.const)
              : (TYPE_NAMES[one.type ?? ''] ?? 'something else')),
        )
        .join(', or ');
      if (value === null || value === undefined)
        return make(
          'wrong-type',
          at,
          true,
          `${name} is empty`,
          `Give it a value, or delete the key. ${example}`,
        );
      const got = quoted;
      const isText = (one: SchemaNode): boolean =>
        one.type === 'string' &&
        one.enum === undefined &&
        new RegExp(one.pattern ?? '', 'u').test(quoted);
      const isWord = ['number', 'bigint', 'boolean'].includes(typeof value);
      const inQuotes = isWord && accepted.some(isText);
      const guess = secret || isInserted ? null : instead(value, at, accepted, networks);
      const hint =
        inQuotes && !secret ? `Put it in quotes, if it is right: "${got}". ${example}` : example;
      return make('wrong-type', at, false, `${name} must be ${wanted}, not ${got}`, guess ?? hint);
    }
    case 'enum':
    case 'const': {
      const allowed = (owner.enum ?? [owner.const]).map(String);
      const near = typeof value === 'string' ? nearest(value, allowed) : null;
      if (value === true && at.at(-1) === 'dhcp')
        return make(
          'not-allowed',
          at,
          false,
          `${name} can't be true`,
          'Delete it for the default range, or write `{ start: …, end: … }`.',
        );
      const guess = secret || isInserted ? null : instead(value, at, [owner], networks);
      const hint =
        near === null
          ? `Write ${allowed.map((one) => `\`${one}\``).join(' or ')}${orMap(schema, at)}.`
          : `Did you mean "${near}"?`;
      return make('not-allowed', at, false, `${name} can't be ${quoted}`, guess ?? hint);
    }
    case 'pattern': {
      if (error.propertyName !== undefined)
        return make(
          'name',
          [...at, error.propertyName],
          true,
          `${quote(error.propertyName)} can't be a name: ${owner.patternErrorMessage ?? ''}`,
          nameHint(error.propertyName),
        );
      const rule =
        /name/i.test(owner.patternErrorMessage ?? '') &&
        ['name', 'fleet'].includes(String(at.at(-1)))
          ? 'name'
          : 'bad-format';
      const written = isInserted ? '' : value;
      const guess = isSize(owner.pattern) ? sizeHint(written) : null;
      const hint =
        rule === 'name'
          ? nameHint(String(written))
          : (withUnit(written, owner) ?? guess ?? example);
      return make(
        rule,
        at,
        false,
        `${name} can't be ${quoted}: ${owner.patternErrorMessage ?? 'it has another form'}`,
        hint,
      );
    }
    case 'maxLength':
    case 'minLength': {
      const path = error.propertyName === undefined ? at : [...at, error.propertyName];
      return make(
        'too-long',
        path,
        error.propertyName !== undefined,
        `${label(path)} is too long`,
        `Keep it within ${String(error.params['limit'])} characters.`,
      );
    }
    case 'minimum':
    case 'maximum': {
      const hint =
        error.keyword === 'minimum'
          ? `Write ${String(error.params['limit'])} or more.`
          : `Write ${String(error.params['limit'])} or less.`;
      return make('out-of-range', at, false, `${name} can't be ${quoted}`, hint);
    }
    case 'minItems':
      return make(
        'out-of-range',
        at,
        false,
        Array.isArray(value) && value.length > 0
          ? `${name} has fewer than ${String(error.params['limit'])} entries`
          : `${name} is an empty list`,
        at[0] === 'vms' && at.length === 1
          ? 'Add a VM: `- name: edge`; to delete a fleet use ven destroy.'
          : example,
      );
    case 'maxItems':
      return make(
        'out-of-range',
        at,
        false,
        `${name} has more than ${String(error.params['limit'])} entries`,
        'Delete some.',
      );
    case 'uniqueItems':
      return make('not-allowed', at, false, `${name} names something twice`, example);
    default:
      return make('schema', at, false, `${name} ${error.message ?? 'is wrong'}`, example);
  }
}

/** Where a map may stand in place of a word, that map. */
function orMap(schema: Schema, at: Path): string {
  const { examples = [] } = schemaAt(schema, at);
  const map = examples.find((one) => one !== null && typeof one === 'object');
  return map === undefined ? '' : `, or a map: \`${String(at.at(-1))}: ${inline(map)}\``;
}

/** The keys of a map; none for any other value. */
function namesOf(map: unknown): string[] {
  return map !== null && typeof map === 'object' && !Array.isArray(map) ? Object.keys(map) : [];
}

function nameHint(name: string): string {
  const better = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return better === '' || better === name
    ? 'For example `edge-1`.'
    : `For example \`${better.slice(0, 40)}\`.`;
}

/** For sizes in other spellings: 8G, 8GB, 1.5GiB. */
function sizeHint(value: unknown): string | null {
  const parts = /^([0-9]+)(\.[0-9]+)?\s*([kKmMgGtT])?(i?[bB])?$/.exec(String(value));
  if (!parts) return null;
  const unit = (parts[3] ?? 'G').toUpperCase();
  if (parts[2] !== undefined)
    return 'Write a whole number of the next smaller unit: 1536MiB for one and a half GiB.';
  if (unit === 'K') return 'Write it in MiB: `512MiB`.';
  return `Write \`${parts[1]}${unit}iB\` (units are powers of 1024).`;
}

function snippet(path: Path, schema: SchemaNode): string {
  const last = path.at(-1);
  const example = schema.examples?.[0] ?? schema.enum?.[0] ?? schema.const;
  if (example === undefined && schema.title === undefined)
    return typeof last === 'string' ? `${last}: …` : '…';
  return typeof last === 'string' ? `${last}: ${inline(example ?? '…')}` : inline(example ?? '…');
}

/** A value in YAML's flow style, for hints. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${key}: ${inline(one)}`)
      .join(', ')} }`;
  }
  return String(value);
}
