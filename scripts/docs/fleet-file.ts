/** docs/fleet-file.md: every key of a fleet file, from its schema. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { CHANGES, COSTS, OTHER_CHANGES } from './costs.ts';
import { banner, table, wrapped, type GeneratedPage } from './page.ts';

const SOURCE = 'schemas/fleet.schema.yaml';

/** What of JSON Schema the fleet file's schema uses. */
interface Node {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string;
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
  required?: string[];
  items?: Node;
  anyOf?: Node[];
  enum?: string[];
  const?: string;
  minimum?: number;
  maximum?: number;
  examples?: unknown[];
}

export interface Key {
  /** `vms[].disks[].size` */
  path: string;
  name: string;
  type: string;
  /** Markdown; empty: it has none. */
  default: string;
  means: string;
  /** `size: 110GiB`; null: there is none. */
  example: string | null;
}

interface Section {
  path: string;
  means: string;
  keys: Key[];
}

const SCHEMA = parse(readFileSync(join(import.meta.dirname, '../..', SOURCE), 'utf8')) as Node & {
  definitions: Record<string, Node>;
};

/** What is described once, and linked to. */
const SHARED: Record<string, string> = {
  FleetSecret: '[a secret reference](#a-secret-reference)',
};

/** What a key says itself counts before what it refers to. */
function resolved({ $ref, ...own }: Node): Node {
  if ($ref === undefined) return own;
  return { ...SCHEMA.definitions[$ref.replace('#/definitions/', '')], ...own };
}

/** Each map of the file, in the order in which the schema names them. */
export function sections(): Section[] {
  return sectionsOf('', SCHEMA);
}

function sectionsOf(path: string, node: Node): Section[] {
  const { properties = {}, required = [], description = '' } = node;
  const entries = Object.entries(properties).map(([name, value]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return { name, at, child: resolved(value) };
  });
  const keys = entries.map(({ name, at, child }) =>
    keyOf(at, name, child, required.includes(name)),
  );
  return [
    { path, means: description, keys },
    ...entries.flatMap(({ at, child }) => mapsIn(at, child)),
  ];
}

/** The maps that a value is, or holds. `defaults` has the keys of a VM. */
function mapsIn(path: string, value: Node): Section[] {
  const node = resolved(value);
  if (path === 'defaults' || (node.title ?? '') in SHARED) return [];
  if (node.properties !== undefined) return sectionsOf(path, node);
  const { description = '', additionalProperties: named } = node;
  return [
    ...(node.anyOf ?? []).flatMap((branch) => mapsIn(path, { description, ...branch })),
    ...(node.items === undefined ? [] : mapsIn(`${path}[]`, node.items)),
    ...(typeof named === 'object' ? mapsIn(`${path}.NAME`, named) : []),
  ];
}

function keyOf(path: string, name: string, node: Node, required: boolean): Key {
  const { description = '', examples = [] } = node;
  const [section] = path === 'defaults' ? [{ path: 'vms[]' }] : mapsIn(path, node);
  return {
    path,
    name,
    type: typeOf(node).replace(/\bmaps?\b/, (map) =>
      section === undefined ? map : `[${map}](#${slug(section.path)})`,
    ),
    default: required ? '*needed*' : defaultIn(description),
    means: description.replace(DEFAULTS, '').trim(),
    example: examples[0] === undefined ? null : exampleOf(name, examples[0]),
  };
}

/** Sentences of descriptions that have a column of their own. */
const DEFAULTS = /\s*\bDefault(?: (for [^:]+))?: (.+?)\.(?=\s|$)/gs;

function defaultIn(description: string): string {
  const sentences = [...description.matchAll(DEFAULTS)].map(([, whose, value = '']) =>
    whose === undefined ? value : `${whose}: ${value}`,
  );
  const marked = /`[^`]+`(?= \(default\))/.exec(description);
  return sentences.join('; ') || (marked?.[0] ?? '');
}

/** How a heading is linked to. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}

function exampleOf(name: string, value: unknown): string {
  return stringify(
    { [name]: value },
    { collectionStyle: 'flow', flowCollectionPadding: true, lineWidth: 0 },
  )
    .trim()
    .replace(/^\{ (.*) \}$/s, '$1')
    .replaceAll('[ ', '[')
    .replaceAll(' ]', ']');
}

function typeOf(value: Node): string {
  const node = resolved(value);
  const shared = SHARED[node.title ?? ''];
  if (shared !== undefined) return shared;
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeOf))].join(', or ');
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((one) => `\`${one}\``).join(', ');
  if (node.type === 'array')
    return `list${node.items === undefined ? '' : ` of ${plural(typeOf(node.items))}`}`;
  const range =
    node.minimum === undefined ? '' : `, ${node.minimum} to ${String(node.maximum ?? '…')}`;
  const words: Record<string, string> = {
    string: 'text',
    integer: 'whole number',
    boolean: '`true`, `false`',
    object: 'map',
  };
  return (words[node.type ?? ''] ?? 'any') + range;
}

function plural(type: string): string {
  return { map: 'maps', text: 'texts' }[type] ?? type;
}

/** What a change of a key costs: its own, or that of what it is a part of. */
export function costOf(path: string): string | null {
  const changes = CHANGES[path];
  if (changes !== undefined)
    return changes
      .map(({ what, cost }) => (what === undefined ? COSTS[cost] : `${what}: ${COSTS[cost]}`))
      .join('; ');
  const other = OTHER_CHANGES[path];
  if (other !== undefined) return other;
  const parent = path.replace(/(\.[^.]+|\[\])$/, '');
  return parent === path ? null : costOf(parent);
}

function sectionText({ path, means, keys }: Section): string[] {
  return [
    `## ${path === '' ? 'The file' : path}`,
    ...(path === '' ? [] : [wrapped(means)]),
    table(
      ['key', 'type', 'default', 'a change'],
      keys.map((key) => [`\`${key.name}\``, key.type, key.default, costOf(key.path) ?? '']),
    ),
    keys
      .map(({ name, means, example }) => {
        const shown = example === null || /\n/.test(example) ? '' : ` Example: \`${example}\``;
        return wrapped(`**${name}**: ${means}${shown}`, '- ', '  ');
      })
      .join('\n'),
  ];
}

function render(): string {
  const all = sections();
  const secret = keysOfSecret();
  return `${[
    banner(SOURCE),
    '# The fleet file',
    wrapped(
      `${SCHEMA.description ?? ''} It is YAML in UTF-8. \`ven init\` writes a commented file to ` +
        'start from; [Recipes](recipes.md) says what to write for what you want; `ven validate` ' +
        'checks a file without a host. This one has two VMs:',
    ),
    [
      '```yaml',
      'apiVersion: ven/v1',
      'fleet: edge-lab',
      'vms:',
      '  - name: edge',
      '    count: 2',
      '```',
    ].join('\n'),
    wrapped(
      'Values may come from the environment: `${NAME}`, or `${NAME:-default}` where the variable ' +
        'may be missing. That holds inside of values, not of keys. Between `{` and `}` it needs ' +
        'quotes: `{ size: "${SIZE}" }`. A default may hold others: `${A:-${B:-x}}`. Sizes are ' +
        'whole numbers with `MiB`, `GiB` or `TiB`. Times have their unit, too: `30s`, `5m`; only ' +
        'on the command line is a number alone a number of seconds.',
    ),
    wrapped(
      'The last column of each table says what it costs to change the key of a fleet that was ' +
        'applied. [Plan and apply](plan-and-apply.md#what-a-change-costs) explains the words. ' +
        'A *restart* costs nothing where the VM is off.',
    ),
    ...all.flatMap(sectionText),
    '## A secret reference',
    wrapped(secret.means),
    table(
      ['key', 'type'],
      secret.keys.map(({ name, type }) => [`\`${name}\``, type]),
    ),
    secret.keys
      .map(({ name, means, example }) =>
        wrapped(`**${name}**: ${means} Example: \`${example ?? ''}\``, '- ', '  '),
      )
      .join('\n'),
  ].join('\n\n')}\n`;
}

function keysOfSecret(): Section {
  const [section] = sectionsOf('SECRET', SCHEMA.definitions['secretReference'] ?? {});
  if (section === undefined) throw new Error(`${SOURCE} has no secretReference`);
  return section;
}

export const fleetFile: GeneratedPage = { path: 'docs/fleet-file.md', render };
