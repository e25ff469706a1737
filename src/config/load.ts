/** Text → `Fleet` → `ResolvedFleet`, with all findings at once. */
import { VenError, type Finding, type Fleet, type ResolvedFleet } from '../model/index.js';
import { readCertificates, type Certificates, type Surroundings } from './resolve/certificates.js';
import { checkSchema } from './schema/check.js';
import { decode } from './source/decode.js';
import { refuseLarge } from './source/limits.js';
import { resolveFleet } from './resolve/resolve.js';
import { checkRules, type RuleFinding } from './rules/index.js';
import { checkBmcSecrets, checkVncPasswords } from './resolve/secrets.js';
import {
  findingsError,
  isFlawed,
  placeOf,
  Source,
  throwFindings,
  type Path,
  type Place,
} from './source/source.js';
import type { Environment } from './source/substitute.js';
import { parseYaml } from './source/yaml.js';

/** With more mistakes than this, too little is left for the rules to check. */
const MAX_WRONG = 100;

export interface LoadOptions {
  /** The file's name in findings; nothing is read from it. */
  file: string;
  /** For `${VAR}`. */
  env?: Environment;
  /** Without it, a fleet file can't name other files. */
  surroundings?: Surroundings;
  /** Is told each variable whose value came into the fleet. */
  onVariable?: (name: string, value: string) => void;
}

export interface ParsedFleet {
  fleet: Fleet;
  /** From the files that it names; null: the fleet has too many mistakes to read them. */
  certificates: Certificates | null;
  /** Of secrets that it refers to, and that nobody needs yet. */
  warnings: string[];
  /** Line and column, from 1, of a value, or of its nearest ancestor in the file. */
  positionOf: (path: Path) => { line: number; column: number };
}

/**
 * From a fleet file's content to its meaning.
 * @throws VenError `fleet-file` with every finding.
 */
export function loadFleet(content: string | Uint8Array, options: LoadOptions): ResolvedFleet {
  const { fleet, certificates, warnings } = parseFleet(content, options);
  const resolved = resolveFleet(fleet, certificates);
  return { ...resolved, warnings: [...resolved.warnings, ...warnings] };
}

/**
 * A fleet file's content as written, checked against the schema and the rules.
 * @throws VenError `fleet-file` with every finding.
 */
export function parseFleet(content: string | Uint8Array, options: LoadOptions): ParsedFleet {
  const { file, env = {} } = options;
  refuseLarge(content.length, file);
  const text = typeof content === 'string' ? content.replace(/^\ufeff/, '') : decode(content, file);
  const source = new Source(file, text);
  const { value, root, findings } = parseYaml(source, env);
  if (options.onVariable) source.variables.forEach(options.onVariable);
  const wrong = checkSchema(value, root, source);
  findings.push(
    ...wrong
      .filter((one) => one.finding.rule === 'unknown-key' || !isFlawed(root, one.path))
      .map((one) => one.finding),
  );
  // The rules need a fleet that fits the schema. The wrong parts are left out, and with them every
  // finding that depends on them.
  const doubtful = wrong.flatMap(({ path }) => (path.length > 0 ? [path] : missingFrom(value)));
  let sound: Fleet | null = null;
  if (wrong.length === 0) sound = value as Fleet;
  else if (wrong.length <= MAX_WRONG) sound = prune(value, root, source, doubtful);
  const certificates = sound && readCertificates(sound, options.surroundings ?? NOWHERE);
  if (sound) {
    const { readSecret, bmcSecrets } = options.surroundings ?? NOWHERE;
    const found = [
      ...checkRules(sound),
      ...(readSecret ? checkVncPasswords(sound, readSecret) : []),
      ...(bmcSecrets && 'read' in bmcSecrets ? checkBmcSecrets(sound, bmcSecrets.read) : []),
    ];
    findings.push(...ruleFindings(found, doubtful, root, source));
  }
  for (const { severity, rule, message, hint, path } of certificates?.problems ?? []) {
    if (severity === 'error')
      findings.push(source.finding(rule, placeOf(root, path).value, message, hint));
  }
  throwFindings(source, findings);
  return {
    fleet: value as Fleet,
    certificates,
    warnings: sound ? bmcWarnings(sound, options, root, source) : [],
    positionOf: (path) => source.position(placeOf(root, path).value.start),
  };
}

/** A mistake in a file that the fleet file names: `fleet-file`, at the value of `path`. */
export function mistakeAt(
  content: Uint8Array,
  {
    file,
    env = {},
    path,
    rule,
    message,
    hint,
  }: { file: string; env?: Environment; path: Path } & Pick<Finding, 'rule' | 'message' | 'hint'>,
): VenError {
  const source = new Source(file, decode(content, file));
  const { root } = parseYaml(source, env);
  const finding = source.finding(rule, placeOf(root, path).value, message, hint);
  return findingsError(source, [finding]);
}

const NOWHERE: Surroundings = {
  readFile: (path) => {
    throw new VenError('not-found', { summary: `${path} can't be read here` });
  },
  now: new Date(0),
};

function ruleFindings(
  found: readonly RuleFinding[],
  doubtful: readonly Path[],
  root: Place,
  source: Source,
): Finding[] {
  return found
    .filter(
      ({ path, because = [] }) =>
        ![path, ...because].some(
          (one) => isFlawed(root, one) || doubtful.some((other) => related(one, other)),
        ),
    )
    .map(({ path, message, hint, rule, onKey }) => {
      const place = placeOf(root, path);
      return source.finding(rule, (onKey && place.key) || place.value, message, hint);
    });
}

/** Each place once, with its line. */
function bmcWarnings(fleet: Fleet, options: LoadOptions, root: Place, source: Source): string[] {
  const { bmcSecrets } = options.surroundings ?? NOWHERE;
  if (bmcSecrets === undefined || 'read' in bmcSecrets) return [];
  const found = checkBmcSecrets(fleet, bmcSecrets.check).map(({ path, message, hint }) => {
    const { line, column } = source.position(placeOf(root, path).value.start);
    return `${options.file}:${line}:${column}: ${message}. ven bmc serve needs it. ${hint}`;
  });
  return [...new Set(found)].map((warning) => warning.replace(/\.$/, ''));
}

function related(a: Path, b: Path): boolean {
  return a.slice(0, b.length).every((step, index) => String(step) === String(b[index]));
}

/**
 * A copy without the parts that the schema refuses; null: nothing useful is left. Adds the removed
 * parts to `doubtful`.
 */
function prune(value: unknown, root: Place, source: Source, doubtful: Path[]): Fleet | null {
  const copy = copyOf(value) as Record<string, unknown>;
  let wrong: readonly Path[] = [...doubtful];
  for (let round = 0; round < 6; round++) {
    for (const path of wrong) {
      const taken = remove(copy, path);
      if (taken === null) return null;
      doubtful.push(taken);
    }
    wrong = checkSchema(copy, root, source).map((one) => one.path);
    if (wrong.length === 0) return copy as unknown as Fleet;
  }
  return null;
}

/** The paths of the keys that a file lacks. A file that is no map is wrong as a whole. */
function missingFrom(value: unknown): Path[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[]];
  return Object.keys(PLACEHOLDERS)
    .filter((key) => !Object.hasOwn(value, key))
    .map((key) => [key]);
}

/** Maps have no prototype, like those of `parseYaml`. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, inner] of Object.entries(value)) copy[key] = copyOf(inner);
  return copy;
}

const PLACEHOLDERS: Record<string, unknown> = {
  apiVersion: 'ven/v1',
  fleet: 'placeholder',
  vms: [{ name: 'placeholder' }],
};

/**
 * Removes the value at `path`. An entry of a list takes the whole list with it; a VM is replaced by
 * an empty one.
 */
function remove(root: Record<string, unknown>, path: Path): Path | null {
  const [first, second] = path;
  if (first === undefined) {
    // The root lacks a key.
    for (const [key, value] of Object.entries(PLACEHOLDERS)) root[key] ??= structuredClone(value);
    return ['(root)'];
  }
  const list = path.findIndex(
    (step, index) => index > 0 && typeof step === 'number' && !(index === 1 && first === 'vms'),
  );
  const target = list === -1 ? path : path.slice(0, list);
  if (target.length === 1 && typeof first === 'string') {
    if (Object.hasOwn(PLACEHOLDERS, first)) root[first] = structuredClone(PLACEHOLDERS[first]);
    else delete root[first];
    return target;
  }
  const parent = target
    .slice(0, -1)
    .reduce<unknown>(
      (at, step) => (at as Record<string | number, unknown> | undefined)?.[step],
      root,
    );
  const last = target.at(-1);
  if (parent === null || typeof parent !== 'object' || last === undefined) return target;
  const missesName = first === 'vms' && target.length === 3 && last === 'name';
  if (first === 'vms' && typeof second === 'number' && (target.length === 2 || missesName)) {
    (root['vms'] as unknown[])[second] = { name: `placeholder-${second}` };
    return target.slice(0, 2);
  }
  delete (parent as Record<string | number, unknown>)[last];
  return target;
}
