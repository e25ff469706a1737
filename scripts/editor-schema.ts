/**
 * The schema that editors read, made from the one that ven checks with. It allows what a variable
 * may become, says what is under the cursor in one title and one text, and has snippets.
 *
 * Tried with yaml-language-server 2.0, which VS Code's YAML extension and neovim use: it inserts
 * an example that holds a map as `[object Object]`, joins the titles of alternatives that look
 * alike by `||`, and shows Markdown in `markdownDescription` only (yamlCompletion, yamlHover).
 */
import { stringify } from 'yaml';

export interface Node {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  examples?: unknown[];
  properties?: Record<string, Node | false>;
  propertyNames?: Node;
  additionalProperties?: Node | boolean;
  items?: Node;
  anyOf?: Node[];
  [other: string]: unknown;
}

/** `${NAME}` or `${NAME:-default}` somewhere in a text. */
const VARIABLE = String.raw`\$\{[A-Za-z_]`;

/** `variables`: whether `${NAME}` may stand for a value in this kind of file. */
export function editorSchema(
  { definitions, ...root }: Node & { definitions: Record<string, Node> },
  variables: boolean,
): Node {
  return convert(root, root.title);

  /**
   * `title`: the key whose value it is, or what one of a list is; none for an alternative.
   * `isEntry`: of a list.
   */
  function convert(given: Node, title?: string, isEntry = false): Node {
    const node: Node = { title: '', ...resolve(given) };
    if (title === undefined) delete node.title;
    else node.title = title;
    const { properties, additionalProperties, items, anyOf } = node;
    if (properties !== undefined)
      node.properties = mapValues(properties, (one, key) => one && convert(one, key));
    if (items !== undefined) node.items = convert(items, nameOfOne(items), true);
    if (typeof additionalProperties === 'object') {
      node.additionalProperties = convert(additionalProperties, nameOfOne(additionalProperties));
      node.propertyNames = { ...node.propertyNames, title: nameOfOne(additionalProperties) };
    }
    // Alternatives without title are told apart by their `properties`.
    if (anyOf !== undefined) node.anyOf = anyOf.map((one) => ({ properties: {}, ...convert(one) }));
    if (variables) allowVariable(node, title === undefined);
    return withSnippets(node, isEntry);
  }

  function resolve({ $ref, ...own }: Node): Node {
    return $ref === undefined
      ? own
      : { ...definitions[$ref.slice('#/definitions/'.length)], ...own };
  }

  /** `FleetNic` is one nic. */
  function nameOfOne(one: Node): string {
    return (
      resolve(one)
        .title?.replace(/^(Fleet|ProfileFile)/, '')
        .toLowerCase() ?? 'entry'
    );
  }
}

/** Also a text with a variable, however long: ven looks at what it becomes. */
function allowVariable(node: Node, isAlternative: boolean): void {
  delete node['maxLength'];
  const { type, pattern, anyOf } = node;
  const isChoice = node.enum !== undefined || node.const === false;
  if (type === 'integer' || type === 'boolean') {
    if (isChoice) return;
    node.type = [type, 'string'];
    node.pattern = VARIABLE;
    const kind = type === 'integer' ? 'a whole number' : 'true or false';
    node['patternErrorMessage'] = `${kind}, or a variable such as \${NAME:-…}`;
  } else if (type === 'string' && !isChoice) {
    if (pattern !== undefined) node.pattern = `${VARIABLE}|${pattern}`;
  } else if (isChoice && !isAlternative) {
    node.anyOf = [{ type: 'string', enum: node.enum ?? [], properties: {} }, aVariable()];
    delete node.type;
    delete node.enum;
  } else if (anyOf !== undefined && !anyOf.some(takesText)) {
    node.anyOf = [...anyOf, aVariable()];
  }
}

const takesText = ({ type, enum: choice }: Node): boolean =>
  choice === undefined && [type].flat().includes('string');

function aVariable(): Node {
  return { type: 'string', pattern: VARIABLE, properties: {} };
}

/**
 * Examples with maps become snippets, whose body is a map: what is missing of it is inserted, as a
 * block, at the right depth. For a list it is the first entry, and the server writes the dash.
 */
function withSnippets({ examples = [], description, ...node }: Node, isEntry: boolean): Node {
  const plain = node.const === undefined ? examples.filter((one) => mapOf(one) === null) : [];
  const shown = examples
    .filter(isStructure)
    .map((one) => `\n\nExample:\n\n\`\`\`yaml\n${stringify(one)}\`\`\``);
  const snippets = examples.flatMap((example) => {
    const map = mapOf(example);
    const type = Array.isArray(example) ? 'array' : 'object';
    return map === null || isEntry ? [] : [{ label: flow(example, String), type, body: body(map) }];
  });
  return {
    ...node,
    ...(description !== undefined && { description }),
    ...((description?.includes('`') || shown.length > 0) && {
      markdownDescription: [description, ...shown].join(''),
    }),
    ...(plain.length > 0 && { examples: plain }),
    ...(snippets.length > 0 && { defaultSnippets: snippets }),
  };
}

function mapOf(example: unknown): object | null {
  const first: unknown = Array.isArray(example) ? example[0] : example;
  return isStructure(first) && !Array.isArray(first) ? first : null;
}

function body(map: object): Record<string, string> {
  const stops = { count: 0 };
  const entries = Object.entries(map).map(([key, value]): [string, string] => [
    key,
    flow(value, (text) => stop(text, stops)),
  ]);
  return Object.fromEntries(entries);
}

/** A place where the editor stops for input. */
function stop(text: string, stops: { count: number }): string {
  return `\${${++stops.count}:${text.replace(/[\\$}]/g, '\\$&')}}`;
}

/** YAML in one line, its scalars as `show` gives them. */
function flow(value: unknown, show: (text: string) => string): string {
  if (Array.isArray(value)) return `[${value.map((one) => flow(one, show)).join(', ')}]`;
  if (isStructure(value)) {
    const pairs = Object.entries(value).map(([key, one]) => `${key}: ${flow(one, show)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  // As an entry of a list, where more has to be quoted than on a line of its own.
  return show(stringify([value], { collectionStyle: 'flow', lineWidth: 0 }).trim().slice(2, -2));
}

function isStructure(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function mapValues<From, To>(
  record: Record<string, From>,
  to: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value, key)]));
}
